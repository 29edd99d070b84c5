#include "engine/quant/decode.h"

#include "engine/quant/float_values.h"
#include "engine/quant/k_blocks.h"
#include "engine/quant/legacy_blocks.h"
#include "engine/quant/small_numbers.h"

namespace ponder {

void decode(TensorType type, std::span<const std::byte> blocks, std::span<float> out) {
    switch (type) {
    case TensorType::F32:
        return decodeF32(blocks.data(), out);
    case TensorType::F16:
        return decodeF16(blocks.data(), out);
    case TensorType::BF16:
        return decodeBF16(blocks.data(), out);
    case TensorType::Q4_0:
        return decodeQ4_0(blocks.data(), out);
    case TensorType::Q4_1:
        return decodeQ4_1(blocks.data(), out);
    case TensorType::Q5_0:
        return decodeQ5_0(blocks.data(), out);
    case TensorType::Q5_1:
        return decodeQ5_1(blocks.data(), out);
    case TensorType::Q8_0:
        return decodeQ8_0(blocks.data(), out);
    case TensorType::Q2_K:
        return decodeQ2_K(blocks.data(), out);
    case TensorType::Q4_K:
        return decodeQ4_K(blocks.data(), out);
    case TensorType::Q5_K:
        return decodeQ5_K(blocks.data(), out);
    case TensorType::Q6_K:
        return decodeQ6_K(blocks.data(), out);
    case TensorType::Q3_K:
    case TensorType::IQ4_NL:
    case TensorType::IQ4_XS:
    case TensorType::MXFP4:
    case TensorType::NVFP4:
    case TensorType::IQ3_S:
    case TensorType::IQ3_XXS:
    case TensorType::IQ2_S:
    case TensorType::IQ2_XS:
    case TensorType::IQ2_XXS:
    case TensorType::IQ1_S:
    case TensorType::IQ1_M:
    case TensorType::TQ1_0:
    case TensorType::TQ2_0:
    case TensorType::Q1_0:
    case TensorType::Q2_0:
        return decodeSmallNumbers(type, blocks.data(), out);
    }
}

} // namespace ponder
