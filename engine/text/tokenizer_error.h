// The two ways in which a model file's tokenizer can be unusable, as Error values that name the file.
//
// Next station: whoever opens a model.
#pragma once

#include "engine/base/error.h"
#include "engine/file/model_file.h"

#include <string>

namespace ponder {

Error badTokenizer(const ModelFile& file, Detail reason);
Error unknownTokenizer(const ModelFile& file, std::string name);

} // namespace ponder
