#include "engine/quant/block_fit.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/quant/block_fit.cpp"
#include "engine/base/foreach_target.h" // this file once for every target

#include <hwy/highway.h>

#include <algorithm>
#include <bit>

HWY_BEFORE_NAMESPACE();
namespace ponder::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DF = hn::CappedTag<float, kTileGroups>;
using VF = hn::VFromD<DF>;

HWY_INLINE std::size_t lanes() { return hn::Lanes(DF()); }

// Some neighbouring groups of a tile, one in each lane.
struct Lanes {
    const float* values;
    std::size_t length;

    HWY_INLINE Lanes(const Tile& tile, std::size_t group)
        : values(tile.values.data() + group), length(tile.length) {}
    HWY_INLINE VF at(std::size_t i) const { return hn::Load(DF(), values + i * kTileGroups); }
};

HWY_INLINE VF constant(float value) { return hn::Set(DF(), value); }

// 0 where the value is so small that no half-precision scale comes near.
HWY_INLINE VF inverse(VF value) {
    return hn::IfThenElseZero(hn::Gt(hn::Abs(value), constant(1e-30F)), hn::Div(constant(1), value));
}

HWY_INLINE VF clamped(VF value, VF low, VF high) { return hn::Min(hn::Max(value, low), high); }

// Σx², Σx of a group, and its ends.
struct Extent {
    VF lowest, highest;

    explicit HWY_INLINE Extent(const Lanes& x) : lowest(x.at(0)), highest(lowest) {
        for (std::size_t i = 1; i < x.length; ++i) {
            lowest = hn::Min(lowest, x.at(i));
            highest = hn::Max(highest, x.at(i));
        }
    }
    HWY_INLINE VF magnitude() const { return hn::Max(hn::Neg(lowest), highest); }
};

void Quantize(const Tile& tile, const NumberRange& range, const PerGroup& scale, const PerGroup& offset,
              Quants& out) {
    const DF df;
    const hn::Rebind<std::int8_t, DF> bytes;
    const hn::Rebind<std::int32_t, DF> wholes;
    const VF low = constant(range.low), high = constant(range.high);
    for (std::size_t group = 0; group < kTileGroups; group += lanes()) {
        const Lanes x(tile, group);
        const VF inverted = inverse(hn::LoadU(df, &scale[group]));
        const VF start = hn::LoadU(df, &offset[group]);
        VF sum = hn::Zero(df), squares = sum, product = sum, total = sum;
        for (std::size_t i = 0; i < x.length; ++i) {
            const VF value = x.at(i);
            const VF q = clamped(hn::Round(hn::Mul(hn::Sub(value, start), inverted)), low, high);
            sum = hn::Add(sum, q);
            squares = hn::MulAdd(q, q, squares);
            product = hn::MulAdd(value, q, product);
            total = hn::Add(total, value);
            hn::StoreU(hn::DemoteTo(bytes, hn::ConvertTo(wholes, q)), bytes,
                       &out.numbers[i * kTileGroups + group]);
        }
        hn::StoreU(sum, df, &out.sum[group]);
        hn::StoreU(squares, df, &out.squares[group]);
        hn::StoreU(product, df, &out.product[group]);
        hn::StoreU(total, df, &out.valueTotal[group]);
    }
}

// The best scale so far, and how much of Σx² it explains.
struct BestScale {
    VF scale, explained;

    HWY_INLINE BestScale() : scale(hn::Zero(DF())), explained(scale) {}

    // The numbers that this scale gives, and the scale that is best for those numbers.
    HWY_INLINE void tryInverse(const Lanes& x, VF inverted, VF low, VF high) {
        VF squares = hn::Zero(DF()), product = squares;
        for (std::size_t i = 0; i < x.length; ++i) {
            const VF value = x.at(i);
            const VF q = clamped(hn::Round(hn::Mul(value, inverted)), low, high);
            squares = hn::MulAdd(q, q, squares);
            product = hn::MulAdd(value, q, product);
        }
        const VF fitted = hn::Mul(product, inverse(squares));
        const VF gained = hn::Mul(fitted, product);
        const auto better = hn::Gt(gained, explained);
        scale = hn::IfThenElse(better, fitted, scale);
        explained = hn::IfThenElse(better, gained, explained);
    }
};

void FitScales(const Tile& tile, const ScaleTrials& trials, PerGroup& scale) {
    const DF df;
    const VF low = constant(trials.range.low), high = constant(trials.range.high);
    const bool bothSigns = trials.range.low != -trials.range.high;
    for (std::size_t group = 0; group < kTileGroups; group += lanes()) {
        const Lanes x(tile, group);
        const VF perMagnitude = inverse(Extent(x).magnitude());
        BestScale best;
        for (int i = 0; i < trials.count; ++i) {
            const float divisor = trials.firstDivisor - static_cast<float>(i) * trials.step;
            const VF inverted = hn::Mul(constant(divisor), perMagnitude);
            best.tryInverse(x, inverted, low, high);
            if (bothSigns) best.tryInverse(x, hn::Neg(inverted), low, high);
        }
        best.tryInverse(x, inverse(best.scale), low, high);
        hn::StoreU(best.scale, df, &scale[group]);
    }
}

// The best line so far, and how much smaller than Σx² it makes the error.
struct BestLine {
    VF scale, offset, explained;

    HWY_INLINE BestLine() : scale(hn::Zero(DF())), offset(scale), explained(constant(-1)) {}

    // The numbers that a line gives, and the line that is best for those numbers.
    HWY_INLINE void tryLine(const Lanes& x, VF shift, VF total, VF inverted, VF start, VF top, VF limit) {
        const VF none = hn::Zero(DF());
        VF sum = none, squares = none, product = none;
        for (std::size_t i = 0; i < x.length; ++i) {
            const VF value = hn::Sub(x.at(i), shift);
            const VF q = clamped(hn::Round(hn::Mul(hn::Sub(value, start), inverted)), none, top);
            sum = hn::Add(sum, q);
            squares = hn::MulAdd(q, q, squares);
            product = hn::MulAdd(value, q, product);
        }
        const VF n = constant(static_cast<float>(x.length));
        const VF perN = constant(1.0F / static_cast<float>(x.length));
        const VF spread = hn::NegMulAdd(sum, sum, hn::Mul(n, squares)); // n² times the variance of q
        const VF together = hn::NegMulAdd(sum, total, hn::Mul(n, product));
        const VF slope = hn::Mul(together, inverse(spread));
        const VF meet = hn::Mul(hn::NegMulAdd(slope, sum, total), perN);
        const VF gained = hn::Mul(hn::MulAdd(slope, together, hn::Mul(total, total)), perN);
        // Where the offset would rise above its limit, which is 0, the line goes through 0.
        const VF steep = hn::Mul(product, inverse(squares));
        const auto above = hn::Gt(meet, limit);
        take(hn::IfThenElse(above, steep, slope), hn::IfThenElse(above, none, meet),
             hn::IfThenElse(above, hn::Mul(steep, product), gained));
    }
    HWY_INLINE void take(VF slope, VF meet, VF gained) {
        const auto better = hn::Gt(gained, explained);
        scale = hn::IfThenElse(better, slope, scale);
        offset = hn::IfThenElse(better, meet, offset);
        explained = hn::IfThenElse(better, gained, explained);
    }
};

// Each end of the grid is tried at four places: a little outside of the values, on the outermost one, and
// inside, where that one is clipped and the others are divided more finely.
constexpr std::array kGridEnds{-0.4F, 0.0F, 0.4F, 0.8F}; // steps of the grid

void FitLines(const Tile& tile, float top, bool belowZero, PerGroup& scale, PerGroup& offset) {
    const DF df;
    const VF highest = constant(top), limit = constant(belowZero ? 0 : hwy::HighestValue<float>());
    for (std::size_t group = 0; group < kTileGroups; group += lanes()) {
        const Lanes x(tile, group);
        const Extent extent(x);
        // A large mean would leave few digits for the sums. With a bounded offset zero stays where it is.
        const VF shift = belowZero ? hn::Zero(df) : extent.lowest;
        const VF low = belowZero ? hn::Min(extent.lowest, shift) : hn::Zero(df);
        const VF range = hn::Sub(hn::Sub(extent.highest, shift), low);
        VF total = hn::Zero(df);
        for (std::size_t i = 0; i < x.length; ++i)
            total = hn::Add(total, hn::Sub(x.at(i), shift));
        const VF perRange = inverse(range);
        BestLine best;
        for (const float below : kGridEnds)
            for (const float above : kGridEnds) {
                const float steps = top + below + above;
                best.tryLine(x, shift, total, hn::Mul(constant(steps), perRange),
                             hn::MulAdd(constant(below / steps), range, low), highest, limit);
            }
        best.tryLine(x, shift, total, inverse(best.scale), best.offset, highest, limit);
        hn::StoreU(best.scale, df, &scale[group]);
        hn::StoreU(hn::Add(best.offset, shift), df, &offset[group]);
    }
}

// Σ(x - scale q - offset)² with the best q for this very line.
HWY_INLINE VF errorOf(const Lanes& x, VF scale, VF offset, VF low, VF high) {
    const VF inverted = inverse(scale);
    VF error = hn::Zero(DF());
    for (std::size_t i = 0; i < x.length; ++i) {
        const VF value = hn::Sub(x.at(i), offset);
        const VF q = clamped(hn::Round(hn::Mul(value, inverted)), low, high);
        const VF rest = hn::NegMulAdd(q, scale, value);
        error = hn::MulAdd(rest, rest, error);
    }
    return error;
}

void SnapScales(const Tile& tile, const PerGroup& unit, int reach, PerGroup& whole) {
    const DF df;
    const VF none = hn::Zero(df), low = constant(-32), high = constant(31);
    for (std::size_t group = 0; group < kTileGroups; group += lanes()) {
        const Lanes x(tile, group);
        const VF step = hn::LoadU(df, &unit[group]);
        const VF middle =
            hn::Round(hn::Mul(hn::Mul(Extent(x).magnitude(), inverse(step)), constant(1 / 31.0F)));
        VF best = none, least = constant(hwy::HighestValue<float>());
        const auto attempt = [&](VF candidate) HWY_ATTR {
            const VF error = errorOf(x, hn::Mul(candidate, step), none, low, high);
            const auto better = hn::Lt(error, least);
            best = hn::IfThenElse(better, candidate, best);
            least = hn::IfThenElse(better, error, least);
        };
        for (int i = -reach; i <= reach; ++i) {
            const VF candidate =
                clamped(hn::Add(middle, constant(static_cast<float>(i))), none, constant(127));
            attempt(candidate);
            attempt(hn::Neg(candidate));
        }
        hn::StoreU(best, df, &whole[group]);
    }
}

void SnapLines(const Tile& tile, float top, const LineUnits& units, int scaleReach, int minReach,
               WholeLines& whole) {
    const DF df;
    const VF none = hn::Zero(df), most = constant(whole.most), high = constant(top);
    const auto near = [&](VF middle, int i) HWY_ATTR {
        return clamped(hn::Add(middle, constant(static_cast<float>(i))), none, most);
    };
    for (std::size_t group = 0; group < kTileGroups; group += lanes()) {
        const Lanes x(tile, group);
        const VF scaleUnit = hn::LoadU(df, &units.scale[group]), minUnit = hn::LoadU(df, &units.min[group]);
        const VF scaleGuess = hn::LoadU(df, &whole.scale[group]), minGuess = hn::LoadU(df, &whole.min[group]);
        VF bestScale = scaleGuess, bestMin = minGuess, least = constant(hwy::HighestValue<float>());
        for (int i = -scaleReach; i <= scaleReach; ++i)
            for (int j = -minReach; j <= minReach; ++j) {
                const VF scale = near(scaleGuess, i), min = near(minGuess, j);
                const VF error =
                    errorOf(x, hn::Mul(scale, scaleUnit), hn::Neg(hn::Mul(min, minUnit)), none, high);
                const auto better = hn::Lt(error, least);
                bestScale = hn::IfThenElse(better, scale, bestScale);
                bestMin = hn::IfThenElse(better, min, bestMin);
                least = hn::IfThenElse(better, error, least);
            }
        hn::StoreU(bestScale, df, &whole.scale[group]);
        hn::StoreU(bestMin, df, &whole.min[group]);
    }
}

// Compared as whole numbers, infinities lie above every finite magnitude, and what is not a number above
// them.
std::uint32_t LargestBits(const float* values, std::size_t count) {
    const hn::ScalableTag<std::uint32_t> du;
    const std::size_t step = hn::Lanes(du);
    const auto* bits = reinterpret_cast<const std::uint32_t*>(values);
    auto top = hn::Zero(du);
    const auto magnitude = hn::Set(du, 0x7fffffffU);
    std::size_t i = 0;
    for (; i + step <= count; i += step)
        top = hn::Max(top, hn::And(hn::LoadU(du, bits + i), magnitude));
    std::uint32_t largest = hn::GetLane(hn::MaxOfLanes(du, top));
    for (; i < count; ++i)
        largest = std::max(largest, std::bit_cast<std::uint32_t>(values[i]) & 0x7fffffffU);
    return largest;
}

} // namespace ponder::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ponder {

PONDER_EXPORT(Quantize);
PONDER_EXPORT(FitScales);
PONDER_EXPORT(FitLines);
PONDER_EXPORT(SnapScales);
PONDER_EXPORT(SnapLines);
PONDER_EXPORT(LargestBits);

void Tile::load(std::span<const float> groups, std::size_t groupLength) {
    length = groupLength;
    const std::size_t count = groups.size() / groupLength;
    if (count < kTileGroups) values.fill(0);
    for (std::size_t group = 0; group < count; ++group)
        for (std::size_t i = 0; i < groupLength; ++i)
            values[i * kTileGroups + group] = groups[group * groupLength + i];
}

void quantize(const Tile& tile, NumberRange range, const PerGroup& scale, const PerGroup& offset,
              Quants& out) {
    HWY_DYNAMIC_DISPATCH(Quantize)(tile, range, scale, offset, out);
}

void fitScales(const Tile& tile, const ScaleTrials& trials, PerGroup& scale) {
    HWY_DYNAMIC_DISPATCH(FitScales)(tile, trials, scale);
}

void fitLines(const Tile& tile, float top, bool belowZero, PerGroup& scale, PerGroup& offset) {
    HWY_DYNAMIC_DISPATCH(FitLines)(tile, top, belowZero, scale, offset);
}

void snapScales(const Tile& tile, const PerGroup& unit, int reach, PerGroup& whole) {
    HWY_DYNAMIC_DISPATCH(SnapScales)(tile, unit, reach, whole);
}

void snapLines(const Tile& tile, float top, const LineUnits& units, int scaleReach, int minReach,
               WholeLines& whole) {
    HWY_DYNAMIC_DISPATCH(SnapLines)(tile, top, units, scaleReach, minReach, whole);
}

float largestMagnitude(std::span<const float> values) {
    const std::uint32_t bits = HWY_DYNAMIC_DISPATCH(LargestBits)(values.data(), values.size());
    return std::bit_cast<float>(std::min(bits, 0x7f800000U));
}

} // namespace ponder
#endif
