#include "app/chat/kv_shelf.h"

#include <QDir>
#include <QFile>
#include <QStorageInfo>

#include <algorithm>

namespace ponder {
namespace {

constexpr int kShareOfDisk = 4; // a quarter

QFileInfoList newestFirst(const QString& folder) {
    return QDir(folder).entryInfoList({QStringLiteral("*.kv")}, QDir::Files, QDir::Time);
}

} // namespace

KvShelf::KvShelf(const QString& folder, qint64 mostBytes) : m_folder(folder), m_mostBytes(mostBytes) {
    QDir().mkpath(m_folder);
    QFile::setPermissions(m_folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    // What an earlier run was writing when it ended.
    for (const QString& name : QDir(m_folder).entryList({QStringLiteral("*.part")}, QDir::Files))
        QFile::remove(m_folder + u'/' + name);
}

QString KvShelf::fileOf(int chatId) const { return QStringLiteral("%1/%2.kv").arg(m_folder).arg(chatId); }

void KvShelf::keep(int chatId, const Session& session) {
    const Result<void> saved =
        session.saveState(fileOf(chatId).toStdU16String(), static_cast<std::uint64_t>(budget()));
    if (saved) trim();
}

Result<std::uint32_t> KvShelf::restore(int chatId, Session& session, std::span<const TokenId> tokens) const {
    return session.restoreState(fileOf(chatId).toStdU16String(), tokens);
}

void KvShelf::forget(int chatId) { QFile::remove(fileOf(chatId)); }

qint64 KvShelf::budget() const {
    qint64 room = std::max<qint64>(QStorageInfo(m_folder).bytesAvailable(), 0);
    for (const QFileInfo& file : newestFirst(m_folder))
        room += file.size();
    return std::min(m_mostBytes, room / kShareOfDisk);
}

void KvShelf::trim() const {
    qint64 left = budget();
    for (const QFileInfo& file : newestFirst(m_folder)) {
        left -= file.size();
        if (left < 0) QFile::remove(file.filePath());
    }
}

} // namespace ponder
