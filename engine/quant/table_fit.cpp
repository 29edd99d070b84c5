#include "engine/quant/table_fit.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/quant/table_fit.cpp"
#include "engine/base/foreach_target.h" // this file once for every target

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace ponder::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The groups of a tile stand side by side in the lanes.
using DT = hn::CappedTag<float, kTileGroups>;
using VT = hn::VFromD<DT>;

HWY_INLINE VT many(float value) { return hn::Set(DT(), value); }
HWY_INLINE VT valuesAt(const Tile& tile, std::size_t group, std::size_t i) {
    return hn::Load(DT(), &tile.values[i * kTileGroups + group]);
}

// 0 where the value is so small that no half-precision scale comes near.
HWY_INLINE VT inverseOf(VT value) {
    return hn::IfThenElseZero(hn::Gt(hn::Abs(value), many(1e-30F)), hn::Div(many(1), value));
}

HWY_INLINE VT nearestLevel(const LevelTable& table, VT x) {
    if (table.uniform)
        return hn::Min(hn::Max(hn::Round(x), many(table.levels[0])), many(table.levels[table.count - 1]));
    VT level = many(table.levels[0]);
    for (std::size_t i = 0; i + 1 < table.count; ++i)
        level = hn::IfThenElse(hn::Gt(x, many(table.middles[i])), many(table.levels[i + 1]), level);
    return level;
}
HWY_INLINE VT nearestPlace(const LevelTable& table, VT x) {
    if (table.uniform) return hn::Sub(nearestLevel(table, x), many(table.levels[0]));
    VT place = hn::Zero(DT());
    for (std::size_t i = 0; i + 1 < table.count; ++i)
        place = hn::Add(place, hn::IfThenElseZero(hn::Gt(x, many(table.middles[i])), many(1)));
    return place;
}

// The best scale so far, and how much of Σx² it explains.
struct BestTableScale {
    VT scale, explained;

    HWY_INLINE BestTableScale() : scale(hn::Zero(DT())), explained(scale) {}

    HWY_INLINE void tryInverse(const Tile& tile, std::size_t group, const LevelTable& table, VT inverted) {
        VT squares = hn::Zero(DT()), product = squares;
        for (std::size_t i = 0; i < tile.length; ++i) {
            const VT x = valuesAt(tile, group, i);
            const VT t = nearestLevel(table, hn::Mul(x, inverted));
            squares = hn::MulAdd(t, t, squares);
            product = hn::MulAdd(x, t, product);
        }
        const VT fitted = hn::Mul(product, inverseOf(squares));
        const VT gained = hn::Mul(fitted, product);
        const auto better = hn::Gt(gained, explained);
        scale = hn::IfThenElse(better, fitted, scale);
        explained = hn::IfThenElse(better, gained, explained);
    }
};

void FitTableScales(const Tile& tile, const LevelTable& table, const TableTrials& trials, PerGroup& scale) {
    const DT df;
    for (std::size_t group = 0; group < kTileGroups; group += hn::Lanes(df)) {
        VT most = hn::Zero(df);
        for (std::size_t i = 0; i < tile.length; ++i)
            most = hn::Max(most, hn::Abs(valuesAt(tile, group, i)));
        const VT perMagnitude = inverseOf(most);
        BestTableScale best;
        for (int i = 0; i < trials.count; ++i) {
            const float divisor = trials.firstDivisor - static_cast<float>(i) * trials.step;
            const VT inverted = hn::Mul(many(divisor), perMagnitude);
            best.tryInverse(tile, group, table, inverted);
            best.tryInverse(tile, group, table, hn::Neg(inverted));
        }
        best.tryInverse(tile, group, table, inverseOf(best.scale));
        hn::StoreU(best.scale, df, &scale[group]);
    }
}

HWY_INLINE VT tableError(const Tile& tile, std::size_t group, const LevelTable& table, VT scale) {
    const VT inverted = inverseOf(scale);
    VT error = hn::Zero(DT());
    for (std::size_t i = 0; i < tile.length; ++i) {
        const VT x = valuesAt(tile, group, i);
        const VT rest = hn::NegMulAdd(nearestLevel(table, hn::Mul(x, inverted)), scale, x);
        error = hn::MulAdd(rest, rest, error);
    }
    return error;
}

void SnapTableScales(const Tile& tile, const LevelTable& table, const PerGroup& unit, int reach,
                     PerGroup& whole) {
    const DT df;
    const VT low = many(-32), high = many(31);
    for (std::size_t group = 0; group < kTileGroups; group += hn::Lanes(df)) {
        const VT step = hn::LoadU(df, &unit[group]), guess = hn::LoadU(df, &whole[group]);
        VT best = guess, least = many(hwy::HighestValue<float>());
        const auto attempt = [&](VT candidate) HWY_ATTR {
            candidate = hn::Min(hn::Max(candidate, low), high);
            const VT got = tableError(tile, group, table, hn::Mul(candidate, step));
            const auto better = hn::Lt(got, least);
            best = hn::IfThenElse(better, candidate, best);
            least = hn::IfThenElse(better, got, least);
        };
        for (int i = -reach; i <= reach; ++i) {
            const VT candidate = hn::Add(guess, many(static_cast<float>(i)));
            attempt(candidate);
            attempt(hn::Neg(candidate));
        }
        hn::StoreU(best, df, &whole[group]);
    }
}

void QuantizeToTable(const Tile& tile, const LevelTable& table, const PerGroup& scale, Quants& out) {
    const DT df;
    const hn::Rebind<std::int8_t, DT> bytes;
    const hn::Rebind<std::int32_t, DT> wholes;
    for (std::size_t group = 0; group < kTileGroups; group += hn::Lanes(df)) {
        const VT inverted = inverseOf(hn::LoadU(df, &scale[group]));
        VT squares = hn::Zero(df), product = squares;
        for (std::size_t i = 0; i < tile.length; ++i) {
            const VT x = valuesAt(tile, group, i), scaled = hn::Mul(x, inverted);
            const VT t = nearestLevel(table, scaled);
            squares = hn::MulAdd(t, t, squares);
            product = hn::MulAdd(x, t, product);
            hn::StoreU(hn::DemoteTo(bytes, hn::ConvertTo(wholes, nearestPlace(table, scaled))), bytes,
                       &out.numbers[i * kTileGroups + group]);
        }
        hn::StoreU(squares, df, &out.squares[group]);
        hn::StoreU(product, df, &out.product[group]);
    }
}

} // namespace ponder::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ponder {

PONDER_EXPORT(FitTableScales);
PONDER_EXPORT(SnapTableScales);
PONDER_EXPORT(QuantizeToTable);

LevelTable::LevelTable(std::span<const std::int8_t> rising) : count(rising.size()) {
    std::copy(rising.begin(), rising.end(), levels.begin());
    for (std::size_t i = 0; i + 1 < count; ++i)
        middles[i] = (levels[i] + levels[i + 1]) / 2;
    for (std::size_t i = 0; i + 1 < count; ++i)
        uniform = uniform && levels[i + 1] == levels[i] + 1;
}

float LevelTable::reach() const { return std::max(std::abs(levels[0]), std::abs(levels[count - 1])); }

void fitTableScales(const Tile& tile, const LevelTable& table, const TableTrials& trials, PerGroup& scale) {
    HWY_DYNAMIC_DISPATCH(FitTableScales)(tile, table, trials, scale);
}

void snapTableScales(const Tile& tile, const LevelTable& table, const PerGroup& unit, int reach,
                     PerGroup& whole) {
    HWY_DYNAMIC_DISPATCH(SnapTableScales)(tile, table, unit, reach, whole);
}

void quantizeToTable(const Tile& tile, const LevelTable& table, const PerGroup& scale, Quants& out) {
    HWY_DYNAMIC_DISPATCH(QuantizeToTable)(tile, table, scale, out);
}

} // namespace ponder
#endif
