#include "app/models/download_state.h"

#include "engine/base/translatable.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

#include <cerrno>
#include <system_error>

namespace ponder {
namespace {

constexpr int kStateVersion = 1;
constexpr qint64 kLargestState = 1 << 16;

const char* kindName(FileDigest::Kind kind) {
    if (kind == FileDigest::Kind::Sha256) return "sha256";
    return kind == FileDigest::Kind::GitBlob ? "git-blob" : "none";
}

FileDigest::Kind kindNamed(const QString& name) {
    if (name == u"sha256") return FileDigest::Kind::Sha256;
    return name == u"git-blob" ? FileDigest::Kind::GitBlob : FileDigest::Kind::None;
}

} // namespace

bool DownloadState::continues(const DownloadState& earlier) const {
    if (digest.known() || earlier.digest.known()) return digest == earlier.digest && bytes == earlier.bytes;
    return address == earlier.address && !earlier.tag.isEmpty() && (bytes < 0 || bytes == earlier.bytes);
}

std::optional<DownloadState> readDownloadState(const QString& path) {
    QFile file(statePath(path));
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QJsonObject kept = QJsonDocument::fromJson(file.read(kLargestState)).object();
    DownloadState state;
    state.bytes = qint64(kept[QLatin1String("bytes")].toDouble(-1));
    state.digest = {kindNamed(kept[QLatin1String("digest_kind")].toString()),
                    kept[QLatin1String("digest")].toString()};
    state.address = kept[QLatin1String("address")].toString();
    state.tag = kept[QLatin1String("tag")].toString();
    state.tagHost = kept[QLatin1String("tag_host")].toString();
    state.confirmed = qint64(kept[QLatin1String("confirmed")].toDouble(-1));
    const bool sound = kept[QLatin1String("version")].toInt() == kStateVersion && state.confirmed >= 0 &&
                       (state.bytes < 0 || state.confirmed <= state.bytes);
    return sound ? std::optional(state) : std::nullopt;
}

Result<void> writeDownloadState(const QString& path, const DownloadState& state) {
    // QSaveFile brings the bytes to the disk before it renames.
    QSaveFile file(statePath(path));
    const QJsonObject kept{{QStringLiteral("version"), kStateVersion},
                           {QStringLiteral("bytes"), double(state.bytes)},
                           {QStringLiteral("digest_kind"), QLatin1String(kindName(state.digest.kind))},
                           {QStringLiteral("digest"), state.digest.hex},
                           {QStringLiteral("address"), state.address},
                           {QStringLiteral("tag"), state.tag},
                           {QStringLiteral("tag_host"), state.tagHost},
                           {QStringLiteral("confirmed"), double(state.confirmed)}};
    errno = 0;
    const bool written =
        file.open(QIODevice::WriteOnly) && file.write(QJsonDocument(kept).toJson()) > 0 && file.commit();
    if (written) return {};
    return writeError(path, errno == 0 ? EIO : errno);
}

QString partPath(const QString& path) { return path + QStringLiteral(".part"); }
QString statePath(const QString& path) { return path + QStringLiteral(".part.json"); }
QString lockPath(const QString& path) { return path + QStringLiteral(".part.lock"); }

qint64 bytesPresent(const QString& path) {
    const QFileInfo whole(path);
    if (whole.exists()) return whole.size();
    const std::optional<DownloadState> state = readDownloadState(path);
    return state ? std::min(state->confirmed, QFileInfo(partPath(path)).size()) : 0;
}

Error writeError(const QString& path, int systemError) {
    const std::string name = path.toStdString();
    if (systemError == ENOSPC || systemError == EDQUOT)
        return {ErrorCode::NoSpace, name,
                Detail{PONDER_TR_NOOP("ErrorDetail", "the disk is full; what has arrived is kept"), {}}};
    if (systemError == EFBIG)
        return {ErrorCode::FileUnwritable, name,
                Detail{PONDER_TR_NOOP("ErrorDetail",
                                      "the file system of this folder holds no files of this size"),
                       {}}};
    return {ErrorCode::FileUnwritable, name, std::generic_category().message(systemError)};
}

} // namespace ponder
