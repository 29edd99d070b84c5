// Why an answer of the hub is none, and whether asking again makes sense.
//
// Takes a finished reply without a usable body; gives the error for people, with what to do next, and how to
// go on. Thread: that of the reply. Source: the hub's documented status codes and its X-Error-Code header.
// Next station: hub_request.h, download_transfer.h.
#pragma once

#include "app/models/hub_access.h"

#include <optional>

namespace ponder {

struct HubFailure {
    Error error;
    bool again = false;        // worth another attempt
    std::optional<int> waitMs; // as the hub asks
    bool unknownName = false;  // no such repository, revision or file
};

// `name`: what was asked for, for the message.
HubFailure hubFailure(const QNetworkReply& reply, const HubAccess& access, const HubName& name,
                      const QString& what);

HubFailure stalled(const QUrl& url);
HubFailure tooManyRedirections(const QUrl& url);

} // namespace ponder
