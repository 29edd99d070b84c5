// How one matrix of weights lies in host memory for the SIMD kernels: panels of sixteen rows, interleaved.
//
// A vector of sixteen 32-bit lanes holds one dot product of each row of the panel, so the four weights of row
// r that one lane multiplies stand in bytes 4r .. 4r+3 of a line of 64 bytes. "Block" means 32 consecutive
// weights of a row, as eight quads of four; "unit" the blocks that share a head:
//
//     panel  [unit]
//     unit   head, then [block in the unit][plane][quants]
//
//     quants Q8_0: 8 lines, q + 128
//            four bits: 4 lines, quad j in the low, quad j+4 in the high nibbles of line j
//            three bits (Q3_K, IQ2): 3 lines, quads 2l and 2l+1 in the lowest six bits of line l; of quads
//                6 and 7 the low two bits in the highest two of lines 0 and 1, the third in those of line 2
//            two bits (Q2_K, IQ1, TQ, Q2_0): 2 lines, bits 2(j mod 4) belong to quad j, j < 4 in the first
//            one bit (Q1_0): a line, bit j of a byte belongs to quad j
//     plane  5-bit types: as one bit; Q6_K: as two bits
//
//     head   Q4_0, Q5_0, Q8_0, IQ4_NL:    f16 d[16] of two blocks (unit: 2 blocks)
//            Q4_1, Q5_1:                  f16 d[16], m[16] (unit: 1 block)
//            Q4_K, Q5_K:                  f16 d[16], dmin[16]; u8 sc[16], mn[16] of each of 8 blocks
//            Q2_K:                        f16 d[16], dmin[16]; u8 (sc + 16 mn)[16] of each block's halves
//            Q6_K, Q3_K, IQ2_S, IQ2_XS:   f16 d[16], 32 bytes of nothing; i8 sc[16] of each block's halves
//            IQ4_XS, IQ3_*, IQ2_XXS:      f16 d[16], 32 bytes of nothing; i8 sc[16] of each block
//            IQ1_S:                       f16 d[16], 32 bytes of nothing; u8 (sc + 16 n)[16] of each block,
//                                         n = 7 where its shift goes upwards, else 9
//            IQ1_M:                       f16 d[16], 32 bytes of nothing; u8 (sc + 16 a + 32 b)[16] of each
//                                         half, a and b 1 where the shift of eight values goes upwards
//            MXFP4:                       u8 [16] of each of 4 blocks, the exponent of an f32
//            NVFP4:                       u8 [16] of each half of 2 blocks, E4M3
//            TQ, Q2_0, Q1_0:              f16 d[16] of 8 blocks, of 2 (unit: 4) or of 4 (unit: 8)
//
//     F32, F16, BF16: no head; [k][16] in their own type (unit: 1 block)
//
// The quants of small numbers (quant/small_numbers.h) are indices into their table; IQ1 leaves the shift out.
// It is lossless, and begins every unit on a multiple of 64 bytes, so one stream of whole cache lines feeds a
// thread. Rows are padded with zeros to whole panels, the last blocks to a whole unit.
//
// Next station: plan/cpu_plan.h, backend/cpu/panel_packer.h.
#pragma once

#include "engine/quant/tensor_type.h"

#include <cstdint>

namespace ponder {

inline constexpr std::uint32_t kPanelRows = 16;
// Bytes up to the next cache line, where matrices begin.
constexpr std::uint64_t lineBytes(std::uint64_t bytes) { return (bytes + 63) / 64 * 64; }
// The most that a block of a panel takes where it was unpacked for many columns: eight lines of bytes, four
// of scales and minima.
inline constexpr std::uint32_t kUnpackedBlockBytes = 12 * 64;

// Which kernels multiply with a panel.
enum class PanelKind {
    Floats,
    Even,   // numbers that lie evenly: the bits are the weight, but for an offset or a minimum
    Tabled, // four bits that choose from a table
    Small,  // three bits and fewer
};

struct PanelLayout {
    TensorType type = TensorType::F32;
    PanelKind kind = PanelKind::Floats;
    std::uint64_t rows = 0;
    std::uint32_t blocks = 0; // of a row
    std::uint32_t blocksPerUnit = 1;
    std::uint32_t headBytes = 0;  // of a unit
    std::uint32_t blockBytes = 0; // of a block, plane and quants

    static bool knows(TensorType type);
    // Of a type that is known.
    static PanelLayout of(TensorType type, std::uint64_t rowLength, std::uint64_t rows);

    bool quantized() const { return kind != PanelKind::Floats; }
    std::uint32_t rowLength() const { return blocks * 32; }
    std::uint64_t panels() const { return (rows + kPanelRows - 1) / kPanelRows; }
    std::uint32_t units() const { return (blocks + blocksPerUnit - 1) / blocksPerUnit; }
    std::uint64_t unitBytes() const { return headBytes + std::uint64_t{blocksPerUnit} * blockBytes; }
    std::uint64_t panelBytes() const { return units() * unitBytes(); }
    std::uint64_t bytes() const { return panels() * panelBytes(); }
};

} // namespace ponder
