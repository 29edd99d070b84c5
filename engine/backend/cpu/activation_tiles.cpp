#include "engine/backend/cpu/activation_tiles.h"

#include "engine/backend/cpu/row_kernels.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace ponder::cpu {

void ActivationTiles::resize(std::uint32_t columns, std::uint32_t length) {
    if (columns == m_columns && length / 32 == m_blocks) return;
    shape(columns, length);
    m_memory.grow(tiles() * tileBytes());
    m_first = m_memory.data();
    clearTail();
}

void ActivationTiles::shape(std::uint32_t columns, std::uint32_t length) {
    m_columns = columns;
    m_blocks = length / 32;
    m_width = std::min(std::bit_ceil(std::max(columns, 1U)), kTileColumns);
}

// The columns after the last are multiplied too; what they hold is thrown away, yet has to be defined.
void ActivationTiles::clearTail() {
    if (m_columns % m_width != 0) std::memset(tile(tiles() - 1), 0, tileBytes());
}

ActivationTiles ActivationTiles::over(std::byte* memory, Rounding rounding, std::uint32_t columns,
                                      std::uint32_t length) {
    ActivationTiles out(rounding);
    out.shape(columns, length);
    out.m_first = memory;
    out.clearTail();
    return out;
}

std::size_t ActivationTiles::bytesFor(Rounding rounding, std::uint32_t columns, std::uint32_t length) {
    ActivationTiles out(rounding);
    out.shape(columns, length);
    return out.tiles() * out.tileBytes();
}

void ActivationTiles::quantize(std::uint32_t column, std::uint32_t firstBlock, const float* values,
                               std::uint32_t count) {
    std::byte* record = tile(column / m_width) + firstBlock * recordBytes();
    const std::size_t c = column % m_width;
    const std::size_t quants = std::size_t{m_width} * 32, line = std::size_t{m_width} * 4;
    const bool fine = m_rounding == Rounding::Fine;
    std::byte* numbers = record + quants * (fine ? 2 : 1);
    std::byte* quad = m_rounding == Rounding::Outliers ? numbers + 5 * line + c * sizeof(Quad) : nullptr;
    quantizeBlocks(values, count,
                   {record + c * 32, fine ? record + quants + c * 32 : nullptr, numbers + c * 4,
                    numbers + line + c * 4, numbers + 2 * line + c * 4, numbers + 3 * line + c * 8, quad,
                    recordBytes()});
}

} // namespace ponder::cpu
