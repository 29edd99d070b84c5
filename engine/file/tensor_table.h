// The tensors of one GGUF file, judged: known type, whole blocks, inside the file, not overlapping.
//
// Takes the header and the bytes it came from; gives one TensorInfo for each entry, in the same order.
// Owner: caller; names and bytes borrow the file. Thread: any. Errors: UnknownTensorType, RetiredTensorType,
// BadTensor, FileTruncated (the tensor would fit a complete file). Next station: model_file.h.
#pragma once

#include "engine/base/result.h"
#include "engine/file/gguf_header.h"
#include "engine/file/model_file.h"

#include <string>
#include <vector>

namespace ponder {

Result<std::vector<TensorInfo>> resolveTensors(const GgufHeader& header, std::span<const std::byte> file,
                                               const std::string& path);

} // namespace ponder
