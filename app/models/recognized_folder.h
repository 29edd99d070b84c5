// A folder as Hugging Face has them: safetensors weights with config.json, AWQ ones, or a PEFT adapter.
//
// Reads config.json or adapter_config.json and the sizes of the weights. Owner: free function. Thread:
// worker. Errors: a refused row; nothing where the folder is not of this kind, so that it may hold models of
// another. Next station: recognition.h.
#pragma once

#include "app/models/recognition.h"

#include <optional>

namespace ponder {

std::optional<RecognizedModel> recognizeFolder(const QString& path);

} // namespace ponder
