// The arithmetic of quantizing: for sixteen groups of values at once, the scale and the offset whose grid of
// whole numbers lies nearest to them in the sense of least squares, and the numbers on it.
//
// A group is a block of the 32-value formats, or a sub-block of the 256-value ones. Groups stand side by side
// in the lanes of the vectors: nothing is ever summed across lanes. Takes a tile of f32; gives f32 scales and
// signed bytes. A group of zeros gets the scale 0 and the numbers 0. Owner: caller's memory, nothing is
// allocated. Thread: any. Errors: none; values are finite. Next station: legacy_encode.h, k_encode.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ponder {

inline constexpr std::size_t kTileGroups = 16;
inline constexpr std::size_t kMostInGroup = 32;

using PerGroup = std::array<float, kTileGroups>;

struct Tile {
    alignas(64) std::array<float, kTileGroups * kMostInGroup> values; // [length][kTileGroups]
    std::size_t length = 0;                                           // of each group, at most kMostInGroup

    // Groups one after the other; those that are missing are zeros.
    void load(std::span<const float> groups, std::size_t groupLength);
};

struct Quants {
    alignas(64) std::array<std::int8_t, kTileGroups * kMostInGroup> numbers; // q, [length][kTileGroups]
    PerGroup sum;                                                            // Σq
    PerGroup squares;                                                        // Σq²
    PerGroup product;                                                        // Σxq
    PerGroup valueTotal;                                                     // Σx

    std::int8_t at(std::size_t group, std::size_t i) const { return numbers[i * kTileGroups + group]; }
};

struct NumberRange {
    float low = 0, high = 0; // of q
};

// q = (x - offset) / scale, rounded to the nearest even and kept in range; and the sums over the group.
void quantize(const Tile& tile, NumberRange range, const PerGroup& scale, const PerGroup& offset,
              Quants& out);

// Which scales are tried where offset is 0: the largest magnitude over divisors that fall from the first by
// the step. A smaller one clips the largest value and divides the others more finely.
struct ScaleTrials {
    NumberRange range;
    float firstDivisor = 0, step = 0;
    int count = 0;
};

// x = scale q. Where the range is not symmetric, scales of both signs are tried.
void fitScales(const Tile& tile, const ScaleTrials& trials, PerGroup& scale);

// x = scale q + offset with q from 0 to `top`; the offset is never above 0 where `belowZero` says so.
void fitLines(const Tile& tile, float top, bool belowZero, PerGroup& scale, PerGroup& offset);

// x = unit whole q with a whole number from -128 to 127 for each group, and q from -32 to 31. All whole
// numbers within `reach` of that which fits the largest magnitude are tried, and their negatives.
void snapScales(const Tile& tile, const PerGroup& unit, int reach, PerGroup& whole);

struct LineUnits {
    PerGroup scale, min; // what one step of the whole numbers is worth
};
struct WholeLines {
    PerGroup scale, min; // 0 to `most`
    float most = 63;
};

// x = units.scale whole.scale q - units.min whole.min with q from 0 to `top`. Takes a guess of the whole
// numbers and replaces it by the best within so many steps.
void snapLines(const Tile& tile, float top, const LineUnits& units, int scaleReach, int minReach,
               WholeLines& whole);

// The largest magnitude. What is not a number counts as infinite.
float largestMagnitude(std::span<const float> values);

} // namespace ponder
