// The number formats of GGUF tensors and the size of their blocks.
//
// Source of ids and sizes: the GGUF file format (ggml type numbers).
// Owner: constants. Thread: any. Next station: decode.h (values), file/ (sizes), backend/ (device layouts).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ponder {

enum class TensorType : std::uint32_t {
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q4_1 = 3,
    Q5_0 = 6,
    Q5_1 = 7,
    Q8_0 = 8,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    BF16 = 30,
};

struct TypeTraits {
    std::string_view name;     // as people write it: "Q4_K"
    std::uint32_t blockValues; // values in one block
    std::uint32_t blockBytes;  // bytes of one block
};

// Nothing for a type that is not one of the above (the id comes from a file).
std::optional<TypeTraits> typeTraits(TensorType type);

} // namespace ponder
