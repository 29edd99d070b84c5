// How one matrix of weights lies in host memory for the SIMD kernels: panels of sixteen rows, interleaved.
//
// A vector of sixteen 32-bit lanes holds one dot product of each row of the panel, so the four weights of row
// r that one lane multiplies stand in bytes 4r .. 4r+3 of a line of 64 bytes. "Block" means 32 consecutive
// weights of a row, as eight quads of four; "unit" the blocks that share a head:
//
//     panel  [unit]
//     unit   head, then [block in the unit][plane][quants]
//     quants 4 lines: quad j in the low, quad j+4 in the high nibbles of line j; Q8_0: 8 lines, q + 128
//     plane  5-bit types: a line, bit j of a byte belongs to quad j
//            Q6_K: 2 lines, bits 2(j mod 4) belong to quad j, j < 4 in the first
//     head   Q4_0, Q5_0, Q8_0: f16 d[16] of two blocks (unit: 2 blocks)
//            Q4_1, Q5_1:       f16 d[16], m[16]        (unit: 1 block)
//            Q4_K, Q5_K:       f16 d[16], dmin[16], then u8 sc[16], mn[16] of each block (unit: 8 blocks)
//            Q6_K:             f16 d[16] and 32 bytes of nothing, then i8 sc[16], sc[16] of each block's
//            halves
//     F32, F16, BF16: no head; [k][16] in their own type (unit: 1 block)
//
// It is lossless, and begins every unit on a multiple of 64 bytes, so one stream of whole cache lines feeds a
// thread. Rows are padded with zeros to whole panels, an odd block to a whole unit.
//
// Owner: plain value. Thread: any. Errors: none. Next station: plan/cpu_plan.h, backend/cpu/panel_packer.h.
#pragma once

#include "engine/quant/tensor_type.h"

#include <cstdint>

namespace ponder {

inline constexpr std::uint32_t kPanelRows = 16;

struct PanelLayout {
    TensorType type = TensorType::F32;
    std::uint64_t rows = 0;
    std::uint32_t blocks = 0; // of a row
    std::uint32_t blocksPerUnit = 1;
    std::uint32_t headBytes = 0;  // of a unit
    std::uint32_t blockBytes = 0; // of a block, plane and quants

    static bool knows(TensorType type);
    // Of a type that is known.
    static PanelLayout of(TensorType type, std::uint64_t rowLength, std::uint64_t rows);

    bool quantized() const { return headBytes > 0; }
    std::uint32_t rowLength() const { return blocks * 32; }
    std::uint64_t panels() const { return (rows + kPanelRows - 1) / kPanelRows; }
    std::uint32_t units() const { return (blocks + blocksPerUnit - 1) / blocksPerUnit; }
    std::uint64_t unitBytes() const { return headBytes + std::uint64_t{blocksPerUnit} * blockBytes; }
    std::uint64_t panelBytes() const { return units() * unitBytes(); }
    std::uint64_t bytes() const { return panels() * panelBytes(); }
};

} // namespace ponder
