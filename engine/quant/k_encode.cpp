#include "engine/quant/k_encode.h"

#include "engine/quant/block_fit.h"
#include "engine/quant/half.h"

#include <algorithm>
#include <cmath>

namespace ponder {
namespace {

constexpr std::size_t kValues = 256;          // in a block
constexpr std::size_t kSub = 32;              // values that share a scale and a minimum in Q4_K and Q5_K
constexpr std::size_t kSubs = kValues / kSub; // such sub-blocks in a block

float asHalf(double value) { return throughHalf(static_cast<float>(value)); }

// A unit so that the largest counts `most`; the others follow.
float unitFor(std::span<const float> values, float most) {
    return asHalf(*std::max_element(values.begin(), values.end()) / most);
}

float rounded(float value, float unit, float most) {
    return unit > 0 ? std::clamp(std::nearbyint(value / unit), 0.0F, most) : 0.0F;
}

// The lines of two blocks of Q4_K or Q5_K, or of one of Q2_K: x = units.scale whole.scale q - units.min
// whole.min with q from 0 to `top` and whole numbers from 0 to `most`.
class Lines {
public:
    Lines(const Tile& tile, float top, float most) : m_tile(tile), m_top(top), m_subs(kValues / tile.length) {
        m_whole.most = most;
        guess();
        snap(2, 3);
        fitUnits();
        snap(1, 1);
        fitUnits();
        number();
    }

    float scaleUnit(std::size_t block) const { return m_units.scale[block * m_subs]; }
    float minUnit(std::size_t block) const { return m_units.min[block * m_subs]; }
    const WholeLines& whole() const { return m_whole; }
    const Quants& quants() const { return m_quants; }

private:
    void guess() {
        PerGroup scale, min;
        fitLines(m_tile, m_top, true, scale, min);
        for (float& one : min)
            one = -one;
        for (std::size_t first = 0; first < kTileGroups; first += m_subs) {
            const float scaleUnit = unitFor(std::span(scale).subspan(first, m_subs), m_whole.most);
            const float minUnit = unitFor(std::span(min).subspan(first, m_subs), m_whole.most);
            for (std::size_t sub = first; sub < first + m_subs; ++sub) {
                m_units.scale[sub] = scaleUnit;
                m_units.min[sub] = minUnit;
                m_whole.scale[sub] = rounded(scale[sub], scaleUnit, m_whole.most);
                m_whole.min[sub] = rounded(min[sub], minUnit, m_whole.most);
            }
        }
    }
    void snap(int scaleReach, int minReach) {
        snapLines(m_tile, m_top, m_units, scaleReach, minReach, m_whole);
    }
    void number() {
        PerGroup scale, offset;
        for (std::size_t sub = 0; sub < kTileGroups; ++sub) {
            scale[sub] = m_units.scale[sub] * m_whole.scale[sub];
            offset[sub] = -m_units.min[sub] * m_whole.min[sub];
        }
        quantize(m_tile, {0, m_top}, scale, offset, m_quants);
    }
    void fitUnits() {
        number();
        for (std::size_t first = 0; first < kTileGroups; first += m_subs)
            fitUnits(first);
    }
    void fitUnits(std::size_t first);

    const Tile& m_tile;
    float m_top;
    std::size_t m_subs; // sub-blocks in a block
    LineUnits m_units;
    WholeLines m_whole;
    Quants m_quants;
};

// Least squares over the whole block for the two units: x = d u - e v with u = whole.scale q, v = whole.min.
void Lines::fitUnits(std::size_t first) {
    double uu = 0, uv = 0, vv = 0, xu = 0, xv = 0;
    for (std::size_t sub = first; sub < first + m_subs; ++sub) {
        const double scale = m_whole.scale[sub], min = m_whole.min[sub];
        uu += scale * scale * m_quants.squares[sub];
        uv += scale * min * m_quants.sum[sub];
        vv += min * min * static_cast<double>(m_tile.length);
        xu += scale * m_quants.product[sub];
        xv += min * m_quants.valueTotal[sub];
    }
    const double determinant = uu * vv - uv * uv;
    if (uu <= 0) return;
    float d = asHalf(xu / uu), e = 0;
    if (determinant > 1e-9 * uu * vv) {
        d = asHalf((xu * vv - xv * uv) / determinant);
        e = asHalf((xu * uv - xv * uu) / determinant);
    }
    // Without a sensible answer the first guess stays.
    if (!(d > 0) || std::isinf(d) || !(e >= 0) || std::isinf(e) || (vv > 0 && e == 0)) return;
    for (std::size_t sub = first; sub < first + m_subs; ++sub) {
        m_units.scale[sub] = d;
        m_units.min[sub] = e;
    }
}

// Eight pairs of 6-bit numbers in 12 bytes: the first four pairs keep their bits together, the upper bits of
// the last four sit in the two highest bits of the first eight bytes.
void putScales(const WholeLines& whole, std::size_t first, std::byte* out) {
    const auto scale = [&](std::size_t j) { return static_cast<int>(whole.scale[first + j]); };
    const auto min = [&](std::size_t j) { return static_cast<int>(whole.min[first + j]); };
    for (std::size_t j = 0; j < 4; ++j) {
        out[j] = static_cast<std::byte>(scale(j) | (scale(j + 4) >> 4) << 6);
        out[j + 4] = static_cast<std::byte>(min(j) | (min(j + 4) >> 4) << 6);
        out[j + 8] = static_cast<std::byte>((scale(j + 4) & 15) | (min(j + 4) & 15) << 4);
    }
}

// Each 32 bytes hold two sub-blocks: the low halves, then the high halves.
void putNibbles(const Quants& quants, std::size_t first, std::byte* out) {
    for (std::size_t pair = 0; pair < kSubs / 2; ++pair)
        for (std::size_t l = 0; l < kSub; ++l)
            out[pair * kSub + l] = static_cast<std::byte>((quants.at(first + 2 * pair, l) & 15) |
                                                          (quants.at(first + 2 * pair + 1, l) & 15) << 4);
}

// Bit s of byte l belongs to value l of sub-block s.
void putFifthBits(const Quants& quants, std::size_t first, std::byte* out) {
    for (std::size_t l = 0; l < kSub; ++l) {
        int bits = 0;
        for (std::size_t sub = 0; sub < kSubs; ++sub)
            bits |= (quants.at(first + sub, l) >> 4) << sub;
        out[l] = static_cast<std::byte>(bits);
    }
}

// Q4_K, and with one more bit Q5_K.
void encodeLines(std::span<const float> values, std::byte* block, bool fiveBits) {
    Tile tile;
    while (!values.empty()) {
        const std::size_t count = std::min(kTileGroups / kSubs, values.size() / kValues);
        tile.load(values.first(count * kValues), kSub);
        const Lines lines(tile, fiveBits ? 31 : 15, 63);
        for (std::size_t i = 0; i < count; ++i, block += fiveBits ? 176 : 144) {
            storeHalf(block, lines.scaleUnit(i));
            storeHalf(block + 2, lines.minUnit(i));
            putScales(lines.whole(), i * kSubs, block + 4);
            if (fiveBits) putFifthBits(lines.quants(), i * kSubs, block + 16);
            putNibbles(lines.quants(), i * kSubs, block + (fiveBits ? 48 : 16));
        }
        values = values.subspan(count * kValues);
    }
}

// Each half of 128 values: value l + 32 t has its low bits in byte l + 32 (t & 1), nibble t / 2, its high
// bits in byte l at 2 t. A sub-block has 16 values.
void putSixBits(const Quants& quants, std::byte* low, std::byte* high) {
    const auto q = [&](std::size_t value) { return quants.at(value / 16, value % 16) + 32; };
    for (std::size_t h = 0; h < 2; ++h, low += 64, high += 32)
        for (std::size_t l = 0; l < 32; ++l) {
            const std::size_t at = 128 * h + l;
            const int q0 = q(at), q1 = q(at + 32), q2 = q(at + 64), q3 = q(at + 96);
            low[l] = static_cast<std::byte>((q0 & 15) | (q2 & 15) << 4);
            low[l + 32] = static_cast<std::byte>((q1 & 15) | (q3 & 15) << 4);
            high[l] = static_cast<std::byte>(q0 >> 4 | (q1 >> 4) << 2 | (q2 >> 4) << 4 | (q3 >> 4) << 6);
        }
}

// The scales of a block of Q6_K: x = unit whole q.
struct SixBitScales {
    float unit = 0;
    PerGroup whole{};
    Quants quants;

    explicit SixBitScales(const Tile& tile) {
        constexpr int kReach = 8; // steps of the whole numbers; the largest scale leaves room for as many
        const float largest = largestMagnitude(std::span(tile.values).first(kValues));
        setUnit(asHalf(largest / 31 / (127 - kReach)));
        snapScales(tile, m_units, kReach, whole);
        number(tile);
        double uu = 0, xu = 0; // with u = whole q
        for (std::size_t sub = 0; sub < kTileGroups; ++sub) {
            uu += double{whole[sub]} * whole[sub] * quants.squares[sub];
            xu += double{whole[sub]} * quants.product[sub];
        }
        if (uu > 0 && asHalf(xu / uu) > 0) {
            setUnit(asHalf(xu / uu));
            number(tile);
        }
    }

private:
    void setUnit(float value) {
        unit = value;
        m_units.fill(value);
    }
    void number(const Tile& tile) {
        PerGroup scale;
        for (std::size_t sub = 0; sub < kTileGroups; ++sub)
            scale[sub] = unit * whole[sub];
        quantize(tile, {-32, 31}, scale, PerGroup{}, quants);
    }

    PerGroup m_units;
};

} // namespace

// Each half of 128 values: value l + 32 t stands in byte l at 2 t. A sub-block has 16 values.
void encodeQ2_K(std::span<const float> values, std::byte* block) {
    Tile tile;
    for (; !values.empty(); values = values.subspan(kValues), block += 84) {
        tile.load(values.first(kValues), kValues / kTileGroups);
        const Lines lines(tile, 3, 15);
        for (std::size_t sub = 0; sub < kTileGroups; ++sub)
            block[sub] = static_cast<std::byte>(static_cast<int>(lines.whole().scale[sub]) |
                                                static_cast<int>(lines.whole().min[sub]) << 4);
        std::fill_n(block + 16, 64, std::byte{0});
        for (std::size_t i = 0; i < kValues; ++i)
            block[16 + i / 128 * 32 + i % 32] |=
                static_cast<std::byte>(lines.quants().at(i / 16, i % 16) << (i % 128 / 32 * 2));
        storeHalf(block + 80, lines.scaleUnit(0));
        storeHalf(block + 82, lines.minUnit(0));
    }
}

void encodeQ4_K(std::span<const float> values, std::byte* blocks) { encodeLines(values, blocks, false); }

void encodeQ5_K(std::span<const float> values, std::byte* blocks) { encodeLines(values, blocks, true); }

void encodeQ6_K(std::span<const float> values, std::byte* block) {
    Tile tile;
    for (; !values.empty(); values = values.subspan(kValues), block += 210) {
        tile.load(values.first(kValues), kValues / kTileGroups);
        const SixBitScales scales(tile);
        putSixBits(scales.quants, block, block + 128);
        for (std::size_t sub = 0; sub < kTileGroups; ++sub)
            block[192 + sub] = static_cast<std::byte>(static_cast<std::int8_t>(scales.whole[sub]));
        storeHalf(block + 208, scales.unit);
    }
}

} // namespace ponder
