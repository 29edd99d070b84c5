#include "engine/backend/cpu/delta_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/backend/cpu/delta_kernels.cpp"
#include "engine/base/foreach_target.h" // this file once for every target

#include "engine/backend/cpu/simd_types-inl.h"
#include "engine/model/layer.h"

#include <hwy/contrib/math/math-inl.h>

#include <algorithm>
#include <array>
#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

constexpr std::size_t kVectors = kDeltaColumns / kLanes;

// From the last row to the first, so that those before are still what they were.
void Convolve(const ConvolvedRows& in, std::size_t first, std::size_t end) {
    const DF df;
    const VF one = hn::Set(df, 1.0F);
    const auto before = static_cast<std::ptrdiff_t>(in.kernel) - 1;
    for (std::size_t c = first; c < end; c += kLanes) {
        const auto column = [&](std::ptrdiff_t row) {
            return row < 0 ? in.columns + static_cast<std::size_t>(row + before) * in.channels + c
                           : in.rows + static_cast<std::size_t>(row) * in.stride + c;
        };
        alignas(64) float kept[kMaxConvolution * kLanes];
        for (std::ptrdiff_t k = 0; k < before; ++k)
            hn::Store(hn::LoadU(df, column(in.count - before + k)), df, kept + k * kLanes);
        for (auto t = static_cast<std::ptrdiff_t>(in.count) - 1; t >= 0; --t) {
            VF sum = hn::Zero(df);
            for (std::ptrdiff_t k = 0; k <= before; ++k)
                sum = hn::MulAdd(hn::LoadU(df, in.weights + k * in.channels + c),
                                 hn::LoadU(df, column(t - before + k)), sum);
            const VF silu = hn::Div(sum, hn::Add(one, hn::Exp(df, hn::Neg(sum))));
            hn::StoreU(silu, df, in.rows + static_cast<std::size_t>(t) * in.stride + c);
        }
        for (std::ptrdiff_t k = 0; k < before; ++k)
            hn::StoreU(hn::Load(df, kept + k * kLanes), df, in.columns + k * in.channels + c);
    }
}

HWY_INLINE float dot(const float* a, const float* b, std::size_t length) {
    const DF df;
    VF sums[2] = {hn::Zero(df), hn::Zero(df)};
    for (std::size_t i = 0; i < length; i += 2 * kLanes)
        for (std::size_t j = 0; j < 2; ++j)
            sums[j] =
                hn::MulAdd(hn::LoadU(df, a + i + j * kLanes), hn::LoadU(df, b + i + j * kLanes), sums[j]);
    return hn::GetLane(hn::SumOfLanes(df, hn::Add(sums[0], sums[1])));
}

void ToLength(float factor, float* x, std::size_t length, float epsilon) {
    const DF df;
    const VF by = hn::Set(df, factor / std::sqrt(dot(x, x, length) + epsilon));
    for (std::size_t i = 0; i < length; i += kLanes)
        hn::StoreU(hn::Mul(by, hn::LoadU(df, x + i)), df, x + i);
}

// What a row makes of the columns: Sᵀ·k and Sᵀ·q of the state before it, and then b(v - g·Sᵀ·k).
struct Columns {
    VF asked[kVectors], found[kVectors], change[kVectors];
};

// The state after one row, if there is one before, and what the next one finds in it.
template<bool kAfter, bool kBefore>
HWY_INLINE void passState(const DeltaHead& head, float* state, std::size_t row, Columns& columns) {
    const DF df;
    const float* key = head.keys + row * head.stride;
    const float* nextKey = kBefore ? head.keys + (kAfter ? row + 1 : row) * head.stride : nullptr;
    const float* nextQuery = kBefore ? head.queries + (kAfter ? row + 1 : row) * head.stride : nullptr;
    const VF fade = hn::Set(df, kAfter ? head.fades[row * head.stride] : 1.0F);
    for (std::size_t v = 0; v < kVectors; ++v)
        columns.asked[v] = columns.found[v] = hn::Zero(df);
    for (std::size_t i = 0; i < head.size; ++i, state += head.size)
        for (std::size_t v = 0; v < kVectors; ++v) {
            VF kept = hn::LoadU(df, state + v * kLanes);
            if constexpr (kAfter) {
                kept = hn::MulAdd(hn::Set(df, key[i]), columns.change[v], hn::Mul(kept, fade));
                hn::StoreU(kept, df, state + v * kLanes);
            }
            if constexpr (kBefore) {
                columns.found[v] = hn::MulAdd(kept, hn::Set(df, nextKey[i]), columns.found[v]);
                columns.asked[v] = hn::MulAdd(kept, hn::Set(df, nextQuery[i]), columns.asked[v]);
            }
        }
}

// o = (g·S + k·changeᵀ)ᵀ·q, without the state that this leaves.
HWY_INLINE void answer(const DeltaHead& head, std::size_t row, std::size_t first, Columns& columns) {
    const DF df;
    const std::size_t at = row * head.stride;
    const VF fade = hn::Set(df, head.fades[at]), write = hn::Set(df, head.writes[at]);
    const VF product = hn::Set(df, dot(head.queries + at, head.keys + at, head.size));
    for (std::size_t v = 0; v < kVectors; ++v) {
        const VF value = hn::LoadU(df, head.values + at + first + v * kLanes);
        columns.change[v] = hn::Mul(write, hn::NegMulAdd(fade, columns.found[v], value));
        const VF out = hn::MulAdd(product, columns.change[v], hn::Mul(fade, columns.asked[v]));
        hn::StoreU(out, df, head.out + row * head.outStride + first + v * kLanes);
    }
}

void ApplyDelta(const DeltaHead& head, std::size_t first) {
    float* state = head.state + first;
    Columns columns;
    passState<false, true>(head, state, 0, columns);
    for (std::size_t row = 0; row < head.count; ++row) {
        answer(head, row, first, columns);
        if (row + 1 < head.count)
            passState<true, true>(head, state, row, columns);
        else
            passState<true, false>(head, state, row, columns);
    }
}

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ponder::cpu {

PONDER_EXPORT(Convolve);
PONDER_EXPORT(ToLength);
PONDER_EXPORT(ApplyDelta);

void convolve(const ConvolvedRows& rows, std::size_t first, std::size_t end) {
    HWY_DYNAMIC_DISPATCH(Convolve)(rows, first, end);
}
void toLength(float factor, float* x, std::size_t length, float epsilon) {
    HWY_DYNAMIC_DISPATCH(ToLength)(factor, x, length, epsilon);
}
void applyDelta(const DeltaHead& head, std::size_t first) { HWY_DYNAMIC_DISPATCH(ApplyDelta)(head, first); }

} // namespace ponder::cpu
#endif
