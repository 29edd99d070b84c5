#include "app/models/download_list.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

#include <algorithm>
#include <cerrno>

namespace ponder {
namespace {

constexpr int kVersion = 1;
constexpr qint64 kLargestDownloadList = 16 << 20;

QJsonObject toJson(const DownloadFile& file) {
    return {{QStringLiteral("path"), file.path},
            {QStringLiteral("bytes"), double(file.bytes)},
            {QStringLiteral("digest_kind"), int(file.digest.kind)},
            {QStringLiteral("digest"), file.digest.hex},
            {QStringLiteral("whole"), file.whole},
            {QStringLiteral("foreign"), file.foreign}};
}

QJsonObject toJson(const DownloadEntry& entry) {
    QJsonArray files;
    for (const DownloadFile& file : entry.files)
        files << toJson(file);
    return {{QStringLiteral("repository"), entry.name.id()},
            {QStringLiteral("revision"), entry.name.revision},
            {QStringLiteral("label"), entry.label},
            {QStringLiteral("wanted"), entry.wanted},
            {QStringLiteral("kind"), int(entry.kind)},
            {QStringLiteral("folder"), entry.folder},
            {QStringLiteral("step"), int(entry.step)},
            {QStringLiteral("convert_to"), QJsonArray::fromStringList(entry.convertTo)},
            {QStringLiteral("afterwards"), double(entry.afterwards)},
            {QStringLiteral("taken"), entry.taken},
            {QStringLiteral("files"), files}};
}

DownloadFile fileFrom(const QJsonObject& kept) {
    DownloadFile file;
    file.path = kept[QLatin1String("path")].toString();
    file.bytes = qint64(kept[QLatin1String("bytes")].toDouble(-1));
    file.digest = {FileDigest::Kind(std::clamp(kept[QLatin1String("digest_kind")].toInt(), 0, 2)),
                   kept[QLatin1String("digest")].toString()};
    file.whole = kept[QLatin1String("whole")].toBool();
    file.foreign = kept[QLatin1String("foreign")].toBool();
    return file;
}

std::optional<DownloadEntry> downloadEntryFrom(const QJsonObject& kept) {
    const Result<HubName> name = HubName::parse(kept[QLatin1String("repository")].toString());
    if (!name) return {};
    DownloadEntry entry;
    entry.name = *name;
    entry.name.revision = kept[QLatin1String("revision")].toString();
    entry.label = kept[QLatin1String("label")].toString();
    entry.wanted = kept[QLatin1String("wanted")].toString();
    entry.kind = HubItem::Kind(std::clamp(kept[QLatin1String("kind")].toInt(), 0, int(HubItem::Kind::Other)));
    entry.folder = kept[QLatin1String("folder")].toString();
    entry.step = DownloadStep(std::clamp(kept[QLatin1String("step")].toInt(), 0, int(DownloadStep::Done)));
    if (entry.step == DownloadStep::Running) entry.step = DownloadStep::Queued;
    if (entry.step == DownloadStep::Failed) entry.step = DownloadStep::Paused;
    entry.convertTo = kept[QLatin1String("convert_to")].toVariant().toStringList();
    entry.afterwards = qint64(kept[QLatin1String("afterwards")].toDouble());
    entry.taken = kept[QLatin1String("taken")].toBool(true); // lists of older versions do not say
    const QJsonArray files = kept[QLatin1String("files")].toArray();
    for (const QJsonValue value : files) {
        DownloadFile file = fileFrom(value.toObject());
        if (!isSafeHubPath(file.path)) return {};
        const QString path = entry.pathOf(file);
        file.whole = file.whole && QFileInfo::exists(path);
        file.present = bytesPresent(path);
        entry.files << file;
    }
    if (entry.files.isEmpty() && entry.wanted.isEmpty()) return {};
    return entry;
}

} // namespace

DownloadList::DownloadList(const QString& path) : m_path(path) {
    if (path.isEmpty() || !QDir().mkpath(QFileInfo(path).path())) return;
    auto lock = std::make_unique<QLockFile>(path + QStringLiteral(".lock"));
    lock->setStaleLockTime(0);
    if (lock->tryLock(0)) m_lock = std::move(lock);
}

QList<DownloadEntry> DownloadList::read() const {
    QFile file(m_path);
    if (!isKept() || !file.open(QIODevice::ReadOnly)) return {};
    const QJsonObject kept = QJsonDocument::fromJson(file.read(kLargestDownloadList)).object();
    if (kept[QLatin1String("version")].toInt() != kVersion) return {};
    QList<DownloadEntry> entries;
    const QJsonArray list = kept[QLatin1String("downloads")].toArray();
    for (const QJsonValue value : list)
        if (auto entry = downloadEntryFrom(value.toObject())) entries << *entry;
    return entries;
}

Result<void> DownloadList::write(const QList<DownloadEntry>& entries) const {
    if (!isKept()) return {};
    QJsonArray list;
    for (const DownloadEntry& entry : entries)
        list << toJson(entry);
    const QJsonDocument document(
        QJsonObject{{QStringLiteral("version"), kVersion}, {QStringLiteral("downloads"), list}});
    QSaveFile file(m_path);
    errno = 0;
    if (file.open(QIODevice::WriteOnly) && file.write(document.toJson()) > 0 && file.commit()) return {};
    return writeError(m_path, errno == 0 ? EIO : errno);
}

} // namespace ponder
