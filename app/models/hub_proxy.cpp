#include "app/models/hub_proxy.h"

#include "engine/base/translatable.h"

#include <QHostAddress>
#include <QUrl>

#include <algorithm>

namespace ponder {
namespace {

std::optional<QNetworkProxy> proxyFromAddress(const QString& text) {
    const QUrl url(text.contains(QLatin1String("://")) ? text : QStringLiteral("http://") + text);
    const QString scheme = url.scheme();
    const bool socks = scheme == u"socks5" || scheme == u"socks5h" || scheme == u"socks";
    if (!url.isValid() || url.host().isEmpty() || (!socks && scheme != u"http" && scheme != u"https"))
        return {};
    return QNetworkProxy(socks ? QNetworkProxy::Socks5Proxy : QNetworkProxy::HttpProxy, url.host(),
                         quint16(url.port(socks ? 1080 : 8080)), url.userName(QUrl::FullyDecoded),
                         url.password(QUrl::FullyDecoded));
}

QString environmentValue(const char* lower) {
    const QString value = qEnvironmentVariable(lower);
    return value.isEmpty() ? qEnvironmentVariable(QByteArray(lower).toUpper().constData()) : value;
}

bool isLoopback(const QString& host) { return host == u"localhost" || QHostAddress(host).isLoopback(); }

// NO_PROXY: names and ends of names, separated by commas; * is all.
bool isExcepted(const QString& host) {
    const QStringList exceptions = environmentValue("no_proxy").split(u',', Qt::SkipEmptyParts);
    return std::any_of(exceptions.begin(), exceptions.end(), [&](const QString& entry) {
        QString name = entry.trimmed();
        if (name == u"*") return true;
        while (name.startsWith(u'.'))
            name = name.mid(1);
        return !name.isEmpty() && (host == name || host.endsWith(u'.' + name));
    });
}

std::optional<QNetworkProxy> environmentProxy(const QString& scheme) {
    for (const char* name : {scheme == u"https" ? "https_proxy" : "http_proxy", "all_proxy"})
        if (const QString value = environmentValue(name); !value.isEmpty()) return proxyFromAddress(value);
    return {};
}

class Factory : public QNetworkProxyFactory {
public:
    explicit Factory(HubProxy proxy) : m_proxy(std::move(proxy)) {}
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery& query) override {
        return m_proxy.proxiesFor(query);
    }

private:
    HubProxy m_proxy;
};

} // namespace

Result<HubProxy> HubProxy::parse(const QString& setting) {
    const QString text = setting.trimmed();
    HubProxy out;
    if (text.isEmpty()) return out;
    out.m_proxy = text == u"none" ? QNetworkProxy(QNetworkProxy::NoProxy) : proxyFromAddress(text);
    if (out.m_proxy) return out;
    // Not the text itself: it may hold a password.
    return Error{
        ErrorCode::BadArgument, "proxy",
        Detail{PONDER_TR_NOOP("ErrorDetail", "a proxy is written as http://host:8080 or socks5://host:1080"),
               {}}};
}

QList<QNetworkProxy> HubProxy::proxiesFor(const QNetworkProxyQuery& query) const {
    if (m_proxy) return {*m_proxy};
    const QString host = query.peerHostName();
    if (isLoopback(host) || isExcepted(host)) return {QNetworkProxy(QNetworkProxy::NoProxy)};
    if (const auto proxy = environmentProxy(query.protocolTag())) return {*proxy};
    return QNetworkProxyFactory::systemProxyForQuery(query);
}

std::unique_ptr<QNetworkProxyFactory> HubProxy::factory() const { return std::make_unique<Factory>(*this); }

} // namespace ponder
