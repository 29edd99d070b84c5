// The list of downloads in a file, so that it outlives the program.
//
// Takes and gives entries; a file that cannot be read is an empty list. What was running comes back as
// queued, what had failed as paused. One program has the list at a time: another one keeps its list in
// memory. Owner: DownloadQueue. Thread: GUI. Errors: FileUnwritable, NoSpace. Next station: download_queue.h.
#pragma once

#include "app/models/download_entry.h"

#include <QLockFile>

#include <memory>

namespace ponder {

class DownloadList {
public:
    // `path` empty: in memory only.
    explicit DownloadList(const QString& path);

    bool isKept() const { return m_lock != nullptr; }
    QList<DownloadEntry> read() const;
    Result<void> write(const QList<DownloadEntry>& entries) const;

private:
    QString m_path;
    std::unique_ptr<QLockFile> m_lock;
};

} // namespace ponder
