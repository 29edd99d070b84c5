#include "engine/quant/float_encode.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/quant/float_encode.cpp"
#include "engine/base/foreach_target.h" // this file once for every target

#include <hwy/highway.h>

#include <cstdint>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace ponder::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DU = hn::ScalableTag<std::uint32_t>;
using VU = hn::VFromD<DU>;

HWY_INLINE VU bits(std::uint32_t value) { return hn::Set(DU(), value); }

// The upper bits of a number after as many have been dropped, rounded to the nearest even.
template<int dropped>
HWY_INLINE VU rounded(VU value) {
    const VU odd = hn::And(hn::ShiftRight<dropped>(value), bits(1));
    return hn::ShiftRight<dropped>(hn::Add(value, hn::Add(odd, bits((1U << (dropped - 1)) - 1))));
}

struct ToBrain {
    HWY_INLINE VU operator()(VU single) const { return rounded<16>(single); }
};

// A half has 5 exponent bits with bias 15 where a single has 8 with bias 127, and drops 13 bits. Below 2^-14
// it counts in steps of 2^-24, which is what a single between 0.5 and 1 does too: adding 0.5 rounds.
struct ToHalf {
    HWY_INLINE VU operator()(VU single) const {
        const hn::RebindToFloat<DU> df;
        const VU magnitude = hn::And(single, bits(0x7fffffffU));
        const VU normal = hn::Sub(rounded<13>(magnitude), bits((127 - 15) << 10));
        const VU half = bits(0x3f000000U); // 0.5
        const auto sum = hn::Add(hn::BitCast(df, magnitude), hn::BitCast(df, half));
        const VU subnormal = hn::Sub(hn::BitCast(DU(), sum), half);
        const VU found = hn::IfThenElse(hn::Lt(magnitude, bits((127 - 14) << 23)), subnormal, normal);
        return hn::Or(found, hn::ShiftRight<16>(hn::AndNot(bits(0x7fffffffU), single)));
    }
};

template<class Narrow>
HWY_INLINE void narrow(const float* values, std::size_t count, std::byte* out, Narrow to) {
    const DU du;
    const hn::Rebind<std::uint16_t, DU> shorts;
    const hn::RebindToSigned<DU> di;
    const std::size_t step = hn::Lanes(du);
    HWY_ALIGN std::uint32_t in[hn::MaxLanes(du)];
    HWY_ALIGN std::uint16_t piece[hn::MaxLanes(du)];
    for (std::size_t i = 0; i < count; i += step) {
        const std::size_t here = count - i < step ? count - i : step;
        if (here < step) hn::Store(hn::Zero(du), du, in);
        std::memcpy(in, values + i, here * sizeof(float));
        hn::Store(hn::DemoteTo(shorts, hn::BitCast(di, to(hn::Load(du, in)))), shorts, piece);
        std::memcpy(out + 2 * i, piece, here * sizeof(std::uint16_t));
    }
}

void EncodeF16(const float* values, std::size_t count, std::byte* out) {
    narrow(values, count, out, ToHalf());
}

void EncodeBF16(const float* values, std::size_t count, std::byte* out) {
    narrow(values, count, out, ToBrain());
}

} // namespace ponder::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ponder {

PONDER_EXPORT(EncodeF16);
PONDER_EXPORT(EncodeBF16);

void encodeF32(std::span<const float> values, std::byte* out) {
    if (!values.empty()) std::memcpy(out, values.data(), values.size_bytes());
}

void encodeF16(std::span<const float> values, std::byte* out) {
    HWY_DYNAMIC_DISPATCH(EncodeF16)(values.data(), values.size(), out);
}

void encodeBF16(std::span<const float> values, std::byte* out) {
    HWY_DYNAMIC_DISPATCH(EncodeBF16)(values.data(), values.size(), out);
}

} // namespace ponder
#endif
