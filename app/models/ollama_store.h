// The models in Ollama's folder: manifests read, blobs found, nothing copied or changed.
//
// A store is OLLAMA_MODELS, ~/.ollama/models or the one of the system's service. Each manifest that names a
// model gives a row, its name as Ollama shows it ("deepseek-r1:7b"); its parameters and instruction become
// the model's settings. Owner: free functions. Thread: worker. Errors: a row that cannot be added names what
// is missing. Source: engine/file/ollama_manifest.h. Next station: found_models.h, recognition.h.
#pragma once

#include "app/models/recognition.h"
#include "app/store/model_record.h"

#include <functional>

namespace ponder {

struct FoundModel {
    RecognizedModel row;
    ModelRecord record; // path, title, source, settings, licence: for the library
};

QStringList ollamaFolders();
bool isOllamaFolder(const QString& folder); // with manifests and blobs
QList<FoundModel> ollamaModels(const QString& folder, const std::stop_token& stop = {});
// The model of one manifest of a store; nothing where the path is none.
QList<FoundModel> ollamaManifest(const QString& path);

} // namespace ponder
