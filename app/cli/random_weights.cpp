#include "app/cli/random_weights.h"

#include "engine/quant/half.h"

#include <cmath>
#include <cstring>
#include <string_view>

namespace ponder {
namespace {

// Standard deviations of the whole numbers in a block, when its bytes are random, times that of the scales
// which are chosen below: the block's own scale is the wanted deviation divided by this.
constexpr float kQ5Spread = 9.23F;            // -16 .. 15
constexpr float kQ8Spread = 73.9F;            // -128 .. 127
constexpr float kQ4KSpread = 4.61F * 11.7F;   // 0 .. 15, scales 8 .. 15
constexpr float kQ5KSpread = 9.23F * 11.7F;   // 0 .. 31, scales likewise
constexpr float kQ6KSpread = 18.5F * 2.74F;   // -32 .. 31, scales 2 or 3, of either sign
constexpr float kQ4Spread = 4.61F;            // -8 .. 7
constexpr float kQ2KSpread = 1.12F * 11.7F;   // 0 .. 3, scales 8 .. 15
constexpr float kQ3KSpread = 2.35F * 18.5F;   // -4 .. 3, scales -32 .. 31
constexpr float kCurveSpread = 67.4F;         // the sixteen of IQ4_NL
constexpr float kIQ4XSSpread = 67.4F * 18.5F; // the same, scales -32 .. 31
constexpr float kFp4Spread = 5.86F;           // of FP4 doubled
constexpr float kUniformSpread = 0.577F;      // -1 .. 1

// Of Q4_K and Q5_K, whose numbers are `middle` on average. The minimum takes half of the range away: both of
// its scales are the same, so that the mean is 0.
void putScalesAndMinima(std::span<std::byte> block, float scale, float middle) {
    storeHalf(&block[0], scale);
    storeHalf(&block[2], middle * scale);
    for (std::size_t j = 0; j < 4; ++j) {
        const std::byte first = (block[4 + j] & std::byte{7}) | std::byte{8};
        const std::byte second = (block[12 + j] & std::byte{7}) | std::byte{8};
        block[4 + j] = block[8 + j] = first;
        block[12 + j] = second | second << 4;
    }
}

// Of values that are no blocks. The decay of the delta rule is negative: its state would grow without end.
float middleOf(std::string_view name) {
    if (name.find("norm") != std::string_view::npos || name.starts_with("rope")) return 1;
    return name.ends_with("ssm_a") ? -0.5F : 0.0F;
}

} // namespace

// Source: the splitmix64 generator by Sebastiano Vigna, in the public domain.
std::uint64_t RandomWeights::next() {
    std::uint64_t z = m_state += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

float RandomWeights::uniform() { return static_cast<float>(next() >> 40) / float{1 << 23} - 1.0F; }

// The bytes are random already; this sets the scales among them.
void RandomWeights::fillBlock(TensorType type, float deviation, std::span<std::byte> block) {
    switch (type) {
    case TensorType::Q4_K:
        putScalesAndMinima(block, deviation / kQ4KSpread, 7.5F);
        break;
    case TensorType::Q5_K:
        putScalesAndMinima(block, deviation / kQ5KSpread, 15.5F);
        break;
    case TensorType::Q6_K:
        for (std::size_t j = 192; j < 208; ++j) {
            const int size = 2 + (std::to_integer<int>(block[j]) & 1);
            block[j] = static_cast<std::byte>(std::to_integer<int>(block[j]) & 2 ? size : -size);
        }
        storeHalf(&block[208], deviation / kQ6KSpread);
        break;
    case TensorType::Q2_K: // scales 8 .. 15, and minima that are the same
        for (std::size_t j = 0; j < 16; ++j) {
            const std::byte scale = (block[j] & std::byte{7}) | std::byte{8};
            block[j] = scale | scale << 4;
        }
        storeHalf(&block[80], deviation / kQ2KSpread);
        storeHalf(&block[82], 1.5F * deviation / kQ2KSpread);
        break;
    case TensorType::Q3_K:
        storeHalf(&block[108], deviation / kQ3KSpread);
        break;
    case TensorType::IQ4_XS:
        storeHalf(&block[0], deviation / kIQ4XSSpread);
        break;
    case TensorType::IQ4_NL:
        storeHalf(&block[0], deviation / kCurveSpread);
        break;
    case TensorType::MXFP4:
        block[0] = static_cast<std::byte>(128 + std::lround(std::log2(deviation / kFp4Spread)));
        break;
    case TensorType::Q4_0:
        storeHalf(&block[0], deviation / kQ4Spread);
        break;
    case TensorType::Q5_0:
        storeHalf(&block[0], deviation / kQ5Spread);
        break;
    case TensorType::Q5_1:
        storeHalf(&block[0], deviation / kQ5Spread);
        storeHalf(&block[2], -15.5F * deviation / kQ5Spread);
        break;
    case TensorType::Q8_0:
        storeHalf(&block[0], deviation / kQ8Spread);
        break;
    default: // F16, the only one left
        storeHalf(&block[0], deviation / kUniformSpread * uniform());
        break;
    }
}

void RandomWeights::fill(const GgufOutputTensor& tensor, std::span<std::byte> blocks) {
    if (tensor.type == TensorType::F32) {
        const float middle = middleOf(tensor.name);
        const float spread = tensor.name.starts_with("rope") ? 0.0F : 0.1F;
        for (std::size_t i = 0; i + sizeof(float) <= blocks.size(); i += sizeof(float)) {
            const float value = middle + spread * uniform();
            std::memcpy(&blocks[i], &value, sizeof value);
        }
        return;
    }
    for (std::size_t i = 0; i < blocks.size(); i += sizeof(std::uint64_t)) {
        const std::uint64_t word = next();
        std::memcpy(&blocks[i], &word, std::min(sizeof word, blocks.size() - i));
    }
    const std::size_t length = typeTraits(tensor.type)->blockBytes;
    const float deviation = 1.0F / std::sqrt(static_cast<float>(tensor.shape[0]));
    for (std::size_t i = 0; i < blocks.size(); i += length)
        fillBlock(tensor.type, deviation, blocks.subspan(i, length));
}

} // namespace ponder
