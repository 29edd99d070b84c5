// Blocks whose values are small whole numbers from a table times a scale, taken apart exactly.
//
// For every such format, with i the place of a value in its block and u = i / 16:
//
//     value = d[u] · factor · whole[u] · table[index[i]]
//
// `table` has at most sixteen signed numbers and `factor` is a power of two; both belong to the format
// (smallNumberTraits). d is the block's own floating-point scale: exactly a half for every format but MXFP4,
// whose scales are powers of two from 2^-128 to 2^127. `whole` is the whole-number scale of those formats
// whose blocks of 256 share one d, and 1 in the others. For finite scales the products are exact in f32 in
// any order; decode() computes ((d · factor) · whole) · table.
//
//     format         block  d of  whole of       factor  table
//     Q3_K             256   256  16: s - 32          1  -4 ... 3
//     IQ4_NL            32    32  1                   1  kFourBitCurve
//     IQ4_XS           256   256  32: s - 32          1  kFourBitCurve
//     MXFP4             32    32  1                   1  FP4 doubled: 0 1 2 3 4 6 8 12, -0 ... -12
//     NVFP4             64    16  1                   1  the same
//     IQ2_XXS          256   256  32: 2 s + 1       1/8  8 25 43 -8 -25 -43
//     IQ2_XS, IQ2_S    256   256  16: 2 s + 1       1/8  the same
//     IQ3_XXS          256   256  32: 2 s + 1       1/4  4 12 20 28 36 44 52 62, -4 ... -62
//     IQ3_S            256   256  32: 2 s + 1         1  1 3 5 7 9 11 13 15, -1 ... -15
//     IQ1_S            256   256  32: 2 s + 1       1/8  -9 -1 7 -7 1 9
//     IQ1_M            256   256  16: 2 s + 1       1/8  the same
//     TQ1_0            256   256  1                   1  -1 0 1
//     TQ2_0            256   256  1                   1  -1 0 1 2
//     Q1_0             128   128  1                   1  -1 1
//     Q2_0              64    64  1                   1  -1 0 1 2
//
// d is 2^(e - 128) of MXFP4's byte e, and half of what NVFP4's bytes (E4M3) stand for, 2^-10 ... 224: the
// table of FP4 is doubled. IQ1 knows -1, 0 and 1, shifted by an eighth downwards or upwards for eight values
// at once; the index says both.
//
// Takes one block of a checked file; any bytes are fine. Gives plain arrays; nothing is allocated. Thread:
// any. Source: the GGUF file format. Next station: decode.h, and the device layouts that are made from this.
#pragma once

#include "engine/quant/tensor_type.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ponder {

struct SmallNumberTraits {
    std::span<const std::int8_t> table; // at most 16
    float factor = 1;                   // a power of two
};

// Nothing for formats of another kind (floats, those with a minimum, those of eight bits).
std::optional<SmallNumberTraits> smallNumberTraits(TensorType type);

struct SmallNumbers {
    std::array<std::uint8_t, 256> index; // into the table; the first blockValues are filled
    std::array<float, 16> d;             // of each 16 values
    std::array<std::int8_t, 16> whole;   // of each 16 values: -32 ... 31
};

// One block (typeTraits(type)->blockBytes). `type` is one of the above: the caller's promise.
void unpackBlock(TensorType type, const std::byte* block, SmallNumbers& out);

// As decode.h, for the formats above.
void decodeSmallNumbers(TensorType type, const std::byte* blocks, std::span<float> out);

} // namespace ponder
