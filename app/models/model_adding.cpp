#include "app/models/model_adding.h"

#include "app/models/model_description.h"
#include "app/models/ollama_store.h"
#include "app/models/readme_card.h"
#include "app/models/recognized_gguf.h"
#include "app/models/removable_media.h"

#include <QFileInfo>

namespace ponder {
namespace {

RecognizedModel withReason(RecognizedModel row, const Error& error) {
    row.addable = false;
    row.reason = reasonText(row.path, error);
    row.remedy.clear();
    return row;
}

// What the card beside the file knows and the file does not.
void readCard(ModelRecord& record) {
    const ReadmeCard card = readReadmeCard(record.path);
    if (record.licence.isEmpty()) record.licence = card.licence;
    if (record.languages.isEmpty()) record.languages = card.languages;
}

struct Checked {
    RecognizedModel row;
    ModelRecord record;
    bool copy = false;
};

Result<AddedModel> bring(const Checked& checked, const AddingOptions& options, const ModelCheck& check,
                         const CopyProgress& progress, const std::stop_token& stop) {
    if (!checked.copy) return AddedModel{checked.record, {}};
    const QStringList parts = partsOf(checked.record.path);
    const QString name = splitSetName(QFileInfo(parts.first()).fileName());
    const auto copies =
        copyModel(parts, options.modelsFolder, name.endsWith(QLatin1String(".gguf")) ? name.chopped(5) : name,
                  progress, stop);
    if (!copies) return copies.error();
    // A medium that fails while it is read gives other bytes than those that were checked.
    const auto again = check(copies->first());
    if (!again) {
        deleteCopies(*copies);
        return again.error();
    }
    AddedModel added{checked.record, *copies};
    added.record.path = copies->first();
    added.record.source = ModelSource::Copied;
    return added;
}

} // namespace

void takeOver(ModelRecord& record, const ModelRecord& found) {
    if (found.source != ModelSource::File) record.source = found.source;
    if (!found.title.isEmpty()) record.title = found.title;
    if (found.settings != ModelSettings()) record.settings = found.settings;
    if (record.licence.isEmpty()) record.licence = found.licence;
}

bool isSameModel(const ModelRecord& known, const ModelRecord& found) {
    if (known.fingerprint != 0) return known.fingerprint == found.fingerprint;
    return known.bytes == found.bytes && known.name == found.name;
}

QStringList partsOf(const QString& path) {
    QStringList parts;
    if (const auto file = ModelFile::open(std::filesystem::path(path.toStdU16String())))
        for (const std::filesystem::path& part : (*file)->parts())
            parts << fromPath(part);
    return parts.isEmpty() ? QStringList{path} : parts;
}

AddingResult addModels(const QList<QUrl>& urls, const AddingOptions& options, const ModelCheck& check,
                       const CopyProgress& progress, const std::stop_token& stop) {
    AddingResult result;
    QList<Checked> checked;
    for (const RecognizedModel& row : recognize(urls, stop)) {
        if (stop.stop_requested()) break;
        if (!row.addable) {
            result.refused << row;
            continue;
        }
        const QList<FoundModel> found =
            row.kind == RecognizedKind::OllamaModel ? ollamaManifest(row.path) : QList<FoundModel>();
        Result<ModelRecord> record = check(found.isEmpty() ? row.path : found.first().record.path);
        if (!record) {
            result.refused << withReason(row, record.error());
            continue;
        }
        if (!found.isEmpty()) takeOver(*record, found.first().record);
        readCard(*record);
        checked << Checked{row, *record, options.copy || onRemovableMedia(record->path)};
    }
    for (const Checked& one : checked) {
        const auto added = stop.stop_requested() ? Result<AddedModel>(Error{ErrorCode::Cancelled, {}, {}})
                                                 : bring(one, options, check, progress, stop);
        if (added)
            result.added << *added;
        else if (added.error().code != ErrorCode::Cancelled)
            result.refused << withReason(one.row, added.error());
    }
    if (!stop.stop_requested()) return result;
    for (const AddedModel& added : result.added)
        deleteCopies(added.copies);
    result.added.clear();
    result.cancelled = true;
    return result;
}

} // namespace ponder
