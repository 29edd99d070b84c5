#include "app/models/file_digest.h"

#include "app/models/hub_repository.h"

namespace ponder {

FileDigest FileDigest::of(const HubFile& file) {
    if (!file.sha256.isEmpty()) return {Kind::Sha256, file.sha256};
    if (!file.gitBlobId.isEmpty()) return {Kind::GitBlob, file.gitBlobId};
    return {};
}

void RunningDigest::reset(FileDigest::Kind kind, qint64 bytes) {
    const bool git = kind == FileDigest::Kind::GitBlob;
    m_hash =
        std::make_unique<QCryptographicHash>(git ? QCryptographicHash::Sha1 : QCryptographicHash::Sha256);
    if (!git) return;
    m_hash->addData("blob " + QByteArray::number(bytes));
    m_hash->addData(QByteArrayView("\0", 1));
}

} // namespace ponder
