#include "engine/backend/vulkan/weights/weight_layout.h"

#include "engine/backend/vulkan/weights/device_block.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

namespace ponder {
namespace {

void putWord(std::byte* region, std::size_t word, std::uint32_t value) {
    std::memcpy(region + word * 4, &value, 4);
}

void orBits(std::byte* region, std::size_t word, std::uint32_t shift, std::uint32_t value) {
    std::uint32_t old = 0;
    std::memcpy(&old, region + word * 4, 4);
    putWord(region, word, old | value << shift);
}

// Weights 4i to 4i+3 as a word of bytes.
std::uint32_t fourOf(const DeviceBlock& block, std::size_t i) {
    std::uint32_t four = 0;
    std::memcpy(&four, block.quants.data() + 4 * i, 4);
    return four;
}

// Nibbles of weights t and t + 4 in a byte, or two bits of weights t, t + 4, t + 8 and t + 12.
template<std::uint32_t kBits>
void writeLowBits(const DeviceBlock& block, std::byte* out) {
    constexpr std::uint32_t kMask = 0x01010101U * ((1U << kBits) - 1);
    constexpr std::size_t kFours = 8 / kBits; // to a word
    for (std::size_t word = 0; word < kBits; ++word) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < kFours; ++i)
            value |= (fourOf(block, word * kFours + i) & kMask) << (kBits * i);
        putWord(out, word, value);
    }
}

void writeQuants(const DeviceLayout& layout, const DeviceBlock& block, std::byte* out) {
    if (layout.quantPieces == 8) std::memcpy(out, block.quants.data(), 32);
    if (layout.quantPieces == 4) writeLowBits<4>(block, out);
    if (layout.quantPieces == 2) writeLowBits<2>(block, out);
}

void writePlanes(const DeviceLayout& layout, const DeviceBlock& block, std::byte* out, std::uint32_t row) {
    const std::uint32_t low = layout.quantPieces; // bits
    std::array<std::uint32_t, 2> words{};
    for (std::uint32_t i = 0; i < 8; ++i) {
        const std::uint32_t high = fourOf(block, i) >> low;
        if (layout.planePieces == 1)
            words[0] |= (high & 0x01010101U) << i;
        else
            words[i / 4] |= (high & 0x03030303U) << (2 * (i % 4));
    }
    for (std::uint32_t word = 0; word < layout.planePieces; ++word)
        putWord(out, row * layout.planePieces + word, words[word]);
}

// out: the scales of the group, zero before.
void writeScales(const DeviceLayout& layout, const DeviceBlock& block, std::byte* out, std::uint32_t row,
                 std::uint32_t index) {
    const std::uint32_t pair = block.firstScale | static_cast<std::uint32_t>(block.nextScale) << 8;
    const std::uint32_t both = block.d | static_cast<std::uint32_t>(block.m) << 16;
    const std::uint32_t supers = layout.blocks / 8;
    const auto word = [&](std::size_t piece) { return piece * 4 + row; };
    switch (scaleKind(layout.type)) {
    case ScaleKind::None:
        return;
    case ScaleKind::Single: {
        const std::uint32_t n = index / blocksOfScale(layout.type);
        if (index % blocksOfScale(layout.type) == 0) orBits(out, word(n / 2), n % 2 * 16, block.d);
        return;
    }
    case ScaleKind::WithMin:
        putWord(out, word(index), both);
        return;
    case ScaleKind::SuperMin:
        putWord(out, word(index / 8), both);
        orBits(out, word(supers + index / 2), index % 2 * 16, pair);
        return;
    case ScaleKind::SuperTwo:
        if (index % 8 == 0) orBits(out, word(index / 16), index / 8 % 2 * 16, block.d);
        orBits(out, word((supers + 1) / 2 + index / 2), index % 2 * 16, pair);
        return;
    case ScaleKind::SuperOne:
        if (index % 8 == 0) orBits(out, word(index / 16), index / 8 % 2 * 16, block.d);
        orBits(out, word((supers + 1) / 2 + index / 4), index % 4 * 8, block.firstScale);
        return;
    case ScaleKind::Exponent:
        orBits(out, word(index / 4), index % 4 * 8, block.firstScale);
        return;
    case ScaleKind::SmallFloat:
        orBits(out, word(1 + index / 2), index % 2 * 16, pair);
        return;
    }
}

// One block of F32, F16 or BF16 stays as it is; after the end of a row come zeros.
void copyBlock(const DeviceLayout& layout, std::span<const std::byte> row, std::uint32_t index,
               std::byte* out) {
    const std::size_t blockBytes = std::size_t{layout.quantPieces} * 4;
    const std::size_t at = index * blockBytes;
    const std::size_t used = std::min(blockBytes, row.size() - at);
    std::memcpy(out, row.data() + at, used);
    std::memset(out + used, 0, blockBytes - used);
}

// The rows of a file that lie together, and where their group goes.
class GroupWriter {
public:
    GroupWriter(const DeviceLayout& layout, const RegionWriters& out)
        : m_layout(layout), m_out(out), m_scales(std::size_t{layout.scalePieces} * 16) {}

    // rows: at most four of them, `rowBytes` each; zeros follow. factors: likewise, or none.
    void write(std::uint64_t group, std::span<const std::byte> rows, std::size_t rowBytes,
               std::span<const float> factors) {
        const std::size_t count = rows.size() / rowBytes;
        if (m_layout.scalePieces > 0)
            for (std::size_t lane = 0; lane < count; ++lane)
                m_blocks[lane] = DeviceBlocks(m_layout.type, rows.data() + lane * rowBytes);
        // Parts of a word come from several blocks; device memory is only written, so they meet here.
        std::fill(m_scales.begin(), m_scales.end(), std::byte{0});
        for (std::uint32_t index = 0; index < m_layout.blocks; ++index)
            for (std::uint32_t lane = 0; lane < 4; ++lane)
                if (lane < count)
                    writeBlock(group, index, lane, rows.subspan(lane * rowBytes, rowBytes));
                else
                    clearBlock(group, index, lane);
        for (std::size_t lane = 0; lane < count && scaleKind(m_layout.type) == ScaleKind::SmallFloat; ++lane)
            putWord(m_scales.data(), lane,
                    std::bit_cast<std::uint32_t>(factors.empty() ? 1.0F : factors[lane]));
        for (std::uint32_t piece = 0; piece < m_layout.scalePieces; ++piece)
            std::memcpy(m_out.scales + m_layout.place(group, piece, m_layout.scalePieces) * 16,
                        m_scales.data() + std::size_t{piece} * 16, 16);
    }

private:
    std::size_t rowQuantBytes() const { return std::size_t{m_layout.quantPieces} * 4; } // of a block
    std::size_t planeBytes() const { return std::size_t{m_layout.planePieces} * 16; }   // of a group's block

    std::byte* quantsOf(std::uint64_t group, std::uint32_t index, std::uint32_t lane) const {
        const std::uint64_t parts = m_layout.quantParts;
        if (parts == 0) return m_out.quants;
        const std::uint64_t rows = 4 / parts; // of a part
        const std::uint64_t part =
            m_layout.place(group, index * parts + lane / rows, m_layout.blocks * parts);
        return m_out.quants + (part * rows + lane % rows) * rowQuantBytes();
    }
    std::byte* planesOf(std::uint64_t group, std::uint32_t index) const {
        return m_out.planes + m_layout.place(group, index, m_layout.blocks) * planeBytes();
    }

    void writeBlock(std::uint64_t group, std::uint32_t index, std::uint32_t lane,
                    std::span<const std::byte> row) {
        std::byte* quants = quantsOf(group, index, lane);
        if (m_layout.scalePieces == 0) return copyBlock(m_layout, row, index, quants);
        const DeviceBlock block = m_blocks[lane].at(index);
        writeQuants(m_layout, block, quants);
        writeScales(m_layout, block, m_scales.data(), lane, index);
        if (m_layout.planePieces) writePlanes(m_layout, block, planesOf(group, index), lane);
    }
    void clearBlock(std::uint64_t group, std::uint32_t index, std::uint32_t lane) {
        std::memset(quantsOf(group, index, lane), 0, rowQuantBytes());
        std::memset(planesOf(group, index) + lane * planeBytes() / 4, 0, planeBytes() / 4);
    }

    const DeviceLayout& m_layout;
    const RegionWriters& m_out;
    std::vector<std::byte> m_scales;
    std::array<DeviceBlocks, 4> m_blocks;
};

} // namespace

void rearrange(const DeviceLayout& layout, std::span<const std::byte> rows, std::uint64_t count,
               const RegionWriters& out, std::span<const float> factors) {
    const std::size_t rowBytes = count == 0 ? 1 : rows.size() / count;
    const std::uint64_t rowsTogether = std::uint64_t{4} * layout.together;
    const std::uint64_t groups = (count + rowsTogether - 1) / rowsTogether * layout.together;
    GroupWriter writer(layout, out);
    for (std::uint64_t group = 0; group < groups; ++group) {
        const std::uint64_t first = std::min(group * 4, count);
        const std::uint64_t used = std::min<std::uint64_t>(4, count - first);
        writer.write(group, rows.subspan(first * rowBytes, used * rowBytes), rowBytes,
                     factors.empty() ? factors : factors.subspan(first, used));
    }
}

} // namespace ponder
