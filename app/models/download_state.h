// What is known of an unfinished file, kept beside it: FILE.part.json beside FILE.part.
//
// Says which content the bytes belong to and how many of them are surely on the disk; written whole or not at
// all, and only after those bytes. A state that cannot be read counts as none. Errors: FileUnwritable,
// NoSpace. Next station: part_file.h.
#pragma once

#include "app/models/file_digest.h"
#include "engine/base/result.h"

#include <optional>

namespace ponder {

struct DownloadState {
    qint64 bytes = -1; // of the whole file; -1: not known yet
    FileDigest digest;
    QString address; // of the file on the hub, without a host where there is a checksum
    QString tag;     // the content's ETag
    QString tagHost; // who gave it
    qint64 confirmed = 0;

    // Whether bytes of that content go on to be bytes of this one.
    bool continues(const DownloadState& earlier) const;
};

std::optional<DownloadState> readDownloadState(const QString& path);
Result<void> writeDownloadState(const QString& path, const DownloadState& state);

QString partPath(const QString& path);  // FILE.part
QString statePath(const QString& path); // FILE.part.json
QString lockPath(const QString& path);  // FILE.part.lock

// Bytes of FILE that are there already, whole or in part.
qint64 bytesPresent(const QString& path);

// Error of the system as one of ours: no space where there is none.
Error writeError(const QString& path, int systemError);

} // namespace ponder
