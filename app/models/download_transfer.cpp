#include "app/models/download_transfer.h"

#include "app/models/free_space.h"
#include "engine/base/translatable.h"

#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>
#include <utility>

namespace ponder {
namespace {

constexpr qint64 kBuffer = qint64{1} << 20; // between network and disk
constexpr int kProgressMs = 100;
constexpr int kMostRestarts = 3;

int statusOf(const QNetworkReply& reply) {
    return reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
}

// Only a strong ETag says that bytes are the same.
QString strongTag(const QByteArray& header) {
    return header.startsWith("W/") ? QString() : QString::fromLatin1(header);
}

Detail lacksBytes() {
    return {PONDER_TR_NOOP("ErrorDetail", "the connection ended before the file did"), {}};
}

} // namespace

DownloadTransfer::DownloadTransfer(DownloadJob job, HubAccess access, DownloadRules rules,
                                   std::stop_token stop)
    : m_job(std::move(job)), m_access(std::move(access)), m_rules(std::move(rules)), m_stop(std::move(stop)),
      m_stall(this), m_pause(this), m_report(this) {
    if (!m_rules.freeBytes) m_rules.freeBytes = freeBytesFor;
    m_stall.setSingleShot(true);
    m_pause.setSingleShot(true);
    m_report.setSingleShot(true);
    connect(&m_report, &QTimer::timeout, this,
            [this] { emit progressed(m_part->bytes(), m_part->state().bytes); });
    connect(&m_pause, &QTimer::timeout, this, &DownloadTransfer::ask);
    connect(&m_stall, &QTimer::timeout, this, [this] {
        const QUrl url = m_reply->url();
        takeReply()->deleteLater();
        retry(stalled(url));
    });
}

DownloadTransfer::~DownloadTransfer() { delete takeReply(); }

QNetworkReply* DownloadTransfer::takeReply() {
    m_stall.stop();
    if (m_reply) m_reply->disconnect(this);
    return std::exchange(m_reply, nullptr);
}

Error DownloadTransfer::otherPart() const {
    return {ErrorCode::DownloadDamaged, m_job.file.toStdString(),
            Detail{PONDER_TR_NOOP("ErrorDetail", "another part of it came than was asked for"), {}}};
}

DownloadState DownloadTransfer::content() const {
    DownloadState state;
    state.bytes = m_job.bytes;
    state.digest = m_job.digest;
    state.address = m_job.url.toString();
    return state;
}

void DownloadTransfer::run() {
    emit phaseChanged(DownloadPhase::Checking);
    Result<PartFile> part =
        PartFile::open(m_job.path, content(), m_stop, [this](qint64 bytes) { emit checkProgressed(bytes); });
    if (!part) return end(part.error());
    m_part.emplace(std::move(*part));
    emit progressed(m_part->bytes(), m_part->isWhole() ? m_part->bytes() : m_part->state().bytes);
    if (m_part->isWhole()) return end({});
    if (!enoughSpace()) return;
    m_network = std::make_unique<QNetworkAccessManager>();
    m_network->setProxyFactory(m_access.proxy.factory().release());
    m_sinceConfirm.start();
    ask();
}

void DownloadTransfer::ask() {
    if (m_stop.stop_requested()) return stop();
    if (m_part->bytes() == m_part->state().bytes) return verify();
    emit phaseChanged(DownloadPhase::Connecting);
    ++m_attempt;
    m_redirections = 0;
    follow(m_job.url);
}

void DownloadTransfer::follow(const QUrl& url) {
    m_judged = false;
    m_skip = 0;
    QNetworkRequest request = m_access.request(url);
    request.setRawHeader("Accept-Encoding", "identity"); // the bytes themselves
    // HTTP/2 streams of Qt do not wait for a reader that is slow.
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    const DownloadState& state = m_part->state();
    if (m_part->bytes() > 0 && m_ranges) {
        request.setRawHeader("Range", "bytes=" + QByteArray::number(m_part->bytes()) + '-');
        if (!state.tag.isEmpty() && state.tagHost == url.host())
            request.setRawHeader("If-Range", state.tag.toLatin1());
    }
    m_reply = m_network->get(request);
    m_reply->setReadBufferSize(kBuffer);
    connect(m_reply, &QNetworkReply::readyRead, this, &DownloadTransfer::received);
    connect(m_reply, &QNetworkReply::finished, this, &DownloadTransfer::replyFinished);
    m_stall.start(m_rules.patience.stallMs);
}

// The hub's own answer says what the file is; another checksum than the list's is another file.
bool DownloadTransfer::changedOnHub(const QNetworkReply& reply) {
    if (!m_access.endpoint.owns(reply.url()) || m_job.digest.kind != FileDigest::Kind::Sha256) return false;
    QString linked = strongTag(reply.rawHeader("X-Linked-ETag"));
    linked.remove(u'"');
    if (linked.size() != 64 || linked.compare(m_job.digest.hex, Qt::CaseInsensitive) == 0) return false;
    end(Error{ErrorCode::DownloadDamaged, m_job.file.toStdString(),
              Detail{PONDER_TR_NOOP("ErrorDetail",
                                    "the hub has another file of this name now; list its files anew"),
                     {}}});
    return true;
}

bool DownloadTransfer::beginAnew(qint64 bytes) {
    if (++m_restarts > kMostRestarts) {
        end(Error{ErrorCode::DownloadDamaged, m_job.file.toStdString(),
                  Detail{PONDER_TR_NOOP("ErrorDetail", "it changes while it is fetched"), {}}});
        return false;
    }
    if (const Result<void> emptied = m_part->restart(bytes); !emptied) {
        end(emptied.error());
        return false;
    }
    emit progressed(0, bytes);
    return true;
}

DownloadTransfer::Verdict DownloadTransfer::judgeRange(const QNetworkReply& reply) {
    static const QRegularExpression pattern(QStringLiteral("^bytes (\\d+)-\\d*/(\\d+|\\*)"));
    const auto match = pattern.match(QString::fromLatin1(reply.rawHeader("Content-Range")));
    if (!match.hasMatch() || match.captured(1).toLongLong() != m_part->bytes()) {
        m_ranges = false; // ask for the whole file
        return Verdict::Refuse;
    }
    bool said = false;
    const qint64 all = match.captured(2).toLongLong(&said);
    // Where a checksum is known the bytes decide, not what a server says of them.
    const QString tag = strongTag(reply.rawHeader("ETag"));
    const QString& before = m_part->state().tag;
    const bool changed =
        (said && all != m_part->state().bytes) || (!before.isEmpty() && !tag.isEmpty() && tag != before);
    if (m_job.digest.known() || !changed) return Verdict::Take;
    if (beginAnew(said ? all : -1)) m_attempt = 0;
    return Verdict::Refuse;
}

DownloadTransfer::Verdict DownloadTransfer::judge(const QNetworkReply& reply) {
    const int status = statusOf(reply);
    if (status == 206) return judgeRange(reply);
    if (status != 200) return Verdict::Skip;
    // The whole file, although the rest was asked for, or because nothing is there yet.
    bool said = false;
    const qint64 length = reply.rawHeader("Content-Length").toLongLong(&said);
    const QString tag = strongTag(reply.rawHeader("ETag"));
    const bool same = m_job.digest.known() || (!tag.isEmpty() && tag == m_part->state().tag);
    if (m_part->bytes() > 0 && !same && !beginAnew(said ? length : -1)) return Verdict::Refuse;
    if (m_part->state().bytes < 0 && said)
        if (const Result<void> sized = m_part->restart(length); !sized) end(sized.error());
    m_skip = m_part->bytes();
    m_part->setTag(tag, reply.url().host());
    return Verdict::Take;
}

void DownloadTransfer::headersCame() {
    m_judged = true;
    const Verdict verdict = judge(*m_reply);
    if (m_ended || verdict == Verdict::Take) return;
    if (verdict == Verdict::Skip) {
        m_skip = -1; // the body is not the file's
        return;
    }
    takeReply()->deleteLater();
    waitAndAsk(otherPart(), 0);
}

void DownloadTransfer::received() {
    m_stall.start(m_rules.patience.stallMs);
    if (!m_judged) headersCame();
    while (m_reply && m_reply->bytesAvailable() > 0) {
        if (m_stop.stop_requested()) return stop();
        if (!takeBytes(m_reply->read(kBuffer))) return;
    }
}

// Whether there is still a reply to read from.
bool DownloadTransfer::takeBytes(const QByteArray& bytes) {
    if (m_skip < 0) return true;
    const qint64 skipped = std::min<qint64>(m_skip, bytes.size());
    m_skip -= skipped;
    const qint64 room = m_part->state().bytes < 0 ? bytes.size() : m_part->state().bytes - m_part->bytes();
    const QByteArrayView fresh =
        QByteArrayView(bytes).sliced(skipped).first(std::min<qint64>(room, bytes.size() - skipped));
    if (fresh.empty() && skipped > 0) return true;
    if (const Result<void> written = m_part->append(fresh); !written) {
        keepWhatCame();
        end(written.error());
        return false;
    }
    if (std::exchange(m_attempt, 0) > 0) emit phaseChanged(DownloadPhase::Receiving);
    const bool all = m_part->bytes() == m_part->state().bytes;
    if (!m_report.isActive()) m_report.start(kProgressMs);
    if (all) {
        takeReply()->deleteLater();
        verify();
        return false;
    }
    const bool due = m_part->bytes() - m_part->state().confirmed >= m_rules.confirmBytes ||
                     m_sinceConfirm.elapsed() >= m_rules.confirmMs;
    return !due || confirm();
}

bool DownloadTransfer::confirm() {
    m_sinceConfirm.restart();
    if (const Result<void> done = m_part->confirm(); !done) {
        end(done.error());
        return false;
    }
    return enoughSpace();
}

// As far as the disk allows: the transfer ends anyway.
void DownloadTransfer::keepWhatCame() { static_cast<void>(m_part->confirm()); }

bool DownloadTransfer::enoughSpace() {
    const qint64 left = std::max<qint64>(m_part->state().bytes, 0) - m_part->bytes() + m_job.laterBytes;
    const qint64 needed = left + m_rules.spareBytes, free = m_rules.freeBytes(m_job.path);
    if (free < 0 || free >= needed) return true; // where the system does not say, writing will
    keepWhatCame();
    const auto megabytes = [](qint64 bytes) { return std::to_string((bytes + 999999) / 1000000); };
    end(Error{ErrorCode::NoSpace, m_job.path.toStdString(),
              Detail{PONDER_TR_NOOP("ErrorDetail",
                                    "%1 MB more are needed and %2 MB are free; what has arrived is kept"),
                     {megabytes(needed), megabytes(free)}}});
    return false;
}

void DownloadTransfer::replyFinished() {
    if (!m_judged) headersCame();
    if (!m_reply) return;
    received(); // what the buffer still holds
    if (!m_reply) return;
    const std::unique_ptr<QNetworkReply, void (*)(QNetworkReply*)> reply(
        takeReply(), [](QNetworkReply* done) { done->deleteLater(); });
    if (changedOnHub(*reply)) return;
    if (isRedirection(*reply)) {
        const Result<QUrl> target = redirectionTarget(*reply);
        if (!target) return end(target.error());
        if (++m_redirections > kMostRedirections) return end(tooManyRedirections(m_job.url).error);
        return follow(*target);
    }
    const int status = statusOf(*reply);
    if (status == 416) {
        if (!beginAnew(m_job.bytes)) return;
        return waitAndAsk(otherPart(), 0);
    }
    if (status == 200 || status == 206)
        return retry(
            {{ErrorCode::HubUnreachable, reply->url().host().toStdString(), lacksBytes()}, true, {}, false});
    HubFailure failure = hubFailure(*reply, m_access, m_job.name, m_job.file);
    if (failure.unknownName)
        failure.error.detail = {
            PONDER_TR_NOOP("ErrorDetail", "it was renamed or removed, or is open to its owner only"), {}};
    retry(failure);
}

void DownloadTransfer::retry(const HubFailure& failure) {
    if (const Result<void> kept = m_part->confirm(); !kept) return end(kept.error());
    emit progressed(m_part->bytes(), m_part->state().bytes);
    // A server that asks to wait is alive: that does not count as an attempt, but for its own bound.
    if (!failure.again || m_attempt >= m_rules.patience.attempts) return end(failure.error);
    waitAndAsk(failure.error, failure.waitMs.value_or(m_rules.patience.waitMs(std::max(m_attempt, 1))));
}

void DownloadTransfer::waitAndAsk(const Error& why, int ms) {
    if (m_attempt >= m_rules.patience.attempts) return end(why);
    if (ms > 0) {
        emit phaseChanged(DownloadPhase::Waiting);
        emit waiting(ms, why);
    }
    m_pause.start(ms);
}

void DownloadTransfer::verify() {
    emit progressed(m_part->bytes(), m_part->state().bytes);
    emit phaseChanged(DownloadPhase::Verifying);
    const Result<void> finished = m_part->finish();
    if (finished) return end({});
    if (finished.error().code != ErrorCode::DownloadDamaged) return end(finished.error());
    // Once more from the first byte; what comes damaged twice is removed.
    if (m_restarts == 0 && beginAnew(m_job.bytes)) return waitAndAsk(finished.error(), 0);
    if (!m_ended) m_part->discard();
    end(finished.error());
}

void DownloadTransfer::stop() {
    if (m_ended) return;
    if (m_part && !m_part->isWhole()) keepWhatCame();
    end(Error{ErrorCode::Cancelled, {}, {}});
}

void DownloadTransfer::end(const std::optional<Error>& error) {
    if (std::exchange(m_ended, true)) return;
    m_pause.stop();
    m_report.stop();
    if (QNetworkReply* reply = takeReply()) reply->deleteLater();
    if (m_part) emit progressed(m_part->bytes(), m_part->state().bytes);
    m_part.reset(); // lets go of the lock
    emit ended(error);
}

} // namespace ponder
