#include "app/models/hub_access.h"

#include "engine/base/translatable.h"

#include <QCoreApplication>
#include <QHostAddress>

#include <algorithm>

namespace ponder {

Result<HubAccess> HubAccess::choose(const QString& endpoint, const QString& proxy, const QString& token) {
    const Result<HubEndpoint> chosen = HubEndpoint::choose(endpoint);
    if (!chosen) return chosen.error();
    const Result<HubProxy> through = HubProxy::parse(proxy);
    if (!through) return through.error();
    const QString key = token.isEmpty() ? qEnvironmentVariable("HF_TOKEN") : token;
    return HubAccess{*chosen, key.trimmed(), *through};
}

bool HubAccess::mayCarryToken(const QUrl& url) const {
    const bool thisMachine = url.host() == u"localhost" || QHostAddress(url.host()).isLoopback();
    return !token.isEmpty() && endpoint.owns(url) && (url.scheme() == u"https" || thisMachine);
}

QNetworkRequest HubAccess::request(const QUrl& url) const {
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    // No cookies.
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setHeader(QNetworkRequest::UserAgentHeader,
                      QStringLiteral("Ponder/%1").arg(QCoreApplication::applicationVersion()));
    if (mayCarryToken(url)) request.setRawHeader("Authorization", "Bearer " + token.toLatin1());
    return request;
}

int HubPatience::waitMs(int attempt) const {
    const int doublings = std::clamp(attempt - 1, 0, 16);
    return int(std::min<qint64>(qint64{firstWaitMs} << doublings, longestWaitMs));
}

bool isRedirection(const QNetworkReply& reply) {
    const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<QUrl> redirectionTarget(const QNetworkReply& reply) {
    const QUrl from = reply.url();
    const QUrl to = from.resolved(QUrl::fromEncoded(reply.rawHeader("Location")));
    const bool web = to.scheme() == u"https" || (to.scheme() == u"http" && from.scheme() == u"http");
    if (reply.hasRawHeader("Location") && to.isValid() && web && !to.host().isEmpty()) return to;
    return Error{
        ErrorCode::HubUnreachable, from.host().toStdString(),
        Detail{PONDER_TR_NOOP("ErrorDetail", "it leads to an address that is not safe to follow"), {}}};
}

} // namespace ponder
