// Activations as whole numbers, laid out for the panel kernels: tiles of up to eight columns (tokens).
//
// Every 32 values of a column share one scale: x ~ scale * q (Rounding, plan/cpu_plan.h).
//
// Coarse: q has 8 bits. Outliers: so it has, but for the quad (four values that follow each other) with the
// largest value, which has 16: activations have a few large values, and where one of them sets the scale of
// its block, the others are lost. Without its quad the scale is that of the others. q = 256 * h + l; h is
// zero outside the quad. Fine: all have 16 bits, q = 256 * h + l, which costs twice the multiplications.
//
// A record holds one block of all columns of a tile, so that a kernel walks one stream:
//
//     tile   [block] record
//     record i8 l[width][32], or, fine, i8 h[width][32], l[width][32];
//            f32 scale[width], f32 scale * sum(q) [width], i32 -sum(q) [width];
//            i32 -sum(q) of the first and of the last 16 [width][2];
//            with outliers, Quad [width]
//
// The sums serve formats with a minimum and formats whose weights are stored with an offset. Columns behind
// the last are zero. Owner: CpuOps; memory is kept between uses. Thread: different columns may be written by
// different threads at once. Source: the idea of Q8_1
// blocks. Next station: panel_multiply.h.
#pragma once

#include "engine/backend/cpu/host_buffer.h"
#include "engine/plan/cpu_formats.h"

#include <cstddef>
#include <cstdint>

namespace ponder::cpu {

inline constexpr std::uint32_t kTileColumns = 8;

class ActivationTiles {
public:
    // The high bytes of the four values that have some, and where they are. Formats with a scale for each
    // half of a block find those of a half, zeros in the other.
    struct Quad {
        std::int8_t high[4];
        std::int8_t highOfHalf[2][4];
        std::uint32_t index; // 0 .. 7

        std::uint32_t ofHalf(std::uint32_t half) const { return half * 4 + index % 4; }
    };

    // Of a column in a record.
    static constexpr std::size_t columnBytes(Rounding rounding) {
        return 4 + 4 + 4 + 8 + (rounding == Rounding::Fine ? 64 : 32) +
               (rounding == Rounding::Outliers ? sizeof(Quad) : 0);
    }

    explicit ActivationTiles(Rounding rounding = Rounding::Coarse) : m_rounding(rounding) {}

    // Columns in memory of somebody else, bytesFor() of it.
    static ActivationTiles over(std::byte* memory, Rounding rounding, std::uint32_t columns,
                                std::uint32_t length);
    static std::size_t bytesFor(Rounding rounding, std::uint32_t columns, std::uint32_t length);

    // Room for n columns of `length` values (a multiple of 32); what was there is lost.
    void resize(std::uint32_t columns, std::uint32_t length);

    Rounding rounding() const { return m_rounding; }

    std::uint32_t columns() const { return m_columns; }
    std::uint32_t blocks() const { return m_blocks; }
    std::uint32_t tiles() const { return (m_columns + m_width - 1) / m_width; }
    // Columns of a tile: 1, 2, 4 or 8.
    std::uint32_t width() const { return m_width; }
    std::size_t recordBytes() const { return m_width * columnBytes(m_rounding); }
    std::byte* tile(std::uint32_t index) { return m_first + index * tileBytes(); }
    const std::byte* tile(std::uint32_t index) const { return m_first + index * tileBytes(); }
    std::size_t bytes() const { return m_memory.size(); }

    // Quantizes count * 32 values of one column, from block firstBlock on.
    void quantize(std::uint32_t column, std::uint32_t firstBlock, const float* values, std::uint32_t count);

private:
    std::size_t tileBytes() const { return m_blocks * recordBytes(); }
    void shape(std::uint32_t columns, std::uint32_t length);
    void clearTail();

    Rounding m_rounding;
    std::uint32_t m_columns = 0, m_blocks = 0, m_width = 1;
    HostBuffer m_memory;          // where it is its own
    std::byte* m_first = nullptr; // tile
};

} // namespace ponder::cpu
