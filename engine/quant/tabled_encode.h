// f32 to the block formats whose numbers come from a table: Q3_K, IQ4_NL, IQ4_XS and MXFP4.
//
// Takes whole blocks of finite values that a half can hold; gives the blocks whose layout tabled_blocks.cpp
// describes. Where sub-blocks have whole-number scales, each first gets its best scale as a float; these give
// the unit; then the whole numbers are searched near them, and the unit fitted again. Owner: caller's memory.
// Thread: any. Next station: encode.h.
#pragma once

#include <cstddef>
#include <span>

namespace ponder {

void encodeQ3_K(std::span<const float> values, std::byte* blocks);
void encodeIQ4_NL(std::span<const float> values, std::byte* blocks);
void encodeIQ4_XS(std::span<const float> values, std::byte* blocks);
void encodeMXFP4(std::span<const float> values, std::byte* blocks);

} // namespace ponder
