// f32 to the 32-value block formats Q4_0, Q4_1, Q5_0, Q5_1 and Q8_0.
//
// Takes whole blocks of finite values that a half can hold; gives the blocks whose layout legacy_blocks.cpp
// describes. Owner: caller's memory. Thread: any. Next station: encode.h.
#pragma once

#include <cstddef>
#include <span>

namespace ponder {

void encodeQ4_0(std::span<const float> values, std::byte* blocks);
void encodeQ4_1(std::span<const float> values, std::byte* blocks);
void encodeQ5_0(std::span<const float> values, std::byte* blocks);
void encodeQ5_1(std::span<const float> values, std::byte* blocks);
void encodeQ8_0(std::span<const float> values, std::byte* blocks);

} // namespace ponder
