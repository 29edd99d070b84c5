// From dropped or chosen things to records for the library: recognized, checked fully, copied where needed.
//
// Everything is checked before anything is written. A model is used where it lies, unless a copy is asked for
// or it lies on a medium that can be pulled out. Owner: free functions. Thread: worker. Errors: each thing
// that cannot be added is a refused row that says why; a failed copy too. Next station: model_importer.h,
// `ponder-cli models add`.
#pragma once

#include "app/models/model_copy.h"
#include "app/models/model_services.h"
#include "app/models/recognition.h"

namespace ponder {

struct AddingOptions {
    bool copy = false;    // also from fixed disks
    QString modelsFolder; // where copies go
};

struct AddedModel {
    ModelRecord record; // without id
    QStringList copies; // files that were made for it
    bool copied() const { return !copies.isEmpty(); }
};

struct AddingResult {
    QList<AddedModel> added;
    QList<RecognizedModel> refused;
    bool cancelled = false; // nothing was added
};

using ModelCheck = std::function<Result<ModelRecord>(const QString& path)>;

AddingResult addModels(const QList<QUrl>& urls, const AddingOptions& options, const ModelCheck& check,
                       const CopyProgress& progress, const std::stop_token& stop);

// What the place where a model was found knows of it: title, source and settings.
void takeOver(ModelRecord& record, const ModelRecord& found);

// Whether a file that was found is the one that the library knew. Entries of an older version have no
// fingerprint: size and name must do.
bool isSameModel(const ModelRecord& known, const ModelRecord& found);

// The files of a model, from the path of any of them; only itself where they cannot be read.
QStringList partsOf(const QString& path);

} // namespace ponder
