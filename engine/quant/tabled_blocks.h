// Formats whose every value has an index of its own into a small table, taken apart: Q3_K, the curved and the
// floating-point ones of four bits, the ternary and the binary ones.
//
// Takes one block; gives what small_numbers.h describes. Thread: any. Source: the GGUF file format. Next
// station: small_numbers.h, tabled_encode.h.
#pragma once

#include "engine/quant/small_numbers.h"

namespace ponder {

// The numbers of IQ4_NL and IQ4_XS: steps that grow outwards. Source: ggml, MIT licence.
inline constexpr std::array<std::int8_t, 16> kFourBitCurve{-127, -104, -83, -65, -49, -35, -22, -10,
                                                           1,    13,   25,  38,  53,  69,  89,  113};

void unpackQ3_K(const std::byte* block, SmallNumbers& out);
void unpackIQ4_NL(const std::byte* block, SmallNumbers& out);
void unpackIQ4_XS(const std::byte* block, SmallNumbers& out);
void unpackMXFP4(const std::byte* block, SmallNumbers& out);
void unpackNVFP4(const std::byte* block, SmallNumbers& out);
void unpackTQ1_0(const std::byte* block, SmallNumbers& out);
void unpackTQ2_0(const std::byte* block, SmallNumbers& out);
void unpackQ1_0(const std::byte* block, SmallNumbers& out);
void unpackQ2_0(const std::byte* block, SmallNumbers& out);

// 2^(e - 128) of an E8M0 byte: half of what it stands for, since the table is doubled.
float halvedE8M0(unsigned e);
// Half of what an unsigned E4M3 byte stands for; 0x7f, which is no number, counts as 0.
float halvedE4M3(unsigned byte);

} // namespace ponder
