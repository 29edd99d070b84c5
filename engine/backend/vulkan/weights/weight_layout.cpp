#include "engine/backend/vulkan/weights/weight_layout.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace ponder {
namespace {

// The 32 quants of one block as small unsigned numbers (Q8_0: as bytes), and where its scales are.
struct Block {
    std::array<std::uint8_t, 32> quants{};
    std::uint16_t d = 0, m = 0;                 // f16 bits; of the super-block for K types
    std::uint8_t firstScale = 0, nextScale = 0; // K types: (sc, mn), or Q6_K's two scales
};

std::uint16_t half(const std::uint8_t* at) {
    return static_cast<std::uint16_t>(at[0] | static_cast<std::uint16_t>(at[1]) << 8);
}

// Legacy types: byte j of the nibbles holds weight j (low) and j + 16 (high).
Block legacyBlock(TensorType type, const std::uint8_t* at) {
    Block block;
    const bool hasMin = type == TensorType::Q4_1 || type == TensorType::Q5_1;
    const bool fiveBits = type == TensorType::Q5_0 || type == TensorType::Q5_1;
    block.d = half(at);
    at += 2;
    if (hasMin) {
        block.m = half(at);
        at += 2;
    }
    if (type == TensorType::Q8_0) {
        std::memcpy(block.quants.data(), at, 32);
        return block;
    }
    std::uint32_t high = 0;
    if (fiveBits) {
        std::memcpy(&high, at, 4);
        at += 4;
    }
    for (int j = 0; j < 16; ++j) {
        block.quants[j] = static_cast<std::uint8_t>((at[j] & 15) | (high >> j & 1) << 4);
        block.quants[j + 16] = static_cast<std::uint8_t>(at[j] >> 4 | (high >> (j + 16) & 1) << 4);
    }
    return block;
}

// Q4_K, Q5_K: 256 weights; the 12 bytes of scales hold eight 6-bit pairs.
Block superMinBlock(TensorType type, const std::uint8_t* at, std::uint32_t index) {
    Block block;
    block.d = half(at);
    block.m = half(at + 2);
    const std::uint8_t* s = at + 4;
    const std::uint32_t j = index;
    if (j < 4) {
        block.firstScale = s[j] & 63;
        block.nextScale = s[j + 4] & 63;
    } else {
        block.firstScale = static_cast<std::uint8_t>((s[j + 4] & 15) | (s[j - 4] >> 6) << 4);
        block.nextScale = static_cast<std::uint8_t>(s[j + 4] >> 4 | (s[j] >> 6) << 4);
    }
    const bool fiveBits = type == TensorType::Q5_K;
    const std::uint8_t* high = at + 16;
    const std::uint8_t* low = at + (fiveBits ? 48 : 16) + (j / 2) * 32;
    for (int l = 0; l < 32; ++l) {
        const int nibble = j % 2 == 0 ? low[l] & 15 : low[l] >> 4;
        const int bit = fiveBits ? high[l] >> j & 1 : 0;
        block.quants[l] = static_cast<std::uint8_t>(nibble | bit << 4);
    }
    return block;
}

// Q6_K: value l + 32t of a 128-half uses ql[l + 32(t & 1)], nibble t >> 1, and qh[l] >> 2t.
Block superTwoBlock(const std::uint8_t* at, std::uint32_t index) {
    Block block;
    const std::uint32_t h = index / 4;
    const std::uint32_t t = index % 4;
    const std::uint8_t* low = at + h * 64 + 32 * (t & 1);
    const std::uint8_t* high = at + 128 + h * 32;
    for (int l = 0; l < 32; ++l) {
        const int nibble = t < 2 ? low[l] & 15 : low[l] >> 4;
        block.quants[l] = static_cast<std::uint8_t>(nibble | (high[l] >> (2 * t) & 3) << 4);
    }
    block.firstScale = at[192 + 8 * h + 2 * t];
    block.nextScale = at[192 + 8 * h + 2 * t + 1];
    block.d = half(at + 208);
    return block;
}

Block readBlock(TensorType type, const std::uint8_t* row, std::uint32_t index) {
    const std::uint32_t bytes = typeTraits(type)->blockBytes;
    switch (scaleKind(type)) {
    case ScaleKind::SuperMin:
        return superMinBlock(type, row + std::size_t{index / 8} * bytes, index % 8);
    case ScaleKind::SuperTwo:
        return superTwoBlock(row + std::size_t{index / 8} * bytes, index % 8);
    default:
        return legacyBlock(type, row + std::size_t{index} * bytes);
    }
}

void putWord(std::byte* region, std::size_t word, std::uint32_t value) {
    std::memcpy(region + word * 4, &value, 4);
}

void orHalf(std::byte* region, std::size_t word, bool upper, std::uint32_t value) {
    std::uint32_t old = 0;
    std::memcpy(&old, region + word * 4, 4);
    putWord(region, word, old | value << (upper ? 16 : 0));
}

void writeQuants(const DeviceLayout& layout, const Block& block, std::byte* out) {
    if (layout.quantPieces == 2) {
        std::memcpy(out, block.quants.data(), 32);
        return;
    }
    for (std::size_t word = 0; word < 4; ++word) {
        std::uint32_t value = 0;
        for (std::size_t t = 0; t < 4; ++t) {
            const std::uint32_t low = block.quants[word * 8 + t] & 15U;
            const std::uint32_t high = block.quants[word * 8 + 4 + t] & 15U;
            value |= (low | high << 4) << (8 * t);
        }
        putWord(out, word, value);
    }
}

void writePlanes(const DeviceLayout& layout, const Block& block, std::byte* out, std::uint32_t row) {
    std::array<std::uint32_t, 2> words{};
    for (std::uint32_t i = 0; i < 8; ++i)
        for (std::uint32_t t = 0; t < 4; ++t) {
            const std::uint32_t high = block.quants[4 * i + t] >> 4U;
            if (layout.planePieces == 1)
                words[0] |= high << (8 * t + i);
            else
                words[i / 4] |= high << (8 * t + 2 * (i % 4));
        }
    for (std::uint32_t word = 0; word < layout.planePieces; ++word)
        putWord(out, row * layout.planePieces + word, words[word]);
}

// out: the scales of the group, zero before.
void writeScales(const DeviceLayout& layout, const Block& block, std::byte* out, std::uint32_t row,
                 std::uint32_t index) {
    const std::uint32_t pair = block.firstScale | static_cast<std::uint32_t>(block.nextScale) << 8;
    const std::uint32_t supers = layout.blocks / 8;
    switch (scaleKind(layout.type)) {
    case ScaleKind::None:
        return;
    case ScaleKind::Single:
        orHalf(out, std::size_t{index / 2} * 4 + row, index % 2 != 0, block.d);
        return;
    case ScaleKind::WithMin:
        putWord(out, std::size_t{index} * 4 + row, block.d | static_cast<std::uint32_t>(block.m) << 16);
        return;
    case ScaleKind::SuperMin:
        putWord(out, std::size_t{index / 8} * 4 + row, block.d | static_cast<std::uint32_t>(block.m) << 16);
        orHalf(out, std::size_t{supers + index / 2} * 4 + row, index % 2 != 0, pair);
        return;
    case ScaleKind::SuperTwo:
        if (index % 8 == 0) orHalf(out, std::size_t{index / 16} * 4 + row, index / 8 % 2 != 0, block.d);
        orHalf(out, std::size_t{(supers + 1) / 2 + index / 2} * 4 + row, index % 2 != 0, pair);
        return;
    }
}

// One block of F32, F16 or BF16 stays as it is; behind the end of a row come zeros.
void copyBlock(const DeviceLayout& layout, std::span<const std::byte> row, std::uint32_t index,
               std::byte* out) {
    const std::size_t blockBytes = std::size_t{layout.quantPieces} * 16;
    const std::size_t at = index * blockBytes;
    const std::size_t used = std::min(blockBytes, row.size() - at);
    std::memcpy(out, row.data() + at, used);
    std::memset(out + used, 0, blockBytes - used);
}

// One block of one row; scales: of its group, zero before.
void writeBlock(const DeviceLayout& layout, std::span<const std::byte> row, std::uint32_t index,
                std::uint32_t lane, std::byte* quants, std::byte* planes, std::byte* scales) {
    if (layout.scalePieces == 0) return copyBlock(layout, row, index, quants);
    const Block block = readBlock(layout.type, reinterpret_cast<const std::uint8_t*>(row.data()), index);
    writeQuants(layout, block, quants);
    writeScales(layout, block, scales, lane, index);
    if (layout.planePieces) writePlanes(layout, block, planes, lane);
}

} // namespace

void rearrange(const DeviceLayout& layout, std::span<const std::byte> rows, std::uint64_t count,
               const RegionWriters& out) {
    const std::size_t quantBytes = std::size_t{layout.quantPieces} * 16; // of one block of one row
    const std::size_t planeBytes = std::size_t{layout.planePieces} * 16; // of one block of a group
    const std::size_t rowBytes = count == 0 ? 0 : rows.size() / count;
    // Halves of a word come from two blocks; device memory is only written, so they meet here.
    std::vector<std::byte> scales(std::size_t{layout.scalePieces} * 16);
    const std::uint64_t rowsTogether = std::uint64_t{4} * layout.together;
    const std::uint64_t groups = (count + rowsTogether - 1) / rowsTogether * layout.together;
    for (std::uint64_t group = 0; group < groups; ++group) {
        std::fill(scales.begin(), scales.end(), std::byte{0});
        for (std::uint32_t index = 0; index < layout.blocks; ++index) {
            const std::uint64_t block = layout.place(group, index, layout.blocks);
            std::byte* planes = out.planes + block * planeBytes;
            for (std::uint32_t lane = 0; lane < 4; ++lane) {
                const std::uint64_t row = group * 4 + lane;
                std::byte* quants = out.quants + layout.place(group, std::uint64_t{index} * 4 + lane,
                                                              std::uint64_t{layout.blocks} * 4) *
                                                     quantBytes;
                if (row < count) {
                    writeBlock(layout, rows.subspan(row * rowBytes, rowBytes), index, lane, quants, planes,
                               scales.data());
                } else {
                    std::memset(quants, 0, quantBytes);
                    std::memset(planes + lane * planeBytes / 4, 0, planeBytes / 4);
                }
            }
        }
        for (std::uint32_t piece = 0; piece < layout.scalePieces; ++piece)
            std::memcpy(out.scales + layout.place(group, piece, layout.scalePieces) * 16,
                        scales.data() + std::size_t{piece} * 16, 16);
    }
}

} // namespace ponder
