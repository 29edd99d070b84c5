// How a model file was quantized, in the words people use: "Q4_K_M".
//
// Takes general.file_type where the file says it, else the type that most weights have. Owner: free function.
// Thread: any. Source of the numbers: the GGUF key general.file_type.
#pragma once

#include "engine/file/model_file.h"

#include <QString>

namespace ponder {

QString quantizationName(const ModelFile& file);

} // namespace ponder
