#include "engine/backend/vulkan/pipeline/kernel_calls.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ponder {

std::uint32_t kernelFormat(TensorType type) {
    switch (type) {
    case TensorType::F32:
        return 0;
    case TensorType::F16:
        return 1;
    case TensorType::BF16:
        return 2;
    case TensorType::Q4_0:
        return 3;
    case TensorType::Q4_1:
        return 4;
    case TensorType::Q5_0:
        return 5;
    case TensorType::Q5_1:
        return 6;
    case TensorType::Q8_0:
        return 7;
    case TensorType::Q4_K:
        return 8;
    case TensorType::Q5_K:
        return 9;
    case TensorType::Q6_K:
        return 10;
    case TensorType::Q2_K:
        return 11;
    case TensorType::Q3_K:
        return 12;
    case TensorType::IQ4_NL:
        return 13;
    case TensorType::IQ4_XS:
        return 14;
    case TensorType::MXFP4:
        return 15;
    case TensorType::NVFP4:
        return 16;
    case TensorType::IQ3_S:
        return 17;
    case TensorType::IQ3_XXS:
        return 18;
    case TensorType::IQ2_S:
    case TensorType::IQ2_XS:
        return 19;
    case TensorType::IQ2_XXS:
        return 20;
    case TensorType::IQ1_S:
        return 21;
    case TensorType::IQ1_M:
        return 22;
    case TensorType::TQ1_0:
    case TensorType::TQ2_0:
        return 23;
    case TensorType::Q2_0:
        return 24;
    case TensorType::Q1_0:
        return 25;
    }
    return 0;
}

void quantizeBlock(std::span<const float> x, std::byte* out) {
    float most = 0;
    for (const float value : x)
        most = std::max(most, std::abs(value));
    const float d = most / 127.0F;
    const float inverse = most > 0 ? 127.0F / most : 0.0F;
    std::array<std::int8_t, 32> numbers{};
    std::array<int, 2> sums{};
    for (std::size_t i = 0; i < x.size(); ++i) {
        numbers[i] = static_cast<std::int8_t>(std::nearbyint(x[i] * inverse));
        sums[i / 16] += numbers[i];
    }
    const std::array<float, 4> scales{d, d * static_cast<float>(sums[0]), d * static_cast<float>(sums[1]),
                                      d * static_cast<float>(sums[0] + sums[1])};
    std::memcpy(out, numbers.data(), 32);
    std::memcpy(out + 32, scales.data(), 16);
}

} // namespace ponder
