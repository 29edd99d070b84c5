// How a whole model is quantized, and which number format each of its tensors then has.
//
// Source: the naming of GGUF files; a Q4_K_M file keeps in Q6_K what hurts most. Owner: constants. Thread:
// any. Errors: none. Next station: the writers of model files.
#pragma once

#include "engine/quant/tensor_type.h"

namespace ponder {

enum class FileType : std::uint32_t {
    F16 = 1,
    Q8_0 = 7,
    Q4_K_M = 15,
    Q6_K = 18
}; // as general.file_type says

std::optional<FileType> fileType(std::string_view name); // "Q4_K_M", in any case

// The tensor by its name without block number and ".weight": "attn_v", "output", "attn_norm".
struct TensorPlace {
    std::string_view kind;
    std::uint32_t layer = 0, layers = 1;
    std::uint64_t rowLength = 0;
    bool tied = false; // the embedding is the output as well
};

// For matrices; norms and biases are always F32. A row that does not hold whole blocks of 256 takes the next
// larger format of 32.
TensorType tensorType(FileType type, const TensorPlace& place);

} // namespace ponder
