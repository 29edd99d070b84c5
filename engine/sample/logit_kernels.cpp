#include "engine/sample/logit_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/sample/logit_kernels.cpp"
#include "engine/base/foreach_target.h" // this file once for every target

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <cmath>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace ponder::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DF = hn::ScalableTag<float>;
using DD = hn::Repartition<double, DF>;
using VF = hn::VFromD<DF>;

HWY_INLINE std::size_t lanes() { return hn::Lanes(DF()); }

float Largest(const float* values, std::size_t count) {
    const DF df;
    VF top = hn::Set(df, -std::numeric_limits<float>::infinity());
    std::size_t i = 0;
    for (; i + lanes() <= count; i += lanes())
        top = hn::Max(top, hn::LoadU(df, values + i));
    float largest = hn::GetLane(hn::MaxOfLanes(df, top));
    for (; i < count; ++i)
        largest = values[i] > largest ? values[i] : largest;
    return largest;
}

double SoftmaxWeights(const float* logits, std::size_t count, float largest, float temperature,
                      float* weights) {
    const DF df;
    const DD dd;
    const VF top = hn::Set(df, largest), divisor = hn::Set(df, temperature);
    auto low = hn::Zero(dd), high = hn::Zero(dd);
    std::size_t i = 0;
    for (; i + lanes() <= count; i += lanes()) {
        const VF weight = hn::Exp(df, hn::Div(hn::Sub(hn::LoadU(df, logits + i), top), divisor));
        hn::StoreU(weight, df, weights + i);
        low = hn::Add(low, hn::PromoteTo(dd, hn::LowerHalf(weight)));
        high = hn::Add(high, hn::PromoteTo(dd, hn::UpperHalf(hn::Half<DF>(), weight)));
    }
    double sum = hn::GetLane(hn::SumOfLanes(dd, hn::Add(low, high)));
    for (; i < count; ++i) {
        weights[i] = std::exp((logits[i] - largest) / temperature);
        sum += weights[i];
    }
    return sum;
}

// The first index from `from` on. Vectors without a hit, which are nearly all, cost one comparison.
std::size_t NextAtLeast(const float* weights, std::size_t from, std::size_t count, float floor) {
    const DF df;
    const VF least = hn::Set(df, floor);
    std::size_t i = from;
    for (; i + lanes() <= count; i += lanes()) {
        const auto found = hn::FindFirstTrue(df, hn::Ge(hn::LoadU(df, weights + i), least));
        if (found >= 0) return i + static_cast<std::size_t>(found);
    }
    for (; i < count; ++i)
        if (weights[i] >= floor) return i;
    return count;
}

} // namespace ponder::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ponder {

PONDER_EXPORT(Largest);
PONDER_EXPORT(SoftmaxWeights);
PONDER_EXPORT(NextAtLeast);

std::size_t largestLogit(std::span<const float> logits) {
    const float largest = HWY_DYNAMIC_DISPATCH(Largest)(logits.data(), logits.size());
    const std::size_t at = HWY_DYNAMIC_DISPATCH(NextAtLeast)(logits.data(), 0, logits.size(), largest);
    return at < logits.size() ? at : 0; // nothing is comparable with what is not a number
}

double softmaxWeights(std::span<const float> logits, float largest, float temperature,
                      std::span<float> weights) {
    return HWY_DYNAMIC_DISPATCH(SoftmaxWeights)(logits.data(), logits.size(), largest, temperature,
                                                weights.data());
}

void atLeast(std::span<const float> weights, float floor, std::vector<std::uint32_t>& indexes) {
    indexes.clear();
    for (std::size_t i = 0; true; ++i) {
        i = HWY_DYNAMIC_DISPATCH(NextAtLeast)(weights.data(), i, weights.size(), floor);
        if (i >= weights.size()) return;
        indexes.push_back(static_cast<std::uint32_t>(i));
    }
}

} // namespace ponder
#endif
