// The word on the command line that says how a file is to be quantized.
//
// Errors: BadArgument, with the words that there are. Owner: none. Thread: any.
#pragma once

#include "engine/base/result.h"
#include "engine/quant/file_type.h"

#include <QString>

namespace ponder {

Result<FileType> fileTypeArgument(const QString& word);

} // namespace ponder
