// The name of a repository on the hub as people write it: "owner/name", with a revision, or a page's address.
//
// Takes what was typed or pasted: owner/name, owner/name@revision, owner/name:Q4_K_M, or an address of the
// hub's page, folder or file. Gives checked parts that are safe in an address and in a folder's name. Errors:
// BadArgument. Next station: hub_endpoint.h.
#pragma once

#include "engine/base/result.h"

#include <QString>

namespace ponder {

struct HubName {
    QString owner;
    QString name;
    QString revision; // branch, tag or commit; empty: the main branch
    QString wanted;   // a file or a quantization that was named along with it; or empty

    QString id() const { return owner + u'/' + name; }

    static Result<HubName> parse(const QString& typed);
};

// A path of a repository's file that stays inside the folder it is joined to, on every file system.
bool isSafeHubPath(const QString& path);

} // namespace ponder
