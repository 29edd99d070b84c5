#include "engine/quant/half.h"

#include <bit>

namespace ponder {

// IEEE 754: half is 1 sign, 5 exponent (bias 15), 10 fraction bits; single is 1, 8 (bias 127), 23.

float halfToFloat(std::uint16_t half) {
    const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
    const std::uint32_t exponent = half >> 10 & 0x1f;
    const std::uint32_t fraction = half & 0x3ff;
    if (exponent == 0) { // zero or subnormal: fraction · 2^-24, exact in a single
        const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
        return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
    }
    if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f800000 | fraction << 13);
    return std::bit_cast<float>(sign | (exponent + 127 - 15) << 23 | fraction << 13);
}

std::uint16_t floatToHalf(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000);
    const std::uint32_t magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) // NaN: keep the upper fraction bits, never all zero (that is infinity)
        return static_cast<std::uint16_t>(sign | 0x7e00 | (magnitude >> 13 & 0x3ff));
    if (magnitude >= 0x47800000) return static_cast<std::uint16_t>(sign | 0x7c00); // 65536 and more
    if (magnitude < 0x33000000) return sign;                                       // below 2^-25

    // The significand with its leading one, and how many of its bits a half has no room for.
    const int exponent = static_cast<int>(magnitude >> 23) - 127;
    const bool subnormal = exponent < -14;
    const int dropped = subnormal ? 13 + (-14 - exponent) : 13;
    const std::uint32_t significand = (magnitude & 0x7fffff) | 0x800000;
    const std::uint32_t kept = significand >> dropped;
    const std::uint32_t rest = significand & ((1u << dropped) - 1);
    const std::uint32_t middle = 1u << (dropped - 1);
    const std::uint32_t up = rest > middle || (rest == middle && (kept & 1)) ? 1 : 0;
    // A carry runs into the exponent and yields the next power of two, at last infinity.
    const std::uint32_t biased = subnormal ? 0 : static_cast<std::uint32_t>(exponent + 14) << 10;
    return static_cast<std::uint16_t>(sign | (biased + kept + up));
}

} // namespace ponder
