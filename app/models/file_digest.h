// The checksum that a file should have, and the one that it has.
//
// The hub gives the SHA-256 of large files, and of small ones what Git calls them: SHA-1 over "blob SIZE" and
// the content. Thread: one. Next station: part_file.h.
#pragma once

#include <QByteArrayView>
#include <QCryptographicHash>
#include <QString>

#include <memory>

namespace ponder {

struct HubFile;

struct FileDigest {
    enum class Kind { None, Sha256, GitBlob };
    Kind kind = Kind::None;
    QString hex;

    static FileDigest of(const HubFile& file);
    bool known() const { return kind != Kind::None; }
    bool operator==(const FileDigest&) const = default;
};

// Hashes a file's bytes as they come.
class RunningDigest {
public:
    RunningDigest(FileDigest::Kind kind, qint64 bytes) { reset(kind, bytes); }

    void reset(FileDigest::Kind kind, qint64 bytes); // `bytes`: the size of the whole file
    void add(QByteArrayView bytes) { m_hash->addData(bytes); }
    QString hex() const { return QString::fromLatin1(m_hash->result().toHex()); }

private:
    std::unique_ptr<QCryptographicHash> m_hash;
};

} // namespace ponder
