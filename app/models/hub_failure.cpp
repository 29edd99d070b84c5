#include "app/models/hub_failure.h"

#include "engine/base/translatable.h"

#include <QDateTime>
#include <QLocale>

#include <algorithm>

namespace ponder {
namespace {

constexpr qint64 kLongestWaitMs = 3600 * 1000;

std::string hostOf(const QNetworkReply& reply) { return reply.url().host().toStdString(); }

// Seconds, or a date.
std::optional<int> retryAfterMs(const QNetworkReply& reply) {
    const QByteArray value = reply.rawHeader("Retry-After").trimmed();
    bool isNumber = false;
    qint64 ms = value.toLongLong(&isNumber) * 1000;
    if (!isNumber) {
        QDateTime date = QLocale::c().toDateTime(QString::fromLatin1(value),
                                                 QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"));
        if (!date.isValid()) return {};
        date.setTimeSpec(Qt::UTC);
        ms = QDateTime::currentDateTimeUtc().msecsTo(date);
    }
    return int(std::clamp<qint64>(ms, 0, kLongestWaitMs));
}

HubFailure unreachable(const QNetworkReply& reply, Detail why, bool again) {
    return {{ErrorCode::HubUnreachable, hostOf(reply), std::move(why)}, again, {}, false};
}

HubFailure connectionFailure(const QNetworkReply& reply) {
    const std::string system = reply.errorString().toStdString();
    switch (reply.error()) {
    case QNetworkReply::HostNotFoundError:
        return unreachable(reply, {PONDER_TR_NOOP("ErrorDetail", "no computer of this name was found"), {}},
                           true);
    case QNetworkReply::ConnectionRefusedError:
        return unreachable(reply, {PONDER_TR_NOOP("ErrorDetail", "the connection was refused"), {}}, true);
    case QNetworkReply::TimeoutError:
    case QNetworkReply::OperationCanceledError:
        return stalled(reply.url());
    case QNetworkReply::SslHandshakeFailedError:
        return unreachable(
            reply, {PONDER_TR_NOOP("ErrorDetail", "its certificate is not trusted (%1)"), {system}}, false);
    case QNetworkReply::ProxyAuthenticationRequiredError:
        return unreachable(
            reply, {PONDER_TR_NOOP("ErrorDetail", "the proxy asks for another user name and password"), {}},
            false);
    case QNetworkReply::ProxyConnectionRefusedError:
    case QNetworkReply::ProxyConnectionClosedError:
    case QNetworkReply::ProxyNotFoundError:
    case QNetworkReply::ProxyTimeoutError:
    case QNetworkReply::UnknownProxyError:
        return unreachable(reply, {PONDER_TR_NOOP("ErrorDetail", "the proxy does not answer (%1)"), {system}},
                           true);
    default:
        return unreachable(reply, {PONDER_TR_NOOP("ErrorDetail", "the connection broke off (%1)"), {system}},
                           true);
    }
}

HubFailure denied(const QNetworkReply& reply, const HubAccess& access, const HubName& name) {
    // Addresses on other hosts are good for a while only; the hub hands out a new one.
    if (!access.endpoint.owns(reply.url()))
        return {{ErrorCode::HubBusy, hostOf(reply),
                 Detail{PONDER_TR_NOOP("ErrorDetail", "the address of the file has expired"), {}}},
                true,
                {},
                false};
    const QByteArray code = reply.rawHeader("X-Error-Code");
    const std::string page = access.endpoint.page(name).toString().toStdString();
    if (code == "GatedRepo")
        return {{ErrorCode::AccessDenied, name.id().toStdString(),
                 Detail{PONDER_TR_NOOP("ErrorDetail",
                                       "accept its licence on %1 in a browser, then enter a token of "
                                       "that account in the settings, or set HF_TOKEN"),
                        {page}}},
                false,
                {},
                false};
    const bool sent = access.mayCarryToken(reply.url());
    if (sent && code != "RepoNotFound")
        return {{ErrorCode::AccessDenied, hostOf(reply),
                 Detail{PONDER_TR_NOOP("ErrorDetail",
                                       "it refuses the token; make a new one on the hub and enter it "
                                       "in the settings, or set HF_TOKEN"),
                        {}}},
                false,
                {},
                false};
    // To strangers the hub does not say whether a private repository exists.
    return {{ErrorCode::NotOnHub, name.id().toStdString(), {}}, false, {}, true};
}

} // namespace

HubFailure stalled(const QUrl& url) {
    return {{ErrorCode::HubUnreachable, url.host().toStdString(),
             Detail{PONDER_TR_NOOP("ErrorDetail", "it sent nothing for too long"), {}}},
            true,
            {},
            false};
}

HubFailure tooManyRedirections(const QUrl& url) {
    return {{ErrorCode::HubUnreachable, url.host().toStdString(),
             Detail{PONDER_TR_NOOP("ErrorDetail", "it leads from address to address without end"), {}}},
            false,
            {},
            false};
}

HubFailure hubFailure(const QNetworkReply& reply, const HubAccess& access, const HubName& name,
                      const QString& what) {
    const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (status == 401 || status == 403) return denied(reply, access, name);
    if (status == 404 || status == 410)
        return {{ErrorCode::NotOnHub, what.toStdString(), {}}, false, {}, true};
    if (status == 407) return connectionFailure(reply);
    const auto busy = [&](Detail why) {
        return HubFailure{
            {ErrorCode::HubBusy, hostOf(reply), std::move(why)}, true, retryAfterMs(reply), false};
    };
    if (status == 429)
        return busy({PONDER_TR_NOOP("ErrorDetail", "it has been asked too often from here"), {}});
    if (status >= 500 || status == 408)
        return busy(
            {PONDER_TR_NOOP("ErrorDetail", "it answers with the error %1"), {std::to_string(status)}});
    if (status >= 300)
        return unreachable(
            reply, {PONDER_TR_NOOP("ErrorDetail", "it answers with the error %1"), {std::to_string(status)}},
            false);
    return connectionFailure(reply);
}

} // namespace ponder
