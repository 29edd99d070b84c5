// Vector types that the kernels of this folder share, and the 8-bit dot product of each instruction set.
// Included once for every target by Highway's foreach_target.
#if defined(PONDER_SIMD_TYPES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PONDER_SIMD_TYPES_INL_H
#undef PONDER_SIMD_TYPES_INL_H
#else
#define PONDER_SIMD_TYPES_INL_H
#endif

#include <hwy/highway.h>

#include <cstdint>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DI = hn::CappedTag<std::int32_t, 16>;
using DF = hn::RebindToFloat<DI>;
using DU = hn::Repartition<std::uint8_t, DI>;
using DH = hn::Rebind<hwy::float16_t, DF>;
using VI = hn::VFromD<DI>;
using VF = hn::VFromD<DF>;
using VU = hn::VFromD<DU>;

inline constexpr std::size_t kLanes = HWY_LANES(std::int32_t) < 16 ? HWY_LANES(std::int32_t) : 16;

HWY_INLINE VF loadHalves(const std::uint16_t* at) {
    return hn::PromoteTo(DF(), hn::LoadU(DH(), reinterpret_cast<const hwy::float16_t*>(at)));
}

// The four bytes at `at` in every lane.
HWY_INLINE VI broadcastFour(const std::byte* at) {
    std::int32_t four;
    std::memcpy(&four, at, sizeof four);
    return hn::Set(DI(), four);
}

// x86 without VNNI multiplies bytes in two steps: unsigned times signed ones, whose products it adds by pairs
// to 16 bits, and saturates; then these by pairs to 32. Where weights are small, several quads can be added
// between the two.
#undef PONDER_SUMS_PAIRS
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3
#define PONDER_SUMS_PAIRS 1
using VS = hn::VFromD<hn::Repartition<std::int16_t, DI>>;

HWY_INLINE VS pairProducts(VU weights, VI activations) {
#if HWY_TARGET == HWY_AVX3
    return VS{_mm512_maddubs_epi16(weights.raw, activations.raw)};
#elif HWY_TARGET == HWY_AVX2
    return VS{_mm256_maddubs_epi16(weights.raw, activations.raw)};
#else
    return VS{_mm_maddubs_epi16(weights.raw, activations.raw)};
#endif
}
// Now: a compiler that may choose adds when all products are there, and has no registers for them.
template<class Vector>
HWY_INLINE Vector sumNow(Vector a, Vector b) {
    Vector sum = hn::Add(a, b);
    asm volatile("" : "+v"(sum.raw));
    return sum;
}
HWY_INLINE VI addPairs(VI sum, VS pairs) {
#if HWY_TARGET == HWY_AVX3
    return sumNow(sum, VI{_mm512_madd_epi16(pairs.raw, _mm512_set1_epi16(1))});
#elif HWY_TARGET == HWY_AVX2
    return sumNow(sum, VI{_mm256_madd_epi16(pairs.raw, _mm256_set1_epi16(1))});
#else
    return sumNow(sum, VI{_mm_madd_epi16(pairs.raw, _mm_set1_epi16(1))});
#endif
}
// How many quads of weights up to `most` fit 16 bits: 1, 2, 4 or 8.
constexpr int quadsOfPairs(int most) { return most <= 15 ? 8 : most <= 31 ? 4 : most <= 63 ? 2 : 1; }
#else
#define PONDER_SUMS_PAIRS 0
using VS = VI; // not used
constexpr int quadsOfPairs(int) { return 1; }
#endif

// sum[lane] + the four products of each lane's unsigned weights with the four signed activations at `four`.
// Weights above 127 need kWide where the instruction set would saturate.
template<bool kWide>
HWY_INLINE VI dotFour(VI sum, VU weights, const std::byte* four) {
#if HWY_TARGET == HWY_AVX3_DL
    // Highway 1.0.3 compiles this target for AVX-VNNI instead of AVX512-VNNI, so the intrinsic is refused;
    // whether the processor has the instruction, Highway does check.
    struct Four {
        char bytes[4];
    };
    asm("vpdpbusd %2%{1to16%}, %1, %0"
        : "+v"(sum.raw)
        : "v"(weights.raw), "m"(*reinterpret_cast<const Four*>(four)));
    return sum;
#else
    const VI activations = broadcastFour(four);
#if PONDER_SUMS_PAIRS
    if constexpr (!kWide) return addPairs(sum, pairProducts(weights, activations));
    const DU du;
    sum = addPairs(sum, pairProducts(hn::And(weights, hn::Set(du, 127)), activations));
    return addPairs(sum, pairProducts(hn::And(weights, hn::Set(du, 128)), activations));
#else
    const DI di;
    const VI words = hn::BitCast(di, weights), byte = hn::Set(di, 255);
    const auto step = [&](VI weight, VI activation) { sum = hn::Add(sum, hn::Mul(weight, activation)); };
    step(hn::And(words, byte), hn::ShiftRight<24>(hn::ShiftLeft<24>(activations)));
    step(hn::And(hn::ShiftRight<8>(words), byte), hn::ShiftRight<24>(hn::ShiftLeft<16>(activations)));
    step(hn::And(hn::ShiftRight<16>(words), byte), hn::ShiftRight<24>(hn::ShiftLeft<8>(activations)));
    step(hn::And(hn::ShiftRight<24>(words), byte), hn::ShiftRight<24>(activations));
    return sum;
#endif
#endif
}

// dotFour() for signed weights: magnitudes times activations that take the weights' signs. None of the
// activations may be -128. Defined where kCanMoveSigns.
template<class Sum>
Sum dotSigned(Sum sum, VU weights, const std::byte* four);

#if HWY_TARGET == HWY_AVX2
inline constexpr bool kCanMoveSigns = true;
template<class Sum>
HWY_INLINE Sum dotSigned(Sum sum, VU weights, const std::byte* four) {
    const __m256i turned = _mm256_sign_epi8(broadcastFour(four).raw, weights.raw);
    return addPairs(sum, VS{_mm256_maddubs_epi16(_mm256_abs_epi8(weights.raw), turned)});
}
#elif HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3
inline constexpr bool kCanMoveSigns = true;
template<class Sum>
HWY_INLINE Sum dotSigned(Sum sum, VU weights, const std::byte* four) {
    const __m128i turned = _mm_sign_epi8(broadcastFour(four).raw, weights.raw);
    return addPairs(sum, VS{_mm_maddubs_epi16(_mm_abs_epi8(weights.raw), turned)});
}
#else
inline constexpr bool kCanMoveSigns = false;
#endif

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif // per target
