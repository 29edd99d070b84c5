#include "app/models/hub_endpoint.h"

#include "engine/base/translatable.h"

#include <QUrlQuery>

namespace ponder {
namespace {

int portOf(const QUrl& url) { return url.port(url.scheme() == u"https" ? 443 : 80); }

} // namespace

Result<HubEndpoint> HubEndpoint::parse(const QString& text) {
    QString address = text.trimmed();
    if (!address.contains(QLatin1String("://"))) address.prepend(QStringLiteral("https://"));
    QUrl url(address, QUrl::StrictMode);
    const bool web = url.scheme() == u"https" || url.scheme() == u"http";
    if (!url.isValid() || !web || url.host().isEmpty() || !url.userInfo().isEmpty())
        return Error{ErrorCode::BadArgument, text.toStdString(),
                     Detail{PONDER_TR_NOOP("ErrorDetail",
                                           "the address of a hub is written as https://hub.example.org"),
                            {}}};
    url.setQuery(QString());
    url.setFragment(QString());
    QString path = url.path();
    while (path.endsWith(u'/'))
        path.chop(1);
    url.setPath(path);
    return HubEndpoint(url);
}

Result<HubEndpoint> HubEndpoint::choose(const QString& setting) {
    if (!setting.trimmed().isEmpty()) return parse(setting);
    const QString environment = qEnvironmentVariable("HF_ENDPOINT");
    if (!environment.trimmed().isEmpty()) return parse(environment);
    return parse(QStringLiteral("https://huggingface.co"));
}

QUrl HubEndpoint::below(const QString& path, const QString& query) const {
    QUrl url = m_base;
    url.setPath(m_base.path(QUrl::FullyDecoded) + path, QUrl::DecodedMode);
    if (!query.isEmpty()) url.setQuery(query);
    return url;
}

QUrl HubEndpoint::modelInfo(const HubName& name) const {
    const QString revision =
        name.revision.isEmpty() ? QString() : QStringLiteral("/revision/") + name.revision;
    return below(QStringLiteral("/api/models/") + name.id() + revision, QStringLiteral("blobs=true"));
}

QUrl HubEndpoint::tree(const HubName& name, const QString& revision) const {
    return below(QStringLiteral("/api/models/") + name.id() + QStringLiteral("/tree/") + revision,
                 QStringLiteral("recursive=1"));
}

QUrl HubEndpoint::file(const HubName& name, const QString& revision, const QString& path) const {
    return below(u'/' + name.id() + QStringLiteral("/resolve/") + revision + u'/' + path);
}

QUrl HubEndpoint::search(const QString& words, int limit) const {
    QUrlQuery query;
    query.addQueryItem(QStringLiteral("search"), words);
    query.addQueryItem(QStringLiteral("limit"), QString::number(limit));
    return below(QStringLiteral("/api/models"), query.query());
}

QUrl HubEndpoint::whoAmI() const { return below(QStringLiteral("/api/whoami-v2")); }

QUrl HubEndpoint::page(const HubName& name) const { return below(u'/' + name.id()); }

bool HubEndpoint::owns(const QUrl& url) const {
    return url.scheme() == m_base.scheme() && url.host() == m_base.host() && portOf(url) == portOf(m_base);
}

} // namespace ponder
