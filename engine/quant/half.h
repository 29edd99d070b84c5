// Half-precision numbers, as the scales of blocks are stored.
//
// Owner: caller's memory. Thread: any. Errors: none; what is too large becomes infinite. Source: IEEE 754.
// Next station: decode.h, encode.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ponder {

// IEEE 754 half to single, exact.
float halfToFloat(std::uint16_t half);
// Single to half, round to nearest even.
std::uint16_t floatToHalf(float value);

// What is left of a value once a half has held it.
inline float throughHalf(float value) { return halfToFloat(floatToHalf(value)); }

inline float loadHalf(const std::byte* at) {
    std::uint16_t bits;
    std::memcpy(&bits, at, sizeof bits);
    return halfToFloat(bits);
}

inline void storeHalf(std::byte* at, float value) {
    const std::uint16_t bits = floatToHalf(value);
    std::memcpy(at, &bits, sizeof bits);
}

} // namespace ponder
