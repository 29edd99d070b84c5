#include "app/models/hub_item.h"

#include "app/models/closest_name.h"
#include "engine/base/translatable.h"
#include "engine/file/split_set.h"

#include <QMap>
#include <QRegularExpression>

#include <algorithm>

namespace ponder {
namespace {

QString baseName(const QString& path) { return path.mid(path.lastIndexOf(u'/') + 1); }

QString folderOf(const QString& path) { return path.left(path.lastIndexOf(u'/') + 1); }

bool endsWith(const QString& path, const char* suffix) {
    return path.endsWith(QLatin1String(suffix), Qt::CaseInsensitive);
}

// Configuration, vocabulary, model card and terms: what a folder of safetensors needs beside its weights.
bool belongsToFolder(const QString& path) {
    const QString name = baseName(path).toLower();
    static const QStringList kinds{QStringLiteral(".safetensors"), QStringLiteral(".json"),
                                   QStringLiteral(".jinja"),       QStringLiteral("tokenizer.model"),
                                   QStringLiteral("merges.txt"),   QStringLiteral("vocab.txt")};
    const bool kind =
        std::any_of(kinds.begin(), kinds.end(), [&](const QString& k) { return name.endsWith(k); });
    return kind || name.startsWith(QLatin1String("readme")) || name.startsWith(QLatin1String("licen"));
}

void addFile(HubItem& item, const HubFile& file) {
    item.files << file;
    item.bytes += std::max<qint64>(file.bytes, 0);
}

// Split sets by the name and number of parts that they share; a single file is a set of itself.
QList<HubItem> ggufItems(const HubRepository& repository) {
    QMap<QString, HubItem> sets;
    QHash<QString, std::uint32_t> partsOf;
    for (const HubFile& file : repository.files) {
        if (!endsWith(file.path, ".gguf")) continue;
        const auto split = parseSplitName(baseName(file.path).toStdString());
        const QString stem = split ? QString::fromStdString(split->stem) : baseName(file.path).chopped(5);
        const QString key =
            folderOf(file.path) + stem + (split ? QStringLiteral("/%1").arg(split->count) : QString());
        HubItem& item = sets[key];
        item.kind = HubItem::Kind::Gguf;
        item.name = split ? stem : baseName(file.path);
        item.label = quantizationInName(baseName(file.path));
        if (item.label.isEmpty()) item.label = quantizationInName(file.path);
        if (item.label.isEmpty()) item.label = item.name;
        addFile(item, file);
        if (split) partsOf[key] = split->count;
    }
    for (auto set = sets.begin(); set != sets.end(); ++set) {
        std::sort(set->files.begin(), set->files.end(),
                  [](const HubFile& a, const HubFile& b) { return a.path < b.path; });
        set->missingParts = std::max(0, int(partsOf.value(set.key(), 1)) - int(set->files.size()));
    }
    return sets.values();
}

// Two models of one repository may have the same quantization: then the names tell them apart.
void tellApart(QList<HubItem>& items) {
    QHash<QString, int> uses;
    for (const HubItem& item : items)
        ++uses[item.label];
    for (HubItem& item : items)
        if (uses[item.label] > 1) item.label = item.name;
}

void addFolders(const HubRepository& repository, QList<HubItem>& items) {
    QMap<QString, HubItem> folders;
    for (const HubFile& file : repository.files)
        if (endsWith(file.path, ".safetensors")) folders[folderOf(file.path)];
    for (auto folder = folders.begin(); folder != folders.end(); ++folder) {
        bool adapter = false;
        for (const HubFile& file : repository.files) {
            if (folderOf(file.path) != folder.key() || !belongsToFolder(file.path)) continue;
            adapter = adapter || baseName(file.path) == u"adapter_config.json";
            addFile(*folder, file);
        }
        folder->kind = adapter ? HubItem::Kind::Adapter : HubItem::Kind::Safetensors;
        folder->name = folder.key().isEmpty() ? repository.name.name : folder.key().chopped(1);
        folder->label = folder.key().isEmpty() ? QStringLiteral("safetensors") : folder->name;
        items << *folder;
    }
}

bool isCalled(const HubItem& item, const QString& wanted) {
    if (item.label.compare(wanted, Qt::CaseInsensitive) == 0) return true;
    if (item.name.compare(wanted, Qt::CaseInsensitive) == 0) return true;
    return std::any_of(item.files.begin(), item.files.end(), [&](const HubFile& file) {
        return item.kind == HubItem::Kind::Gguf && (file.path == wanted || baseName(file.path) == wanted);
    });
}

} // namespace

QString quantizationInName(const QString& fileName) {
    static const QRegularExpression pattern(
        QStringLiteral(
            "(?:^|[^A-Za-z0-9])((?:UD-)?(?:I?Q[1-8]_(?:K(?:_(?:XXS|XS|S|M|L|XL))?|[01]|XXS|XS|S|M|NL)|"
            "BF16|F16|FP16|F32|FP32|MXFP4(?:_MOE)?|NVFP4|TQ[12]_0))(?![A-Za-z0-9])"),
        QRegularExpression::CaseInsensitiveOption);
    QString found; // the last one: a folder or a name may hold others before it
    for (auto match = pattern.globalMatch(fileName); match.hasNext();)
        found = match.next().captured(1).toUpper();
    if (found == u"FP16") return QStringLiteral("F16");
    if (found == u"FP32") return QStringLiteral("F32");
    return found;
}

QList<HubItem> groupHubFiles(const HubRepository& repository) {
    QList<HubItem> items = ggufItems(repository);
    tellApart(items);
    addFolders(repository, items);
    std::stable_sort(items.begin(), items.end(),
                     [](const HubItem& a, const HubItem& b) { return a.bytes < b.bytes; });
    return items;
}

Result<HubItem> chooseHubItem(const QList<HubItem>& items, const QString& wanted) {
    QList<HubItem> found;
    std::copy_if(items.begin(), items.end(), std::back_inserter(found),
                 [&](const HubItem& item) { return isCalled(item, wanted); });
    if (found.size() == 1) return found.first();
    QStringList names;
    for (const HubItem& item : found.isEmpty() ? items : found)
        names << item.label;
    if (!found.isEmpty())
        return Error{ErrorCode::BadArgument, wanted.toStdString(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "several files are called so: %1"),
                            {names.join(QStringLiteral(", ")).toStdString()}}};
    return Error{ErrorCode::NotOnHub, wanted.toStdString(), closestDetail(wanted, names)};
}

} // namespace ponder
