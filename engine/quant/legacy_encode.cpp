#include "engine/quant/legacy_encode.h"

#include "engine/quant/block_fit.h"
#include "engine/quant/half.h"

#include <algorithm>
#include <cstring>

namespace ponder {
namespace {

constexpr std::size_t kValues = 32; // in a block, which is one group
constexpr std::size_t kHalf = 16;   // byte j holds value j (low bits) and value j + 16 (high bits)

// What the file will hold.
void asHalves(PerGroup& values) {
    for (float& value : values)
        value = throughHalf(value);
}

// Calls one(values, groups, block) for every tile; the blocks advance by the bytes of each group.
template<class One>
void forEachTile(std::span<const float> values, std::byte* blocks, std::size_t blockBytes, const One& one) {
    Tile tile;
    while (!values.empty()) {
        const std::size_t groups = std::min(kTileGroups, values.size() / kValues);
        tile.load(values.first(groups * kValues), kValues);
        one(tile, groups, blocks);
        values = values.subspan(groups * kValues);
        blocks += groups * blockBytes;
    }
}

// x = d q: the scale, as a half, and its numbers.
void fitWithoutOffset(const Tile& tile, const ScaleTrials& trials, PerGroup& scale, Quants& quants) {
    constexpr PerGroup kNoOffset{};
    fitScales(tile, trials, scale);
    asHalves(scale);
    quantize(tile, trials.range, scale, kNoOffset, quants);
    // The numbers belong to the rounded scale now, and may have a better one.
    for (std::size_t group = 0; group < kTileGroups; ++group)
        if (quants.squares[group] > 0)
            scale[group] = throughHalf(quants.product[group] / quants.squares[group]);
    quantize(tile, trials.range, scale, kNoOffset, quants);
}

// x = d q + m, both as halves.
void fitWithOffset(const Tile& tile, float top, PerGroup& scale, PerGroup& offset, Quants& quants) {
    fitLines(tile, top, false, scale, offset);
    asHalves(scale);
    asHalves(offset);
    quantize(tile, {0, top}, scale, offset, quants);
}

// Low four bits of all numbers, `bias` added to make them positive.
void putNibbles(const Quants& quants, std::size_t group, int bias, std::byte* out) {
    for (std::size_t j = 0; j < kHalf; ++j) {
        const int low = quants.at(group, j) + bias, high = quants.at(group, j + kHalf) + bias;
        out[j] = static_cast<std::byte>((low & 15) | (high & 15) << 4);
    }
}

// The fifth bits: bit e belongs to value e.
void putFifthBits(const Quants& quants, std::size_t group, int bias, std::byte* out) {
    std::uint32_t bits = 0;
    for (std::size_t e = 0; e < kValues; ++e)
        bits |= static_cast<std::uint32_t>((quants.at(group, e) + bias) >> 4 & 1) << e;
    std::memcpy(out, &bits, sizeof bits);
}

// Scales of up to a fourth more than the largest magnitude needs are worth trying.
constexpr ScaleTrials kQ4Trials{{-8, 7}, 8.3F, 0.1F, 20};
constexpr ScaleTrials kQ5Trials{{-16, 15}, 16.3F, 0.2F, 20};
// With so many steps the luck of rounding differs from scale to scale: a few neighbours are enough.
constexpr ScaleTrials kQ8Trials{{-127, 127}, 127.4F, 1.1F, 16};

} // namespace

void encodeQ4_0(std::span<const float> values, std::byte* blocks) {
    constexpr std::size_t kBytes = 18;
    forEachTile(values, blocks, kBytes, [](const Tile& tile, std::size_t groups, std::byte* block) {
        PerGroup scale;
        Quants quants;
        fitWithoutOffset(tile, kQ4Trials, scale, quants);
        for (std::size_t group = 0; group < groups; ++group, block += kBytes) {
            storeHalf(block, scale[group]);
            putNibbles(quants, group, 8, block + 2);
        }
    });
}

void encodeQ4_1(std::span<const float> values, std::byte* blocks) {
    constexpr std::size_t kBytes = 20;
    forEachTile(values, blocks, kBytes, [](const Tile& tile, std::size_t groups, std::byte* block) {
        PerGroup scale, offset;
        Quants quants;
        fitWithOffset(tile, 15, scale, offset, quants);
        for (std::size_t group = 0; group < groups; ++group, block += kBytes) {
            storeHalf(block, scale[group]);
            storeHalf(block + 2, offset[group]);
            putNibbles(quants, group, 0, block + 4);
        }
    });
}

void encodeQ5_0(std::span<const float> values, std::byte* blocks) {
    constexpr std::size_t kBytes = 22;
    forEachTile(values, blocks, kBytes, [](const Tile& tile, std::size_t groups, std::byte* block) {
        PerGroup scale;
        Quants quants;
        fitWithoutOffset(tile, kQ5Trials, scale, quants);
        for (std::size_t group = 0; group < groups; ++group, block += kBytes) {
            storeHalf(block, scale[group]);
            putFifthBits(quants, group, 16, block + 2);
            putNibbles(quants, group, 16, block + 6);
        }
    });
}

void encodeQ5_1(std::span<const float> values, std::byte* blocks) {
    constexpr std::size_t kBytes = 24;
    forEachTile(values, blocks, kBytes, [](const Tile& tile, std::size_t groups, std::byte* block) {
        PerGroup scale, offset;
        Quants quants;
        fitWithOffset(tile, 31, scale, offset, quants);
        for (std::size_t group = 0; group < groups; ++group, block += kBytes) {
            storeHalf(block, scale[group]);
            storeHalf(block + 2, offset[group]);
            putFifthBits(quants, group, 0, block + 4);
            putNibbles(quants, group, 0, block + 8);
        }
    });
}

void encodeQ8_0(std::span<const float> values, std::byte* blocks) {
    constexpr std::size_t kBytes = 34;
    forEachTile(values, blocks, kBytes, [](const Tile& tile, std::size_t groups, std::byte* block) {
        PerGroup scale;
        Quants quants;
        fitWithoutOffset(tile, kQ8Trials, scale, quants);
        for (std::size_t group = 0; group < groups; ++group, block += kBytes) {
            storeHalf(block, scale[group]);
            for (std::size_t j = 0; j < kValues; ++j)
                block[2 + j] = static_cast<std::byte>(quants.at(group, j));
        }
    });
}

} // namespace ponder
