#include "app/models/download_entry.h"

#include <QFileInfo>

#include <algorithm>

namespace ponder {

DownloadEntry DownloadEntry::of(const HubRepository& repository, const HubItem& item,
                                const QString& modelsFolder) {
    return into(repository, item, modelsFolder + u'/' + repository.name.id());
}

DownloadEntry DownloadEntry::into(const HubRepository& repository, const HubItem& item,
                                  const QString& folder) {
    DownloadEntry entry;
    entry.name = repository.name;
    entry.name.revision = repository.commit;
    entry.label = item.label;
    entry.kind = item.kind;
    entry.folder = folder;
    for (const HubFile& file : item.files) {
        entry.files.append({file.path, file.bytes, FileDigest::of(file)});
        DownloadFile& last = entry.files.last();
        last.present = bytesPresent(entry.pathOf(last));
        last.foreign = QFileInfo::exists(entry.pathOf(last));
    }
    return entry;
}

DownloadEntry DownloadEntry::named(const HubName& name, const QString& wanted, const QString& label,
                                   const QString& modelsFolder) {
    DownloadEntry entry;
    entry.name = name;
    entry.label = label;
    entry.wanted = wanted;
    entry.kind = HubItem::Kind::Gguf;
    entry.folder = modelsFolder + u'/' + name.id();
    return entry;
}

DownloadEntry DownloadEntry::originals(const HubName& name, const QString& quantization, qint64 outputBytes,
                                       const QString& modelsFolder) {
    const QString weights = QStringLiteral("safetensors");
    DownloadEntry entry = named(name, weights, weights, modelsFolder);
    entry.kind = HubItem::Kind::Safetensors;
    entry.convertTo = {quantization};
    entry.afterwards = outputBytes;
    return entry;
}

QString DownloadEntry::mainPath() const {
    if (files.isEmpty()) return folder;
    const QString first = pathOf(files.first());
    return kind == HubItem::Kind::Gguf ? first : first.left(first.lastIndexOf(u'/'));
}

qint64 DownloadEntry::bytes() const {
    qint64 sum = 0;
    for (const DownloadFile& file : files)
        sum += std::max<qint64>(file.bytes, 0);
    return sum;
}

qint64 DownloadEntry::present() const {
    qint64 sum = 0;
    for (const DownloadFile& file : files)
        sum += file.whole ? std::max<qint64>(file.bytes, 0) : file.present;
    return sum;
}

int DownloadEntry::nextFile() const {
    for (qsizetype i = 0; i < files.size(); ++i)
        if (!files[i].whole) return int(i);
    return -1;
}

bool DownloadEntry::sameThing(const DownloadEntry& other) const {
    if (name.id() != other.name.id() || folder != other.folder) return false;
    // Known by name, it has its files only after its turn has come.
    if (!wanted.isEmpty() && wanted == other.wanted) return true;
    if (files.isEmpty() || files.size() != other.files.size()) return false;
    return std::equal(files.begin(), files.end(), other.files.begin(),
                      [](const DownloadFile& a, const DownloadFile& b) { return a.path == b.path; });
}

} // namespace ponder
