// One file on its way to the disk: FILE.part, its state and its lock, until it is whole and becomes FILE.
//
// Takes bytes in order; hashes them as they come and trusts after a restart only what had been brought to the
// disk before the state said so, hashed anew. FILE appears by one renaming, after size and checksum were
// right; a file that is there already is never replaced. Two programs cannot have the same file. Owner:
// move-only. Thread: one (blocks on the disk; not the GUI's). Errors: FileBusy, FileUnwritable, NoSpace,
// DownloadDamaged, Cancelled. Next station: the library.
#pragma once

#include "app/models/download_state.h"

#include <QLockFile>

#include <functional>
#include <stop_token>

namespace ponder {

class PartFile {
public:
    using Checked = std::function<void(qint64 bytes)>; // hashed anew so far

    // Goes on where `content` was left, else begins.
    static Result<PartFile> open(const QString& path, const DownloadState& content,
                                 const std::stop_token& stop, const Checked& checked);

    PartFile(PartFile&& other) noexcept;
    PartFile& operator=(PartFile&&) = delete;
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;
    ~PartFile();

    bool isWhole() const { return m_whole; } // FILE was there, and is right
    qint64 bytes() const { return m_written; }
    const DownloadState& state() const { return m_state; }
    // What the bytes will be checked by and continued with; known when the first answer comes.
    void setTag(const QString& tag, const QString& host);

    Result<void> append(QByteArrayView bytes);
    Result<void> confirm();             // all so far is on the disk, and the state says so
    Result<void> restart(qint64 bytes); // from nothing; `bytes`: the size of the whole
    Result<void> finish();
    void discard(); // removes part and state

private:
    PartFile(QString path, std::unique_ptr<QLockFile> lock);
    Result<void> begin(const DownloadState& content, const std::stop_token& stop, const Checked& checked);
    Result<void> checkWhole(const DownloadState& content, const std::stop_token& stop,
                            const Checked& checked);
    Result<void> hashAnew(int descriptor, qint64 bytes, const std::stop_token& stop, const Checked& checked);
    Result<void> rename();
    void close();

    QString m_path;
    std::unique_ptr<QLockFile> m_lock;
    DownloadState m_state;
    RunningDigest m_digest{FileDigest::Kind::None, 0};
    int m_descriptor = -1;
    qint64 m_written = 0;
    bool m_whole = false;
};

} // namespace ponder
