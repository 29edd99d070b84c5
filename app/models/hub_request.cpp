#include "app/models/hub_request.h"

#include "engine/base/translatable.h"

#include <QRegularExpression>

#include <utility>

namespace ponder {
namespace {

constexpr qsizetype kLargestBody = qsizetype{32} << 20;

// Link: <address>; rel="next"
QUrl nextPage(const QNetworkReply& reply) {
    static const QRegularExpression pattern(QStringLiteral("<([^>]+)>\\s*;\\s*rel=\"?next\"?"));
    const auto match = pattern.match(QString::fromLatin1(reply.rawHeader("Link")));
    return match.hasMatch() ? reply.url().resolved(QUrl(match.captured(1))) : QUrl();
}

} // namespace

HubRequest::HubRequest(QNetworkAccessManager& network, HubAccess access, HubPatience patience,
                       QObject* parent)
    : QObject(parent), m_network(network), m_access(std::move(access)), m_patience(patience) {
    m_stall.setSingleShot(true);
    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, &HubRequest::start);
    connect(&m_stall, &QTimer::timeout, this, [this] {
        const QUrl url = m_reply->url();
        delete takeReply();
        fail(stalled(url));
    });
}

HubRequest::~HubRequest() { delete takeReply(); }

QNetworkReply* HubRequest::takeReply() {
    m_stall.stop();
    if (m_reply) m_reply->disconnect(this);
    return std::exchange(m_reply, nullptr);
}

void HubRequest::get(const QUrl& url, const HubName& name, const QString& what, Done done) {
    m_url = url;
    m_name = name;
    m_what = what;
    m_done = std::move(done);
    m_attempt = 0;
    start();
}

void HubRequest::start() {
    ++m_attempt;
    m_redirections = 0;
    follow(m_url);
}

void HubRequest::follow(const QUrl& url) {
    m_body.clear();
    QNetworkRequest request = m_access.request(url);
    request.setRawHeader("Accept", "application/json");
    m_reply = m_network.get(request);
    connect(m_reply, &QNetworkReply::readyRead, this, &HubRequest::received);
    connect(m_reply, &QNetworkReply::finished, this, &HubRequest::finished);
    m_stall.start(m_patience.stallMs);
}

void HubRequest::received() {
    m_stall.start(m_patience.stallMs);
    m_body += m_reply->readAll();
    if (m_body.size() <= kLargestBody) return;
    delete takeReply();
    fail({{ErrorCode::DownloadDamaged, m_what.toStdString(),
           Detail{PONDER_TR_NOOP("ErrorDetail", "the list of its files is too long"), {}}},
          false,
          {},
          false});
}

void HubRequest::finished() {
    const std::unique_ptr<QNetworkReply, void (*)(QNetworkReply*)> reply(
        takeReply(), [](QNetworkReply* done) { done->deleteLater(); });
    if (isRedirection(*reply)) {
        const Result<QUrl> target = redirectionTarget(*reply);
        if (!target) return fail({target.error(), false, {}, false});
        if (++m_redirections > kMostRedirections) return fail(tooManyRedirections(m_url));
        return follow(*target);
    }
    if (reply->error() != QNetworkReply::NoError) return fail(hubFailure(*reply, m_access, m_name, m_what));
    m_body += reply->readAll();
    answer({m_body, nextPage(*reply), {}});
}

void HubRequest::fail(const HubFailure& failure) {
    if (!failure.again || m_attempt >= m_patience.attempts) return answer({{}, {}, failure});
    m_pause.start(failure.waitMs.value_or(m_patience.waitMs(m_attempt)));
}

void HubRequest::answer(HubAnswer answer) {
    // The callback may destroy this.
    const Done done = std::exchange(m_done, {});
    if (done) done(answer);
}

} // namespace ponder
