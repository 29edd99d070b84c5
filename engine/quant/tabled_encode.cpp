#include "engine/quant/tabled_encode.h"

#include "engine/quant/half.h"
#include "engine/quant/table_fit.h"
#include "engine/quant/tabled_blocks.h"

#include <algorithm>
#include <cmath>

namespace ponder {
namespace {

constexpr std::size_t kBig = 256;  // values in a block of Q3_K and IQ4_XS
constexpr std::size_t kSmall = 32; // of IQ4_NL and MXFP4

const LevelTable kCurve{kFourBitCurve};
const LevelTable kThreeBits{std::array<std::int8_t, 8>{-4, -3, -2, -1, 0, 1, 2, 3}};
// FP4 doubled: 8 numbers from 0 upwards, and the negatives of 7 of them.
const LevelTable kFp4{std::array<std::int8_t, 15>{-12, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12}};

// The index that FP4 gives to a place in the rising table.
std::uint8_t fp4Index(int place) { return static_cast<std::uint8_t>(place >= 7 ? place - 7 : 15 - place); }

float asHalf(double value) { return throughHalf(static_cast<float>(value)); }

// The scales of a block of sub-blocks that share a unit: x = unit whole t. A tile holds one block of sixteen
// sub-blocks, or two of eight.
class TabledScales {
public:
    TabledScales(const Tile& tile, const LevelTable& table, const TableTrials& trials, std::size_t subs)
        : m_tile(tile), m_table(table), m_subs(subs) {
        guess(trials);
        for (const int reach : {2, 2, 1}) {
            snapTableScales(m_tile, m_table, unit, reach, whole);
            number();
            fitUnits();
        }
        number();
    }

    PerGroup unit{}, whole{};
    Quants quants;

private:
    void guess(const TableTrials& trials) {
        constexpr float kSteps = -30; // that the largest scale counts; it may still grow by two
        PerGroup scale;
        fitTableScales(m_tile, m_table, trials, scale);
        for (std::size_t first = 0; first < kTileGroups; first += m_subs) {
            const auto ofBlock = std::span(scale).subspan(first, m_subs);
            const float largest = *std::max_element(
                ofBlock.begin(), ofBlock.end(), [](float a, float b) { return std::abs(a) < std::abs(b); });
            std::fill_n(&unit[first], m_subs, asHalf(largest / kSteps));
        }
        for (std::size_t sub = 0; sub < kTileGroups; ++sub)
            if (unit[sub] != 0)
                whole[sub] = std::clamp(std::nearbyint(scale[sub] / unit[sub]), -32.0F, 31.0F);
    }

    void number() {
        PerGroup scale;
        for (std::size_t sub = 0; sub < kTileGroups; ++sub)
            scale[sub] = unit[sub] * whole[sub];
        quantizeToTable(m_tile, m_table, scale, quants);
    }

    // Least squares over the whole block: x = unit u with u = whole t.
    void fitUnits() {
        for (std::size_t first = 0; first < kTileGroups; first += m_subs) {
            double uu = 0, xu = 0;
            for (std::size_t sub = first; sub < first + m_subs; ++sub) {
                uu += double{whole[sub]} * whole[sub] * quants.squares[sub];
                xu += double{whole[sub]} * quants.product[sub];
            }
            const float fitted = uu > 0 ? asHalf(xu / uu) : 0;
            if (fitted != 0 && std::isfinite(fitted)) std::fill_n(&unit[first], m_subs, fitted);
        }
    }

    const Tile& m_tile;
    const LevelTable& m_table;
    std::size_t m_subs;
};

// Byte j holds value j in its low half and value j + 16 in its high half.
template<class IndexOf>
void putNibbles(const IndexOf& index, std::byte* out) {
    for (std::size_t j = 0; j < 16; ++j)
        out[j] = static_cast<std::byte>(index(j) | index(j + 16) << 4);
}

// Sixteen scales of 6 bits in 12 bytes: low halves, then high pairs of bits (tabled_blocks.cpp).
void putSixBitScales(const PerGroup& whole, std::byte* out) {
    std::fill_n(out, 12, std::byte{0});
    for (std::size_t j = 0; j < 16; ++j) {
        const unsigned scale = static_cast<unsigned>(static_cast<int>(whole[j]) + 32);
        out[j % 8] |= static_cast<std::byte>((scale & 15) << (j / 8 * 4));
        out[8 + j % 4] |= static_cast<std::byte>((scale >> 4) << (j / 4 * 2));
    }
}

} // namespace

void encodeQ3_K(std::span<const float> values, std::byte* block) {
    constexpr TableTrials kTrials{4.6F, 0.25F, 9};
    Tile tile;
    for (; !values.empty(); values = values.subspan(kBig), block += 110) {
        tile.load(values.first(kBig), 16);
        const TabledScales fit(tile, kThreeBits, kTrials, 16);
        std::fill_n(block, 96, std::byte{0});
        for (std::size_t i = 0; i < kBig; ++i) {
            const auto q = static_cast<unsigned>(fit.quants.at(i / 16, i % 16)); // 4 more than the number
            const std::size_t half = i / 128, t = i % 128 / 32, l = i % 32;
            block[l] |= static_cast<std::byte>(q >> 2 << (4 * half + t));
            block[32 + 32 * half + l] |= static_cast<std::byte>((q & 3) << (2 * t));
        }
        putSixBitScales(fit.whole, block + 96);
        storeHalf(block + 108, fit.unit[0]);
    }
}

constexpr TableTrials kCurveTrials{131.0F, 5.0F, 8};

void encodeIQ4_NL(std::span<const float> values, std::byte* block) {
    Tile tile;
    PerGroup scale;
    Quants quants;
    const auto number = [&] {
        for (float& one : scale)
            one = throughHalf(one);
        quantizeToTable(tile, kCurve, scale, quants);
    };
    while (!values.empty()) {
        const std::size_t groups = std::min(kTileGroups, values.size() / kSmall);
        tile.load(values.first(groups * kSmall), kSmall);
        fitTableScales(tile, kCurve, kCurveTrials, scale);
        number();
        // The numbers belong to the rounded scale now, and may have a better one.
        for (std::size_t group = 0; group < kTileGroups; ++group)
            scale[group] = quants.product[group] / quants.squares[group]; // no level is 0
        number();
        for (std::size_t group = 0; group < groups; ++group, block += 18) {
            storeHalf(block, scale[group]);
            putNibbles([&](std::size_t i) { return quants.at(group, i); }, block + 2);
        }
        values = values.subspan(groups * kSmall);
    }
}

void encodeIQ4_XS(std::span<const float> values, std::byte* block) {
    Tile tile;
    while (!values.empty()) {
        const std::size_t count = std::min<std::size_t>(2, values.size() / kBig);
        tile.load(values.first(count * kBig), 32);
        const TabledScales fit(tile, kCurve, kCurveTrials, 8);
        for (std::size_t i = 0; i < count; ++i, block += 136) {
            storeHalf(block, fit.unit[8 * i]);
            std::fill_n(block + 2, 6, std::byte{0});
            for (std::size_t sub = 0; sub < 8; ++sub) {
                const unsigned whole = static_cast<unsigned>(static_cast<int>(fit.whole[8 * i + sub]) + 32);
                block[2 + sub / 4] |= static_cast<std::byte>((whole >> 4) << (sub % 4 * 2));
                block[4 + sub / 2] |= static_cast<std::byte>((whole & 15) << (sub % 2 * 4));
                putNibbles([&](std::size_t j) { return fit.quants.at(8 * i + sub, j); },
                           block + 8 + 16 * sub);
            }
        }
        values = values.subspan(count * kBig);
    }
}

namespace {

// MXFP4: the scale is a power of two. Of the four that come into question each group takes the best.
class PowerScales {
public:
    PowerScales(const Tile& tile, std::span<const float> values) {
        std::array<int, kTileGroups> least{};
        for (std::size_t group = 0; group * kSmall < values.size(); ++group) {
            const float largest = largestMagnitude(values.subspan(group * kSmall, kSmall));
            if (largest > 0) least[group] = std::ilogb(largest / kFp4.reach()) + 127;
        }
        m_error.fill(HUGE_VALF);
        for (int step = 0; step < 4; ++step) {
            for (std::size_t group = 0; group < kTileGroups; ++group)
                m_tried[group] = static_cast<unsigned>(std::clamp(least[group] + step, 0, 254));
            attempt(tile);
        }
    }

    std::byte scale(std::size_t group) const { return static_cast<std::byte>(m_best[group]); }
    unsigned index(std::size_t group, std::size_t i) const { return m_index[group * kSmall + i]; }

private:
    void attempt(const Tile& tile) {
        PerGroup scale;
        for (std::size_t group = 0; group < kTileGroups; ++group)
            scale[group] = halvedE8M0(m_tried[group]);
        Quants quants;
        quantizeToTable(tile, kFp4, scale, quants);
        for (std::size_t group = 0; group < kTileGroups; ++group) {
            // Σ(x - s t)² less Σx², which is the same for all.
            const float error =
                scale[group] * (scale[group] * quants.squares[group] - 2 * quants.product[group]);
            if (!(error < m_error[group])) continue;
            m_error[group] = error;
            m_best[group] = m_tried[group];
            for (std::size_t i = 0; i < kSmall; ++i)
                m_index[group * kSmall + i] = fp4Index(quants.at(group, i));
        }
    }

    std::array<unsigned, kTileGroups> m_tried{}, m_best{};
    std::array<std::uint8_t, kTileGroups * kSmall> m_index{};
    PerGroup m_error;
};

} // namespace

void encodeMXFP4(std::span<const float> values, std::byte* block) {
    Tile tile;
    while (!values.empty()) {
        const std::size_t groups = std::min(kTileGroups, values.size() / kSmall);
        tile.load(values.first(groups * kSmall), kSmall);
        const PowerScales fit(tile, values.first(groups * kSmall));
        for (std::size_t group = 0; group < groups; ++group, block += 17) {
            block[0] = fit.scale(group);
            putNibbles([&](std::size_t i) { return fit.index(group, i); }, block + 1);
        }
        values = values.subspan(groups * kSmall);
    }
}

} // namespace ponder
