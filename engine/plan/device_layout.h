// How one matrix of quantized weights lies in a device's memory, in pieces of 16 bytes.
//
// GGUF's blocks (18, 34, 210 bytes) cannot be loaded as whole vectors, so each type is rearranged without
// loss into up to three regions. "Block" means 32 consecutive weights of a row, "group" four consecutive
// rows; rows are padded with zeros to whole groups, row lengths to whole blocks.
//
//     quants [group][block][part]        the low bits. A row is a part of its own: 8 weights to a word,
//     nibbles
//                                        of weights 0-3 low, 4-7 high; or bytes, halves, floats in order.
//                                        With two bits a part is two rows, each two words: bits 8t+2(i mod 4)
//                                        belong to weight 4i+t, i < 4 in the first word. Q1_0 has none
//     planes [group][block][planePieces] the bits above those, of the four rows:
//                                        one bit: word r is row r; bit 8t+i belongs to weight 4i+t
//                                        Q6_K, two bits: words 2r and 2r+1 as two bits above
//     scales [group][scalePieces]        word r is row r; what it holds depends on the type (ScaleKind)
//
// Codes, not values, are kept where the type has a table: of IQ2 and IQ1 the low bits are the size and the
// bit above is the sign or the shift, of MXFP4 and NVFP4 the highest bit is the sign, of IQ3 the sixteen
// signed numbers are in order. Types whose codes and scales look the same share a layout: IQ2_XS and IQ2_S,
// TQ1_0 and TQ2_0.
//
// Software devices give each lane a group: there the pieces of eight groups lie side by side, so that the
// lanes walk through memory together; [group][block][part] above then means [eight groups][block][part][group
// of the eight], likewise planes and scales, and the groups are padded to whole eights (`together`).
//
// Next station: plan/vulkan_plan.h (placement), backend/vulkan/weights/weight_layout.h (the rearrangement),
// shaders/include/formats.glsl (the reader).
#pragma once

#include "engine/quant/tensor_type.h"

#include <cstdint>

namespace ponder {

enum class ScaleKind {
    None,       // F32, F16, BF16
    Single,     // Q4_0, Q5_0, Q8_0, IQ4_NL, TQ, Q2_0, Q1_0: two f16 d to a word, of the type's own blocks
    WithMin,    // Q4_1, Q5_1: f16 d and m of block p in piece p
    SuperMin,   // Q4_K, Q5_K: a piece of f16 d, dmin per 8 blocks; then bytes (sc, mn) of blocks 2p, 2p+1
                // Q2_K: likewise with nibbles (sc, mn, sc, mn), of 16 weights each
    SuperTwo,   // Q6_K, Q3_K, IQ2_S, IQ2_XS: f16 d of 2 times 8 blocks in a piece; then bytes (sc, sc) of
                // blocks 2p, 2p+1. IQ1_M: bits 4 and 5 of a byte are the shifts of eight weights each
    SuperOne,   // IQ4_XS, IQ3, IQ2_XXS: f16 d likewise; then bytes sc of blocks 4p to 4p+3. IQ1_S: negative
                // where the weights are shifted downwards
    Exponent,   // MXFP4: bytes, the exponents of blocks 4p to 4p+3 in piece p
    SmallFloat, // NVFP4: a piece of f32, one for each row; then bytes (E4M3, E4M3) of blocks 2p, 2p+1
};

struct DeviceLayout {
    TensorType type = TensorType::F32;
    std::uint64_t rows = 0;
    std::uint32_t blocks = 0;      // of a row
    std::uint32_t quantParts = 4;  // of four rows' block
    std::uint32_t quantPieces = 0; // likewise, of all parts
    std::uint32_t planePieces = 0; // likewise
    std::uint32_t scalePieces = 0;
    std::uint32_t together = 1; // groups side by side

    static bool knows(TensorType type);
    // Of a type that is known.
    static DeviceLayout of(TensorType type, std::uint64_t rowLength, std::uint64_t rows,
                           std::uint32_t together);

    std::uint64_t groups() const { return (rows + 3) / 4; }
    std::uint64_t paddedGroups() const { return (groups() + together - 1) / together * together; }
    // Where item n of a group lies, each group having `count`.
    std::uint64_t place(std::uint64_t group, std::uint64_t n, std::uint64_t count) const {
        return (group / together * count + n) * together + group % together;
    }
    std::uint64_t planesAt() const { return paddedGroups() * blocks * quantPieces; }
    std::uint64_t scalesAt() const { return planesAt() + paddedGroups() * blocks * planePieces; }
    std::uint64_t pieces() const { return scalesAt() + paddedGroups() * scalePieces; }
    std::uint64_t bytes() const { return pieces() * 16; }
};

ScaleKind scaleKind(TensorType type);
// The blocks of 32 that share a d among the types of ScaleKind::Single.
std::uint32_t blocksOfScale(TensorType type);

} // namespace ponder
