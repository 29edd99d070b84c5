#include "engine/quant/k_blocks.h"

#include "engine/quant/half.h"

#include <cstdint>

namespace ponder {
namespace {

constexpr std::size_t kValues = 256; // in a block
constexpr std::size_t kSub = 32;     // values that share a scale and a minimum in Q4_K and Q5_K

struct ScaleMin {
    float scale;
    float min;
};

// Eight pairs of 6-bit numbers in 12 bytes: the first four pairs keep their bits together, the upper bits
// of the last four sit in the two highest bits of the first eight bytes.
ScaleMin scaleMin(const std::byte* packed, std::size_t j) {
    const auto s = [packed](std::size_t i) { return std::to_integer<int>(packed[i]); };
    if (j < 4) return {static_cast<float>(s(j) & 63), static_cast<float>(s(j + 4) & 63)};
    return {static_cast<float>((s(j + 4) & 15) | (s(j - 4) >> 6) << 4),
            static_cast<float>((s(j + 4) >> 4) | (s(j) >> 6) << 4)};
}

} // namespace

// 16 bytes of a scale (low half) and a minimum (high half), each of 16 values; 64 bytes of 2-bit q; f16 d,
// dmin: d scale q - dmin min. Each half of 128 values: value l + 32 t stands in byte l at 2 t.
void decodeQ2_K(const std::byte* block, std::span<float> out) {
    for (std::size_t base = 0; base < out.size(); base += kValues, block += 84) {
        const float d = loadHalf(block + 80), dmin = loadHalf(block + 82);
        for (std::size_t i = 0; i < kValues; ++i) {
            const int scales = std::to_integer<int>(block[i / 16]);
            const int q = std::to_integer<int>(block[16 + i / 128 * 32 + i % 32]) >> (i % 128 / 32 * 2) & 3;
            out[base + i] = d * static_cast<float>(scales & 15) * static_cast<float>(q) -
                            dmin * static_cast<float>(scales >> 4);
        }
    }
}

// f16 d, dmin; 12 bytes of scales; 128 bytes of 4-bit q: d scale q - dmin min.
// Each 32 bytes of q hold two sub-blocks: the low halves, then the high halves.
void decodeQ4_K(const std::byte* block, std::span<float> out) {
    for (std::size_t base = 0; base < out.size(); base += kValues, block += 144) {
        const float d = loadHalf(block), dmin = loadHalf(block + 2);
        for (std::size_t sub = 0; sub < kValues / kSub; ++sub) {
            const auto [scale, min] = scaleMin(block + 4, sub);
            const float ds = d * scale, dm = dmin * min;
            const std::byte* q = block + 16 + sub / 2 * kSub;
            const int shift = sub % 2 ? 4 : 0;
            float* y = out.data() + base + sub * kSub;
            for (std::size_t l = 0; l < kSub; ++l)
                y[l] = ds * static_cast<float>(std::to_integer<int>(q[l]) >> shift & 15) - dm;
        }
    }
}

// f16 d, dmin; 12 bytes of scales; 32 bytes of fifth bits; 128 bytes of 4-bit q: as Q4_K.
// Bit s of byte l of the fifth bits belongs to value l of sub-block s.
void decodeQ5_K(const std::byte* block, std::span<float> out) {
    for (std::size_t base = 0; base < out.size(); base += kValues, block += 176) {
        const float d = loadHalf(block), dmin = loadHalf(block + 2);
        const std::byte* fifth = block + 16;
        for (std::size_t sub = 0; sub < kValues / kSub; ++sub) {
            const auto [scale, min] = scaleMin(block + 4, sub);
            const float ds = d * scale, dm = dmin * min;
            const std::byte* q = block + 48 + sub / 2 * kSub;
            const int shift = sub % 2 ? 4 : 0;
            float* y = out.data() + base + sub * kSub;
            for (std::size_t l = 0; l < kSub; ++l) {
                const int bit = std::to_integer<int>(fifth[l]) >> sub & 1;
                const int value = (std::to_integer<int>(q[l]) >> shift & 15) | bit << 4;
                y[l] = ds * static_cast<float>(value) - dm;
            }
        }
    }
}

// 128 bytes of low 4 bits; 64 bytes of high 2 bits; 16 signed scales; f16 d: d scale (q - 32).
// Each half of 128 values: value l + 32 t has its low bits in byte l + 32 (t & 1), nibble t / 2, its high
// bits in byte l at 2 t, and one scale for 16 values.
void decodeQ6_K(const std::byte* block, std::span<float> out) {
    for (std::size_t base = 0; base < out.size(); base += kValues, block += 210) {
        const float d = loadHalf(block + 208);
        for (std::size_t h = 0; h < 2; ++h) {
            const std::byte* lowBits = block + 64 * h;
            const std::byte* highBits = block + 128 + 32 * h;
            const std::byte* scales = block + 192 + 8 * h;
            for (std::size_t t = 0; t < 4; ++t) {
                float* y = out.data() + base + 128 * h + 32 * t;
                for (std::size_t l = 0; l < 32; ++l) {
                    const int low = std::to_integer<int>(lowBits[l + 32 * (t & 1)]) >> (t / 2 * 4) & 15;
                    const int high = std::to_integer<int>(highBits[l]) >> (2 * t) & 3;
                    const auto scale = static_cast<std::int8_t>(scales[2 * t + l / 16]);
                    y[l] = d * static_cast<float>(scale) * static_cast<float>((low | high << 4) - 32);
                }
            }
        }
    }
}

} // namespace ponder
