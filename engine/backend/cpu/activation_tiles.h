// Activations as whole numbers, laid out for the panel kernels: tiles of up to eight columns (tokens).
//
// Every 32 values of a column share one scale: x ~ scale * q. Coarse, q has 8 bits (scale = largest / 127);
// fine, q = 256 * q1 + q2 has 16, as two numbers of 8 bits, which costs twice the multiplications. A record
// holds one block of all columns of a tile, so that a kernel walks one stream:
//
//     tile   [block] record
//     record i8 q[width][32] or q1[width][32], q2[width][32]; f32 scale[width], f32 scale * sum(q) [width],
//            i32 -sum(q) [width], i32 -sum(q) of the first and of the last 16 [width][2]
//
// The sums serve formats with a minimum and formats whose weights are stored with an offset. Columns behind
// the last are zero. Owner: CpuOps; memory is kept between uses. Thread: different columns may be written by
// different threads at once. Source: the idea of Q8_1
// blocks. Next station: panel_multiply.h.
#pragma once

#include "engine/backend/cpu/host_buffer.h"

#include <cstddef>
#include <cstdint>

namespace ponder::cpu {

inline constexpr std::uint32_t kTileColumns = 8;

class ActivationTiles {
public:
    // Of a column in a record.
    static constexpr std::size_t columnBytes(bool fine) { return (fine ? 64 : 32) + 4 + 4 + 4 + 8; }

    explicit ActivationTiles(bool fine = false) : m_fine(fine) {}

    // Room for n columns of `length` values (a multiple of 32); what was there is lost.
    void resize(std::uint32_t columns, std::uint32_t length);

    bool fine() const { return m_fine; }

    std::uint32_t columns() const { return m_columns; }
    std::uint32_t blocks() const { return m_blocks; }
    std::uint32_t tiles() const { return (m_columns + m_width - 1) / m_width; }
    // Columns of a tile: 1, 2, 4 or 8.
    std::uint32_t width() const { return m_width; }
    std::size_t recordBytes() const { return m_width * columnBytes(m_fine); }
    std::byte* tile(std::uint32_t index) { return m_memory.data() + index * tileBytes(); }
    const std::byte* tile(std::uint32_t index) const { return m_memory.data() + index * tileBytes(); }
    std::size_t bytes() const { return m_memory.size(); }

    // Quantizes count * 32 values of one column, from block firstBlock on.
    void quantize(std::uint32_t column, std::uint32_t firstBlock, const float* values, std::uint32_t count);

private:
    std::size_t tileBytes() const { return m_blocks * recordBytes(); }

    bool m_fine;
    std::uint32_t m_columns = 0, m_blocks = 0, m_width = 1;
    HostBuffer m_memory;
};

} // namespace ponder::cpu
