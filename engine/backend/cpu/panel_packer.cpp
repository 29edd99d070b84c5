#include "engine/backend/cpu/panel_packer.h"

#include "engine/backend/cpu/panel_lane.h"
#include "engine/backend/cpu/small_number_packer.h"
#include "engine/quant/small_numbers.h"

namespace ponder::cpu {
namespace {

void spreadBits(std::uint32_t bits, Byte* out) {
    for (std::size_t i = 0; i < 32; ++i)
        out[i] = static_cast<Byte>(bits >> i & 1);
}

// The legacy types: every 32 weights have their own head. In the file a byte holds weights j and j+16, which
// is how they are wanted.
void packLegacy(const PanelLayout& layout, const Byte* source, std::size_t row, std::size_t block,
                Byte* unit) {
    const std::size_t inUnit = block % layout.blocksPerUnit;
    const Lane lane{unit + layout.headBytes + inUnit * layout.blockBytes, row};
    const bool withMin = layout.type == TensorType::Q4_1 || layout.type == TensorType::Q5_1;
    putHalf(unit, inUnit, row, source);
    if (withMin) putHalf(unit, 1, row, source + 2);
    const Byte* rest = source + (withMin ? 4 : 2);
    if (layout.type == TensorType::Q8_0) {
        std::array<Byte, 32> shifted;
        for (std::size_t i = 0; i < 32; ++i)
            shifted[i] = static_cast<Byte>(rest[i] ^ 128);
        for (std::size_t j = 0; j < 8; ++j)
            lane.put(j, &shifted[4 * j]);
        return;
    }
    std::size_t firstLine = 0;
    if (layout.type == TensorType::Q5_0 || layout.type == TensorType::Q5_1) {
        std::uint32_t fifth;
        std::memcpy(&fifth, rest, 4);
        std::array<Byte, 32> bits;
        spreadBits(fifth, bits.data());
        putBits(lane, bits.data());
        rest += 4;
        firstLine = 1;
    }
    for (std::size_t j = 0; j < 4; ++j)
        lane.put(firstLine + j, rest + 4 * j);
}

// Eight pairs of 6-bit numbers in 12 bytes (quant/k_blocks.cpp), to sc and mn of each block.
void packScalesAndMins(const Byte* packed, std::size_t row, Byte* scales) {
    for (std::size_t j = 0; j < 8; ++j) {
        const bool early = j < 4;
        const int sc = early ? packed[j] & 63 : (packed[j + 4] & 15) | packed[j - 4] >> 6 << 4;
        const int mn = early ? packed[j + 4] & 63 : packed[j + 4] >> 4 | packed[j] >> 6 << 4;
        scales[j * 32 + row] = static_cast<Byte>(sc);
        scales[j * 32 + 16 + row] = static_cast<Byte>(mn);
    }
}

// Q4_K (144 bytes) and Q5_K (176 bytes).
void packSuperMin(const PanelLayout& layout, const Byte* source, std::size_t row, Byte* unit) {
    const bool five = layout.type == TensorType::Q5_K;
    putHalf(unit, 0, row, source);
    putHalf(unit, 1, row, source + 2);
    packScalesAndMins(source + 4, row, unit + kLine);
    const Byte* fifth = source + 16;
    const Byte* quants = source + (five ? 48 : 16);
    for (std::size_t sub = 0; sub < 8; ++sub) {
        const Lane lane{unit + layout.headBytes + sub * layout.blockBytes, row};
        const Byte* q = quants + sub / 2 * 32;
        std::array<Byte, 32> values, bits;
        for (std::size_t l = 0; l < 32; ++l)
            values[l] = sub % 2 ? q[l] >> 4 : q[l] & 15;
        putNibbles(lane, five ? 1 : 0, values.data());
        if (!five) continue;
        for (std::size_t l = 0; l < 32; ++l)
            bits[l] = fifth[l] >> sub & 1;
        putBits(lane, bits.data());
    }
}

// Q6_K (210 bytes): see quant/k_blocks.cpp for where a value's bits lie.
void packQ6_K(const PanelLayout& layout, const Byte* source, std::size_t row, Byte* unit) {
    putHalf(unit, 0, row, source + 208);
    for (std::size_t sub = 0; sub < 8; ++sub) {
        const std::size_t h = sub / 4, t = sub % 4;
        const Byte* low = source + 64 * h + 32 * (t & 1);
        const Byte* high = source + 128 + 32 * h;
        const Lane lane{unit + layout.headBytes + sub * layout.blockBytes, row};
        std::array<Byte, 32> values, bits;
        for (std::size_t l = 0; l < 32; ++l) {
            values[l] = static_cast<Byte>(low[l] >> (t / 2 * 4) & 15);
            bits[l] = static_cast<Byte>(high[l] >> (2 * t) & 3);
        }
        putPairs(lane, 0, bits.data());
        putNibbles(lane, 2, values.data());
        for (std::size_t half = 0; half < 2; ++half)
            unit[kLine + sub * 32 + half * 16 + row] = source[192 + 2 * sub + half];
    }
}

// Q2_K (84 bytes).
void packQ2_K(const PanelLayout& layout, const Byte* source, std::size_t row, Byte* unit) {
    putHalf(unit, 0, row, source + 80);
    putHalf(unit, 1, row, source + 82);
    for (std::size_t sub = 0; sub < 8; ++sub) {
        const Byte* low = source + 16 + 32 * (sub / 4);
        std::array<Byte, 32> values;
        for (std::size_t l = 0; l < 32; ++l)
            values[l] = static_cast<Byte>(low[l] >> (2 * (sub % 4)) & 3);
        putPairs({unit + layout.headBytes + sub * layout.blockBytes, row}, 0, values.data());
        for (std::size_t half = 0; half < 2; ++half)
            unit[kLine + sub * 32 + half * 16 + row] = source[2 * sub + half];
    }
}

template<class Value>
void packFloats(std::size_t length, const Byte* source, std::size_t row, Byte* panel) {
    for (std::size_t k = 0; k < length; ++k)
        std::memcpy(panel + (k * kPanelRows + row) * sizeof(Value), source + k * sizeof(Value),
                    sizeof(Value));
}

void packRow(const PanelLayout& layout, std::size_t length, const Byte* source, std::size_t row,
             Byte* panel) {
    if (layout.type == TensorType::F32) return packFloats<std::uint32_t>(length, source, row, panel);
    if (!layout.quantized()) return packFloats<std::uint16_t>(length, source, row, panel);
    if (smallNumberTraits(layout.type)) return packSmallNumbers(layout, source, row, panel);
    const auto traits = typeTraits(layout.type);
    if (layout.blocksPerUnit < 8) {
        for (std::size_t b = 0; b < layout.blocks; ++b)
            packLegacy(layout, source + b * traits->blockBytes, row, b,
                       panel + b / layout.blocksPerUnit * layout.unitBytes());
        return;
    }
    for (std::size_t u = 0; u < layout.units(); ++u) {
        const Byte* block = source + u * traits->blockBytes;
        Byte* unit = panel + u * layout.unitBytes();
        if (layout.type == TensorType::Q2_K)
            packQ2_K(layout, block, row, unit);
        else if (layout.type == TensorType::Q6_K)
            packQ6_K(layout, block, row, unit);
        else
            packSuperMin(layout, block, row, unit);
    }
}

} // namespace

void packPanel(const PanelLayout& layout, std::span<const std::byte> rows, std::byte* panel,
               std::uint64_t rowLength) {
    const auto traits = typeTraits(layout.type);
    const std::size_t length = rowLength > 0 ? rowLength : layout.rowLength();
    const std::size_t rowBytes = length / traits->blockValues * traits->blockBytes;
    const auto* source = reinterpret_cast<const Byte*>(rows.data());
    for (std::size_t row = 0; row * rowBytes < rows.size(); ++row)
        packRow(layout, length, source + row * rowBytes, row, reinterpret_cast<Byte*>(panel));
}

} // namespace ponder::cpu
