#include "engine/backend/cpu/row_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/backend/cpu/row_kernels.cpp"
#include "engine/base/foreach_target.h" // this file once for every target

#include "engine/backend/cpu/activation_tiles.h"
#include "engine/backend/cpu/simd_types-inl.h"
#include "engine/quant/decode.h"

#include <hwy/contrib/math/math-inl.h>

#include <algorithm>
#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

constexpr std::size_t kBlock = 32;

// Whole blocks by vectors; what follows them, of a head of an odd size, value by value.
void RmsNorm(const float* in, const float* weight, std::size_t length, float epsilon, float* out) {
    const DF df;
    const std::size_t whole = length / kBlock * kBlock;
    VF squares[2] = {hn::Zero(df), hn::Zero(df)};
    for (std::size_t i = 0; i < whole; i += kBlock)
        for (std::size_t j = 0; j < kBlock; j += kLanes) {
            const VF x = hn::LoadU(df, in + i + j);
            VF& sum = squares[j / kLanes % 2];
            sum = hn::MulAdd(x, x, sum);
        }
    float total = hn::GetLane(hn::SumOfLanes(df, hn::Add(squares[0], squares[1])));
    for (std::size_t i = whole; i < length; ++i)
        total += in[i] * in[i];
    const float factor = 1.0F / std::sqrt(total / static_cast<float>(length) + epsilon);
    const VF scale = hn::Set(df, factor);
    for (std::size_t i = 0; i < whole; i += kLanes)
        hn::StoreU(hn::Mul(hn::Mul(hn::LoadU(df, in + i), scale), hn::LoadU(df, weight + i)), df, out + i);
    for (std::size_t i = whole; i < length; ++i)
        out[i] = in[i] * factor * weight[i];
}

void SwiGlu(float* gate, const float* up, std::size_t length) {
    const DF df;
    const VF one = hn::Set(df, 1.0F);
    for (std::size_t i = 0; i < length; i += kLanes) {
        const VF g = hn::LoadU(df, gate + i);
        const VF silu = hn::Div(g, hn::Add(one, hn::Exp(df, hn::Neg(g))));
        hn::StoreU(hn::Mul(silu, hn::LoadU(df, up + i)), df, gate + i);
    }
}

// By vectors, and what follows them value by value.
template<bool kSilu>
HWY_INLINE void multiplyGated(float* x, const float* gate, std::size_t length) {
    const DF df;
    const VF one = hn::Set(df, 1.0F);
    std::size_t i = 0;
    for (; i + kLanes <= length; i += kLanes) {
        const VF g = hn::LoadU(df, gate + i);
        const VF by = hn::Div(kSilu ? g : one, hn::Add(one, hn::Exp(df, hn::Neg(g))));
        hn::StoreU(hn::Mul(hn::LoadU(df, x + i), by), df, x + i);
    }
    for (; i < length; ++i)
        x[i] *= (kSilu ? gate[i] : 1.0F) / (1.0F + std::exp(-gate[i]));
}
void MultiplySilu(float* x, const float* gate, std::size_t length) { multiplyGated<true>(x, gate, length); }
void MultiplySigmoid(float* x, const float* gate, std::size_t length) {
    multiplyGated<false>(x, gate, length);
}

void AddTo(float* x, const float* in, std::size_t length) {
    const DF df;
    for (std::size_t i = 0; i < length; i += kLanes)
        hn::StoreU(hn::Add(hn::LoadU(df, x + i), hn::LoadU(df, in + i)), df, x + i);
}

// The pairs from `first` on, as many as a vector of D has.
template<class D>
HWY_INLINE void rotatePairs(D df, float* head, std::size_t half, std::size_t first, bool adjacent,
                            const float* angles) {
    hn::VFromD<D> cosine, sine, a, b;
    hn::LoadInterleaved2(df, angles + 2 * first, cosine, sine);
    if (adjacent) {
        hn::LoadInterleaved2(df, head + 2 * first, a, b);
    } else {
        a = hn::LoadU(df, head + first);
        b = hn::LoadU(df, head + half + first);
    }
    const auto turned = hn::NegMulAdd(b, sine, hn::Mul(a, cosine));
    b = hn::MulAdd(a, sine, hn::Mul(b, cosine));
    if (adjacent) {
        hn::StoreInterleaved2(turned, b, df, head + 2 * first);
    } else {
        hn::StoreU(turned, df, head + first);
        hn::StoreU(b, df, head + half + first);
    }
}

void RotateHead(float* head, std::size_t rotary, bool adjacent, const float* angles) {
    const std::size_t half = rotary / 2;
    std::size_t i = 0;
    for (; i + kLanes <= half; i += kLanes)
        rotatePairs(DF(), head, half, i, adjacent, angles);
    for (; i < half; ++i)
        rotatePairs(hn::CappedTag<float, 1>(), head, half, i, adjacent, angles);
}

void MultiplyBy(float factor, float* x, std::size_t length) {
    const DF df;
    const VF by = hn::Set(df, factor);
    std::size_t i = 0;
    for (; i + kLanes <= length; i += kLanes)
        hn::StoreU(hn::Mul(by, hn::LoadU(df, x + i)), df, x + i);
    for (; i < length; ++i)
        x[i] *= factor;
}

void ToHalves(const float* in, std::size_t length, std::uint16_t* out) {
    std::size_t i = 0;
#if HWY_TARGET != HWY_SSE4 &&                                                                                \
    HWY_TARGET != HWY_SSSE3 // they have no instruction, and Highway's own code truncates
    auto* halves = reinterpret_cast<hwy::float16_t*>(out);
    for (; i + kLanes <= length; i += kLanes)
        hn::StoreU(hn::DemoteTo(DH(), hn::LoadU(DF(), in + i)), DH(), halves + i);
#endif
    for (; i < length; ++i)
        out[i] = floatToHalf(in[i]);
}

HWY_INLINE void storeBytes(VI values, std::byte* at) {
    const hn::Rebind<std::int8_t, DI> d8;
    hn::StoreU(hn::DemoteTo(d8, values), d8, reinterpret_cast<std::int8_t*>(at));
}

constexpr std::size_t kVectors = kBlock / kLanes;
constexpr std::uint32_t kNoQuad = 8;
constexpr float kSteps = 127.0F, kWideSteps = 32639.0F; // 127 * 256 + 127

// One block of values, and the numbers that they become.
struct Block {
    VF x[kVectors];
    VI q[kVectors];

    explicit HWY_INLINE Block(const float* values) {
        for (std::size_t i = 0; i < kVectors; ++i)
            x[i] = hn::LoadU(DF(), values + i * kLanes);
    }
    // The largest |x| outside the quad.
    HWY_INLINE float largestBut(std::uint32_t quad) const {
        const DI di;
        VF largest = hn::Zero(DF());
        for (std::size_t i = 0; i < kVectors; ++i) {
            const VI own = hn::ShiftRight<2>(hn::Iota(di, static_cast<std::int32_t>(i * kLanes)));
            const auto left = hn::RebindMask(DF(), hn::Eq(own, hn::Set(di, static_cast<std::int32_t>(quad))));
            largest = hn::Max(largest, hn::IfThenZeroElse(left, hn::Abs(x[i])));
        }
        return hn::GetLane(hn::MaxOfLanes(DF(), largest));
    }
    HWY_INLINE std::uint32_t quadOf(float largest) const {
        const VF wanted = hn::Set(DF(), largest);
        for (std::size_t i = 0; i < kVectors; ++i) {
            const auto found = hn::FindFirstTrue(DF(), hn::Eq(hn::Abs(x[i]), wanted));
            if (found >= 0)
                return static_cast<std::uint32_t>((i * kLanes + static_cast<std::size_t>(found)) / 4);
        }
        return 0; // values that are not numbers
    }
    HWY_INLINE void round(float scale) {
        const VF inverse = hn::Set(DF(), scale > 0 ? 1.0F / scale : 0.0F);
        for (std::size_t i = 0; i < kVectors; ++i)
            q[i] = hn::NearestInt(hn::Mul(x[i], inverse));
    }
    // q = 256 h + l with l in -128 .. 127.
    HWY_INLINE void store(std::byte* high, std::byte* low) const {
        for (std::size_t i = 0; i < kVectors; ++i) {
            const VI h = hn::ShiftRight<8>(hn::Add(q[i], hn::Set(DI(), 128)));
            storeBytes(h, high + i * kLanes);
            storeBytes(hn::Sub(q[i], hn::ShiftLeft<8>(h)), low + i * kLanes);
        }
    }
    HWY_INLINE std::int32_t sumOfHalf(std::size_t half) const {
        VI sum = hn::Zero(DI());
        for (std::size_t i = half * kVectors / 2; i < (half + 1) * kVectors / 2; ++i)
            sum = hn::Add(sum, q[i]);
        return hn::GetLane(hn::SumOfLanes(DI(), sum));
    }
};

HWY_INLINE float quantizeFine(Block& block, std::byte* high, std::byte* low) {
    const float scale = block.largestBut(kNoQuad) / kWideSteps;
    block.round(scale);
    block.store(high, low);
    return scale;
}

HWY_INLINE float quantizeCoarse(Block& block, std::byte* low) {
    const float scale = block.largestBut(kNoQuad) / kSteps;
    block.round(scale);
    for (std::size_t i = 0; i < kVectors; ++i)
        storeBytes(block.q[i], low + i * kLanes);
    return scale;
}

HWY_INLINE float quantizeButOutliers(Block& block, std::byte* low, std::byte* quadOut) {
    ActivationTiles::Quad quad{};
    const float largest = block.largestBut(kNoQuad);
    quad.index = block.quadOf(largest);
    const float scale = std::max(block.largestBut(quad.index) / kSteps, largest / kWideSteps);
    block.round(scale);
    std::byte high[kBlock];
    block.store(high, low);
    std::memcpy(quad.high, high + quad.index * 4, 4);
    std::memcpy(quad.highOfHalf[quad.index / 4], quad.high, 4);
    std::memcpy(quadOut, &quad, sizeof quad);
    return scale;
}

void QuantizeBlocks(const float* values, std::size_t count, const QuantizedBlocks& out) {
    for (std::size_t b = 0; b < count; ++b) {
        const std::size_t at = b * out.stride;
        Block block(values + b * kBlock);
        const float scale = out.fine   ? quantizeFine(block, out.quants + at, out.fine + at)
                            : out.quad ? quantizeButOutliers(block, out.quants + at, out.quad + at)
                                       : quantizeCoarse(block, out.quants + at);
        const std::int32_t first = block.sumOfHalf(0), last = block.sumOfHalf(1);
        const std::int32_t negated[3] = {-first - last, -first, -last};
        const float sum = scale * static_cast<float>(first + last);
        std::memcpy(out.scale + at, &scale, 4);
        std::memcpy(out.sum + at, &sum, 4);
        std::memcpy(out.negated + at, &negated[0], 4);
        std::memcpy(out.halves + at, &negated[1], 8);
    }
}

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ponder::cpu {

PONDER_EXPORT(RmsNorm);
PONDER_EXPORT(SwiGlu);
PONDER_EXPORT(MultiplySilu);
PONDER_EXPORT(MultiplySigmoid);
PONDER_EXPORT(AddTo);
PONDER_EXPORT(RotateHead);
PONDER_EXPORT(MultiplyBy);
PONDER_EXPORT(ToHalves);
PONDER_EXPORT(QuantizeBlocks);

void rmsNorm(const float* in, const float* weight, std::size_t length, float epsilon, float* out) {
    HWY_DYNAMIC_DISPATCH(RmsNorm)(in, weight, length, epsilon, out);
}
void swiGlu(float* gate, const float* up, std::size_t length) {
    HWY_DYNAMIC_DISPATCH(SwiGlu)(gate, up, length);
}
void multiplySilu(float* x, const float* gate, std::size_t length) {
    HWY_DYNAMIC_DISPATCH(MultiplySilu)(x, gate, length);
}
void multiplySigmoid(float* x, const float* gate, std::size_t length) {
    HWY_DYNAMIC_DISPATCH(MultiplySigmoid)(x, gate, length);
}
void rotateHead(float* head, std::size_t rotary, bool adjacent, const float* angles) {
    HWY_DYNAMIC_DISPATCH(RotateHead)(head, rotary, adjacent, angles);
}
void multiplyBy(float factor, float* x, std::size_t length) {
    HWY_DYNAMIC_DISPATCH(MultiplyBy)(factor, x, length);
}
void toHalves(const float* in, std::size_t length, std::uint16_t* out) {
    HWY_DYNAMIC_DISPATCH(ToHalves)(in, length, out);
}
void addTo(float* x, const float* in, std::size_t length) { HWY_DYNAMIC_DISPATCH(AddTo)(x, in, length); }
void quantizeBlocks(const float* values, std::size_t count, const QuantizedBlocks& out) {
    HWY_DYNAMIC_DISPATCH(QuantizeBlocks)(values, count, out);
}

} // namespace ponder::cpu
#endif
