// What the hub says of a repository: its commit, whether it is open, its files with sizes and checksums.
//
// Takes the JSON of /api/models/OWNER/NAME?blobs=true or of its tree; gives values whose paths are safe to
// join to a folder: files with other paths are left out and counted. Errors: DownloadDamaged (an answer that
// cannot be read). Source: the hub's documented HTTP interface. Next station: hub_item.h.
#pragma once

#include "app/models/hub_name.h"

#include <QList>

namespace ponder {

struct HubFile {
    QString path;
    qint64 bytes = -1; // -1: not said
    QString sha256;    // of large files, hexadecimal; else empty
    QString gitBlobId; // of small files: Git's SHA-1 of the content
};

struct HubRepository {
    HubName name;
    QString commit; // what the main branch, or the revision asked for, stands for now
    QString licence;
    bool gated = false; // asks for consent to its terms
    bool isPrivate = false;
    QList<HubFile> files;
    int refusedFiles = 0; // with unsafe paths

    bool sizesKnown() const;
    qint64 bytes() const;
};

Result<HubRepository> parseRepository(const HubName& name, const QByteArray& json);

// One page of the tree; appends to the repository's files.
Result<void> parseTreePage(const QByteArray& json, HubRepository& repository);

// The names in the answer to a search.
Result<QStringList> parseSearch(const QByteArray& json);

} // namespace ponder
