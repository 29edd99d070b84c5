// How the hub is reached: its endpoint, the token of the user's account, the proxy.
//
// Gives requests that carry the token to the endpoint's own host and to no other, encrypted unless the host
// is this machine; and where a redirection leads, never from an encrypted address to an open one. Errors:
// BadArgument; HubUnreachable for a redirection that is not followed. Next station: hub_request.h,
// download_transfer.h.
#pragma once

#include "app/models/hub_endpoint.h"
#include "app/models/hub_proxy.h"

#include <QNetworkReply>
#include <QNetworkRequest>

namespace ponder {

struct HubAccess {
    HubEndpoint endpoint;
    QString token; // empty: none; never part of a message
    HubProxy proxy;

    // From the settings; empty ones mean the environment's (HF_ENDPOINT, HF_TOKEN), else the standard.
    static Result<HubAccess> choose(const QString& endpoint, const QString& proxy, const QString& token);

    bool mayCarryToken(const QUrl& url) const;
    QNetworkRequest request(const QUrl& url) const;
};

// How long to wait for the hub, and how often to ask again.
struct HubPatience {
    int stallMs = 30000; // without a byte
    int firstWaitMs = 1000;
    int longestWaitMs = 60000;
    int attempts = 8; // without a byte of progress between them

    int waitMs(int attempt) const; // before attempt 1, 2, ...: doubled each time
};

bool isRedirection(const QNetworkReply& reply);
Result<QUrl> redirectionTarget(const QNetworkReply& reply);
constexpr int kMostRedirections = 6;

} // namespace ponder
