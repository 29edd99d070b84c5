#include "engine/quant/float_values.h"

#include "engine/quant/decode.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace ponder {

void decodeF32(const std::byte* values, std::span<float> out) {
    if (!out.empty()) std::memcpy(out.data(), values, out.size_bytes());
}

void decodeF16(const std::byte* values, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        std::uint16_t bits;
        std::memcpy(&bits, values + 2 * i, sizeof bits);
        out[i] = halfToFloat(bits);
    }
}

// The upper half of an f32.
void decodeBF16(const std::byte* values, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        std::uint16_t bits;
        std::memcpy(&bits, values + 2 * i, sizeof bits);
        out[i] = std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
    }
}

} // namespace ponder
