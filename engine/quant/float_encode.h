// f32 to plain floating-point values, F32, F16 and BF16, rounded to the nearest even.
//
// Takes values of which F16 can hold every one; gives as many, little-endian. Owner: caller's memory. Thread:
// any. Next station: encode.h.
#pragma once

#include <cstddef>
#include <span>

namespace ponder {

void encodeF32(std::span<const float> values, std::byte* out);
void encodeF16(std::span<const float> values, std::byte* out);
void encodeBF16(std::span<const float> values, std::byte* out);

} // namespace ponder
