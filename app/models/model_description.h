// What a model file says of itself, for the library: name, family, licence, languages, sizes.
//
// Takes an open file; whether it can be run is not asked. Owner: free function. Thread: any. Errors: none;
// what the file does not say is empty. Source of the keys: the GGUF file format, general.*. Next station:
// engine_services.h, recognition.h.
#pragma once

#include "app/store/model_record.h"
#include "engine/file/model_file.h"

namespace ponder {

ModelRecord describeModel(const ModelFile& file); // without layers, context and fingerprint

QString fromPath(const std::filesystem::path& path);

} // namespace ponder
