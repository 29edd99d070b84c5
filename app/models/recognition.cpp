#include "app/models/recognition.h"

#include "app/models/ollama_store.h"
#include "app/models/recognized_folder.h"
#include "app/models/recognized_gguf.h"
#include "app/models/refused_format.h"
#include "engine/file/split_set.h"

#include <QDir>
#include <QSet>

#include <algorithm>
#include <utility>

namespace ponder {
namespace {

// One look at everything that was dropped: remembers what it has seen, so that two parts are one row.
class Look {
public:
    Look(const std::stop_token& stop, const std::function<void(const RecognizedModel&)>& found)
        : m_stop(stop), m_found(found) {}

    void at(const QString& path);
    void add(RecognizedModel row);
    QList<RecognizedModel> rows;

private:
    void atFile(const QFileInfo& file);
    void atFolder(const QFileInfo& info);
    void inside(const QString& folder, int depth);
    void insideFile(const QFileInfo& file);
    bool tired() { return m_stop.stop_requested() || ++m_entries > kMostEntries; }

    const std::stop_token& m_stop;
    const std::function<void(const RecognizedModel&)>& m_found;
    QSet<QString> m_seen; // sets, files and folders that have a row, canonically
    int m_entries = 0;
};

QByteArray headOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.read(kHeadBytes) : QByteArray();
}

// What stands for a file: itself, or the set that it is part of.
QString setOf(const QFileInfo& file) { return file.canonicalPath() + u'/' + splitSetName(file.fileName()); }

void Look::add(RecognizedModel row) {
    if (m_found) m_found(row);
    rows << std::move(row);
}

void Look::at(const QString& path) {
    const QFileInfo info(path);
    if (info.isSymLink() && !info.exists()) return add(refused(path, RefusedFormat::BrokenLink));
    if (!info.exists()) return add(refused(path, RefusedFormat::Gone));
    if (!info.isFile() && !info.isDir()) return add(refused(path, RefusedFormat::NotAFile));
    if (!info.isReadable()) return add(refused(path, RefusedFormat::NoPermission));
    if (info.isDir()) return atFolder(info);
    atFile(info);
}

void Look::atFile(const QFileInfo& file) {
    const QString set = setOf(file);
    if (m_seen.contains(set)) return;
    const QByteArray head = headOf(file.filePath());
    const auto format = refusedFile(file, head);
    m_seen.insert(set);
    if (head.startsWith("GGUF") && !format) return add(recognizeGguf(file.absoluteFilePath()));
    if (const QList<FoundModel> found = ollamaManifest(file.absoluteFilePath()); !found.isEmpty())
        return add(found.first().row);
    // A shard, or a JSON file beside the weights, stands for its folder.
    const QString name = file.fileName();
    const bool ofFolder = name.endsWith(QLatin1String(".safetensors")) || name == u"config.json" ||
                          name == u"adapter_config.json" || name == u"model.safetensors.index.json";
    if (ofFolder) {
        const QString folder = file.absolutePath();
        if (m_seen.contains(folder)) return;
        if (auto row = recognizeFolder(folder)) {
            m_seen.insert(folder);
            return add(*row);
        }
        if (name.endsWith(QLatin1String(".safetensors")) && !format)
            return add(refused(file.filePath(), RefusedFormat::LooseSafetensors));
    }
    add(refused(file.filePath(), format.value_or(RefusedFormat::NotAModel)));
}

void Look::atFolder(const QFileInfo& info) {
    const qsizetype before = rows.size();
    inside(info.absoluteFilePath(), 0);
    if (rows.size() > before) return;
    const QDir folder(info.absoluteFilePath());
    add(refused(info.filePath(),
                refusedFolder(folder.dirName(), folder.entryList(QDir::AllEntries | QDir::NoDotAndDotDot))));
}

// A file inside a folder has a row where it is a model or should be one; other files are nobody's business.
void Look::insideFile(const QFileInfo& file) {
    const bool named = file.suffix().toLower() == u"gguf";
    if (!named || m_seen.contains(setOf(file))) return;
    const QByteArray head = headOf(file.filePath());
    const auto format = refusedFile(file, head);
    m_seen.insert(setOf(file));
    RecognizedModel row = head.startsWith("GGUF") && !format
                              ? recognizeGguf(file.absoluteFilePath())
                              : refused(file.filePath(), format.value_or(RefusedFormat::NotAModel));
    add(std::move(row));
}

void Look::inside(const QString& folder, int depth) {
    if (m_seen.contains(folder)) return;
    if (isOllamaFolder(folder)) {
        m_seen.insert(folder);
        for (const FoundModel& found : ollamaModels(folder, m_stop))
            add(found.row);
        return; // the blobs have no names that people know
    }
    if (auto row = recognizeFolder(folder)) {
        m_seen.insert(folder);
        add(*row);
    }
    const QFileInfoList entries =
        QDir(folder).entryInfoList(QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name);
    for (const QFileInfo& entry : entries) {
        if (tired()) return;
        if (entry.isFile())
            insideFile(entry);
        else if (depth < kDeepestFolder && !entry.isSymLink()) // a link may lead round in a circle
            inside(entry.absoluteFilePath(), depth + 1);
    }
}

} // namespace

QString splitSetName(const QString& fileName) {
    const auto split = parseSplitName(std::filesystem::path(fileName.toStdU16String()));
    return split ? QString::fromStdString(split->stem) : fileName;
}

QList<RecognizedModel> recognize(const QList<QUrl>& urls, const std::stop_token& stop,
                                 const std::function<void(const RecognizedModel&)>& found) {
    Look look(stop, found);
    for (const QUrl& url : urls) {
        if (stop.stop_requested()) break;
        if (url.isLocalFile()) {
            look.at(url.toLocalFile());
            continue;
        }
        RecognizedModel row = refused(url.path(), RefusedFormat::Link);
        row.title = url.toDisplayString();
        look.add(row);
    }
    return look.rows;
}

QList<RecognizedModel> recognizePath(const QString& path, const std::stop_token& stop) {
    return recognize({QUrl::fromLocalFile(path)}, stop);
}

} // namespace ponder
