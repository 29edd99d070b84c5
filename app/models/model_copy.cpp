#include "app/models/model_copy.h"

#include "app/models/byte_text.h"
#include "engine/base/translatable.h"
#include "engine/file/atomic_file.h"

#include <QDir>
#include <QFile>
#include <QLockFile>
#include <QStorageInfo>

#include <algorithm>
#include <filesystem>

namespace ponder {
namespace {

constexpr qint64 kPiece = qint64(8) << 20;
const QString kUnfinished = QStringLiteral(".part"); // as AtomicFile names it
constexpr qint64 kSpare = qint64(64) << 20;          // the disk is not filled to the brim

Error unreadable(const QFile& file) {
    return {ErrorCode::FileUnreadable, file.fileName().toStdString(), file.errorString().toStdString()};
}

// What a copy that was cut off by a crash left: an unfinished part of one of these files. Copies are made
// under a lock, so nobody writes it.
bool clearLeftovers(const QDir& folder, const QStringList& parts) {
    if (folder.isEmpty()) return true; // cut off before the first part
    const auto nameOf = [](const QString& part) { return QFileInfo(part).fileName(); };
    const bool cutOff = std::any_of(parts.cbegin(), parts.cend(), [&](const QString& part) {
        return folder.exists(nameOf(part) + kUnfinished);
    });
    if (!cutOff) return false;
    for (const QString& part : parts)
        for (const QString& name : {nameOf(part), nameOf(part) + kUnfinished})
            QFile::remove(folder.filePath(name));
    return folder.isEmpty();
}

// A folder that is new: NAME, else NAME-2, NAME-3, ...
Result<QString> newFolder(const QString& modelsFolder, const QString& name, const QStringList& parts) {
    QDir above(modelsFolder);
    const QString wanted = name.isEmpty() ? QStringLiteral("model") : name;
    for (int number = 1; number < 1000; ++number) {
        const QString tried = number == 1 ? wanted : wanted + u'-' + QString::number(number);
        if (above.exists(tried) && !clearLeftovers(QDir(above.filePath(tried)), parts)) continue;
        if (above.mkpath(tried)) return above.absoluteFilePath(tried);
        break;
    }
    return Error{
        ErrorCode::FileUnwritable, modelsFolder.toStdString(),
        Detail{PONDER_TR_NOOP("ErrorDetail", "the folder %1 cannot be made"), {wanted.toStdString()}}};
}

Result<void> checkSpace(const QString& folder, qint64 bytes) {
    QDir existing(folder);
    while (!existing.exists() && existing.cdUp()) {
    }
    const qint64 free = QStorageInfo(existing.path()).bytesAvailable();
    if (free < 0 || free >= bytes + kSpare) return {}; // -1: the file system does not say
    return Error{ErrorCode::NoSpace, folder.toStdString(),
                 Detail{PONDER_TR_NOOP("ErrorDetail", "%1 are needed and %2 are free"),
                        {byteText(bytes + kSpare).toStdString(), byteText(free).toStdString()}}};
}

class Copying {
public:
    Copying(qint64 all, const CopyProgress& progress, const std::stop_token& stop)
        : m_all(all), m_progress(progress), m_stop(stop) {}

    Result<void> one(const QString& from, const QString& to) {
        QFile source(from);
        if (!source.open(QIODevice::ReadOnly)) return unreadable(source);
        auto target = AtomicFile::create(std::filesystem::path(to.toStdU16String()));
        if (!target) return target.error();
        const qint64 size = source.size();
        for (qint64 done = 0; done < size;) {
            if (m_stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
            const QByteArray piece = source.read(std::min(kPiece, size - done));
            if (piece.isEmpty()) return unreadable(source); // it has become shorter, or its disk is gone
            const auto written =
                target->write(std::as_bytes(std::span(piece.constData(), std::size_t(piece.size()))));
            if (!written) return written.error();
            done += piece.size();
            m_done += piece.size();
            if (m_progress) m_progress(m_done, m_all);
        }
        if (const auto kept = target->sync(); !kept) return kept.error();
        return target->commit();
    }

private:
    qint64 m_done = 0;
    qint64 m_all;
    const CopyProgress& m_progress;
    const std::stop_token& m_stop;
};

} // namespace

Result<QStringList> copyModel(const QStringList& parts, const QString& modelsFolder, const QString& name,
                              const CopyProgress& progress, const std::stop_token& stop) {
    qint64 all = 0;
    for (const QString& part : parts)
        all += QFileInfo(part).size();
    if (const auto space = checkSpace(modelsFolder, all); !space) return space.error();
    QDir().mkpath(modelsFolder);
    QLockFile lock(modelsFolder + QStringLiteral("/.copying.lock"));
    lock.setStaleLockTime(0);
    while (!lock.tryLock(200))
        if (stop.stop_requested() || lock.error() != QLockFile::LockFailedError)
            return stop.stop_requested()
                       ? Error{ErrorCode::Cancelled, {}, {}}
                       : Error{ErrorCode::FileUnwritable, modelsFolder.toStdString(),
                               Detail{PONDER_TR_NOOP("ErrorDetail", "the folder %1 cannot be made"),
                                      {modelsFolder.toStdString()}}};
    const Result<QString> folder = newFolder(modelsFolder, name, parts);
    if (!folder) return folder.error();
    Copying copying(all, progress, stop);
    QStringList copies;
    for (const QString& part : parts) {
        const QString target = QDir(*folder).filePath(QFileInfo(part).fileName());
        if (const auto copied = copying.one(part, target); !copied) {
            deleteCopies(copies);
            QDir().rmdir(*folder);
            return copied.error();
        }
        copies << target;
    }
    return copies;
}

void deleteCopies(const QStringList& paths) {
    for (const QString& path : paths)
        QFile::remove(path);
    if (!paths.isEmpty()) QDir().rmdir(QFileInfo(paths.first()).path()); // fails where others are in it
}

} // namespace ponder
