// Plain floating-point values, F32, F16 and BF16, to f32.
//
// Takes little-endian values; gives as many. Owner: caller's memory. Thread: any. Next station: decode.h.
#pragma once

#include <cstddef>
#include <span>

namespace ponder {

void decodeF32(const std::byte* values, std::span<float> out);
void decodeF16(const std::byte* values, std::span<float> out);
void decodeBF16(const std::byte* values, std::span<float> out);

} // namespace ponder
