// Through which proxy the hub is reached.
//
// Takes the setting: empty (the environment's, else the system's), "none", or an address such as
// http://user:password@host:8080 or socks5://host:1080; gives a factory for network managers. The
// environment's are HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in capitals or not. Errors: BadArgument.
// Next station: hub_access.h.
#pragma once

#include "engine/base/result.h"

#include <QNetworkProxyFactory>
#include <QString>

#include <memory>
#include <optional>

namespace ponder {

class HubProxy {
public:
    HubProxy() = default; // the environment's, else the system's
    static Result<HubProxy> parse(const QString& setting);

    std::unique_ptr<QNetworkProxyFactory> factory() const;
    // For one address; what the factory asks.
    QList<QNetworkProxy> proxiesFor(const QNetworkProxyQuery& query) const;

private:
    std::optional<QNetworkProxy> m_proxy; // what was set; NoProxy too
};

} // namespace ponder
