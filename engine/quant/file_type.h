// How a whole model is quantized, and which number format each of its tensors then has.
//
// Source: the naming of GGUF files; a Q4_K_M or Q5_K_M file keeps in Q6_K what hurts most. Owner: constants.
// Thread: any. Errors: none. Next station: the writers of model files.
#pragma once

#include "engine/quant/tensor_type.h"

#include <array>

namespace ponder {

enum class FileType : std::uint32_t {
    F16 = 1,
    Q8_0 = 7,
    Q4_K_M = 15,
    Q5_K_M = 17,
    Q6_K = 18
}; // as general.file_type says

// From the smallest to the largest.
inline constexpr std::array kFileTypes{FileType::Q4_K_M, FileType::Q5_K_M, FileType::Q6_K, FileType::Q8_0,
                                       FileType::F16};

std::optional<FileType> fileType(std::string_view name); // "Q4_K_M", in any case
std::string_view nameOf(FileType type);

// The tensor by its name without block number and ".weight": "attn_v", "output", "attn_norm".
struct TensorPlace {
    std::string_view kind;
    std::uint32_t layer = 0, layers = 1;
    std::uint64_t rowLength = 0;
    bool tied = false;      // the embedding is the output as well
    std::uint64_t rows = 0; // 0 where it is not known
};

// For matrices; norms and biases are always F32. A row that does not hold whole blocks of 256 takes the next
// larger format of 32.
TensorType tensorType(FileType type, const TensorPlace& place);

} // namespace ponder
