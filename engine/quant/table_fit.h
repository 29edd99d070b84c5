// The arithmetic of quantizing to a table: as block_fit.h, where the numbers that a scale multiplies are not
// 0, 1, 2 ... but any rising ones.
//
// Takes a tile of f32 and a table; gives f32 scales, and for each value the place of its number in the table.
// A group of zeros gets the scale 0. Owner: caller's memory, nothing is allocated. Thread: any. Errors: none;
// values are finite. Next station: tabled_encode.h.
#pragma once

#include "engine/quant/block_fit.h"

namespace ponder {

struct LevelTable {
    std::size_t count = 0;           // at most 16
    std::array<float, 16> levels{};  // rising
    std::array<float, 15> middles{}; // between each level and the next
    bool uniform = true;             // all steps are 1

    explicit LevelTable(std::span<const std::int8_t> rising);
    // The larger magnitude of the two ends.
    float reach() const;
};

// Scales x = scale t, of both signs: the largest magnitude over divisors that fall from the first by the
// step.
struct TableTrials {
    float firstDivisor = 0, step = 0; // in levels
    int count = 0;
};
void fitTableScales(const Tile& tile, const LevelTable& table, const TableTrials& trials, PerGroup& scale);

// x = unit whole t with a whole number from -32 to 31. Takes a guess and replaces it by the best within
// `reach` steps of it or, with the other sign, of its negative.
void snapTableScales(const Tile& tile, const LevelTable& table, const PerGroup& unit, int reach,
                     PerGroup& whole);

// Numbers are places in the table; squares and product have its levels: Σt², Σxt. The others are not filled.
void quantizeToTable(const Tile& tile, const LevelTable& table, const PerGroup& scale, Quants& out);

} // namespace ponder
