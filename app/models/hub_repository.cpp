#include "app/models/hub_repository.h"

#include "engine/base/translatable.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <algorithm>

namespace ponder {
namespace {

constexpr qint64 kLargestFile = qint64{1} << 44; // 16 TiB
constexpr qsizetype kMostFiles = 100000;

Error unreadable(const QString& what) {
    return {ErrorCode::DownloadDamaged, what.toStdString(),
            Detail{PONDER_TR_NOOP("ErrorDetail", "the list of its files cannot be read"), {}}};
}

QString hexOf(const QJsonValue& value, qsizetype digits) {
    static const QRegularExpression hex(QStringLiteral("^[0-9a-f]+$"));
    const QString text = value.toString().toLower();
    return text.size() == digits && hex.match(text).hasMatch() ? text : QString();
}

qint64 sizeOf(const QJsonValue& value) {
    const double size = value.toDouble(-1);
    return size >= 0 && size <= double(kLargestFile) ? qint64(size) : -1;
}

// The info names the checksum of a large file sha256, the tree names it oid.
HubFile readFile(const QJsonObject& entry, const QString& path, const QString& gitBlobId) {
    HubFile file;
    file.path = path;
    const QJsonObject lfs = entry[QLatin1String("lfs")].toObject();
    file.bytes = sizeOf(lfs.isEmpty() ? entry[QLatin1String("size")] : lfs[QLatin1String("size")]);
    file.sha256 = hexOf(lfs[QLatin1String("sha256")], 64);
    if (file.sha256.isEmpty()) file.sha256 = hexOf(lfs[QLatin1String("oid")], 64);
    if (lfs.isEmpty()) file.gitBlobId = gitBlobId; // of a large file it would be that of its pointer
    return file;
}

void take(const HubFile& file, HubRepository& repository) {
    if (isSafeHubPath(file.path) && repository.files.size() < kMostFiles)
        repository.files << file;
    else
        ++repository.refusedFiles;
}

} // namespace

bool HubRepository::sizesKnown() const {
    return std::all_of(files.begin(), files.end(), [](const HubFile& file) { return file.bytes >= 0; });
}

qint64 HubRepository::bytes() const {
    qint64 sum = 0;
    for (const HubFile& file : files)
        sum += std::max<qint64>(file.bytes, 0);
    return sum;
}

Result<HubRepository> parseRepository(const HubName& name, const QByteArray& json) {
    const QJsonObject info = QJsonDocument::fromJson(json).object();
    if (!info[QLatin1String("siblings")].isArray()) return unreadable(name.id());
    HubRepository out;
    out.name = name;
    out.commit = hexOf(info[QLatin1String("sha")], 40);
    const QJsonValue gated = info[QLatin1String("gated")]; // false, or how consent is given
    out.gated = gated.isString() || gated.toBool();
    out.isPrivate = info[QLatin1String("private")].toBool();
    out.licence = info[QLatin1String("cardData")].toObject()[QLatin1String("license")].toString();
    const QJsonArray siblings = info[QLatin1String("siblings")].toArray();
    for (const QJsonValue& value : siblings) {
        const QJsonObject entry = value.toObject();
        take(readFile(entry, entry[QLatin1String("rfilename")].toString(),
                      hexOf(entry[QLatin1String("blobId")], 40)),
             out);
    }
    return out;
}

Result<void> parseTreePage(const QByteArray& json, HubRepository& repository) {
    const QJsonDocument document = QJsonDocument::fromJson(json);
    if (!document.isArray()) return unreadable(repository.name.id());
    const QJsonArray entries = document.array();
    for (const QJsonValue& value : entries) {
        const QJsonObject entry = value.toObject();
        if (entry[QLatin1String("type")].toString() != u"file") continue;
        take(readFile(entry, entry[QLatin1String("path")].toString(), hexOf(entry[QLatin1String("oid")], 40)),
             repository);
    }
    return {};
}

Result<QStringList> parseSearch(const QByteArray& json) {
    const QJsonDocument document = QJsonDocument::fromJson(json);
    if (!document.isArray()) return unreadable(QStringLiteral("/api/models"));
    QStringList names;
    const QJsonArray entries = document.array();
    for (const QJsonValue& value : entries) {
        const Result<HubName> name = HubName::parse(value.toObject()[QLatin1String("id")].toString());
        if (name) names << name->id();
    }
    return names;
}

} // namespace ponder
