// f32 to the 256-value block formats Q2_K, Q4_K, Q5_K and Q6_K.
//
// Takes whole blocks of finite values that a half can hold; gives the blocks whose layout k_blocks.cpp
// describes. First every sub-block gets its best scale (and minimum) as floats; these give the unit that the
// block's whole-number scales count in; then the whole numbers are searched near them, and the units fitted
// again. Owner: caller's memory. Thread: any. Next station: encode.h.
#pragma once

#include <cstddef>
#include <span>

namespace ponder {

void encodeQ2_K(std::span<const float> values, std::byte* blocks);
void encodeQ4_K(std::span<const float> values, std::byte* blocks);
void encodeQ5_K(std::span<const float> values, std::byte* blocks);
void encodeQ6_K(std::span<const float> values, std::byte* blocks);

} // namespace ponder
