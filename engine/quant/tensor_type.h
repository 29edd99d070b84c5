// The number formats of GGUF tensors and the size of their blocks.
//
// Source of ids and sizes: the GGUF file format (ggml type numbers). Next station: decode.h (values), file/
// (sizes), backend/ (device layouts).
#pragma once

#include <array>
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
    Q2_K = 10,
    Q3_K = 11,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    IQ2_XXS = 16,
    IQ2_XS = 17,
    IQ3_XXS = 18,
    IQ1_S = 19,
    IQ4_NL = 20,
    IQ3_S = 21,
    IQ2_S = 22,
    IQ4_XS = 23,
    IQ1_M = 29,
    BF16 = 30,
    TQ1_0 = 34,
    TQ2_0 = 35,
    MXFP4 = 39,
    NVFP4 = 40,
    Q1_0 = 41,
    Q2_0 = 42,
};

// All of them.
inline constexpr std::array kTensorTypes{
    TensorType::F32,    TensorType::F16,     TensorType::BF16,  TensorType::Q4_0,    TensorType::Q4_1,
    TensorType::Q5_0,   TensorType::Q5_1,    TensorType::Q8_0,  TensorType::Q2_K,    TensorType::Q3_K,
    TensorType::Q4_K,   TensorType::Q5_K,    TensorType::Q6_K,  TensorType::IQ4_NL,  TensorType::IQ4_XS,
    TensorType::MXFP4,  TensorType::NVFP4,   TensorType::IQ3_S, TensorType::IQ3_XXS, TensorType::IQ2_S,
    TensorType::IQ2_XS, TensorType::IQ2_XXS, TensorType::IQ1_S, TensorType::IQ1_M,   TensorType::TQ1_0,
    TensorType::TQ2_0,  TensorType::Q1_0,    TensorType::Q2_0};

struct TypeTraits {
    std::string_view name;     // as people write it: "Q4_K"
    std::uint32_t blockValues; // values in one block
    std::uint32_t blockBytes;  // bytes of one block
};

// Nothing for a type that is not one of the above (the id comes from a file).
std::optional<TypeTraits> typeTraits(TensorType type);

} // namespace ponder
