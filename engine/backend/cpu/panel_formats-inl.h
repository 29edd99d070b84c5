// What the kernels call a format: how its weights are read, and how its scales. Included once for every
// target by Highway's foreach_target.
#if defined(PONDER_PANEL_FORMATS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PONDER_PANEL_FORMATS_INL_H
#undef PONDER_PANEL_FORMATS_INL_H
#else
#define PONDER_PANEL_FORMATS_INL_H
#endif

#include "engine/backend/cpu/panel_scales-inl.h"
#include "engine/quant/small_numbers.h"

#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

// How many quads' products are added as 16-bit pairs.
template<class Format>
inline constexpr int kTogether = HWY_MIN(quadsOfPairs(Format::kMost), 8 / Format::kHalves);

template<class Quants, class Scales>
struct PanelFormat : Quants, Scales {
    static constexpr bool kWide = Quants::kMost > 127;
    // Taking bits apart once for all of them. Few have a processor without AVX2: less to compile for those.
    static constexpr std::size_t kColumnsAtOnce = HWY_TARGET == HWY_SSE4 ? 4 : 8;
    HWY_INLINE int offset() const { return Quants::kOffset; }
};

// Formats whose numbers lie evenly: the bits are the weight, but for an offset or a minimum.
template<class Use>
HWY_INLINE void useEvenFormat(TensorType type, Use&& use) {
    switch (type) {
    case TensorType::Q4_0:
        return use(PanelFormat<NibbleQuants<3>, HalfScales<1, 2>>{});
    case TensorType::Q4_1:
        return use(PanelFormat<NibbleQuants<-1>, HalfMins>{});
    case TensorType::Q5_0:
        return use(PanelFormat<FiveBitQuants<4>, HalfScales<1, 2>>{});
    case TensorType::Q5_1:
        return use(PanelFormat<FiveBitQuants<-1>, HalfMins>{});
    case TensorType::Q8_0:
        return use(PanelFormat<ByteQuants, HalfScales<1, 2>>{});
    case TensorType::Q4_K:
        return use(PanelFormat<NibbleQuants<-1>, WholeMins>{});
    case TensorType::Q5_K:
        return use(PanelFormat<FiveBitQuants<-1>, WholeMins>{});
    case TensorType::Q6_K:
        return use(PanelFormat<SixBitQuants, WholeScales<2>>{});
    default:
        return;
    }
}

// Formats of four bits that choose from a table.
template<class Use>
HWY_INLINE void useTabledFormat(TensorType type, Use&& use) {
    const SmallNumberTraits traits = *smallNumberTraits(type);
    using Curve = TabledNibbleQuants<7>;
    using Four = TabledNibbleQuants<4>;
    using Signed = TabledNibbleQuants<6>;
    switch (type) {
    case TensorType::IQ4_NL:
        return use(PanelFormat<Curve, HalfScales<1, 2>>{Curve(traits.table), {}});
    case TensorType::IQ4_XS:
        return use(PanelFormat<Curve, WholeScales<1>>{Curve(traits.table), {traits.factor}});
    case TensorType::MXFP4:
        return use(PanelFormat<Four, ExponentScales>{Four(traits.table), {}});
    case TensorType::NVFP4:
        return use(PanelFormat<Four, SmallFloatScales>{Four(traits.table), {}});
    case TensorType::IQ3_S:
    case TensorType::IQ3_XXS:
        return use(PanelFormat<Signed, WholeScales<1>>{Signed(traits.table), {traits.factor}});
    default:
        return;
    }
}

// Formats of three bits and fewer.
template<class Use>
HWY_INLINE void useSmallFormat(TensorType type, Use&& use) {
    const SmallNumberTraits traits = smallNumberTraits(type).value_or(SmallNumberTraits{});
    using Six = TabledTripleQuants<6>;
    switch (type) {
    case TensorType::Q2_K:
        return use(PanelFormat<PairQuants<-1>, NibbleMins>{});
    case TensorType::Q3_K:
        return use(PanelFormat<TripleQuants<2>, WholeScales<2>>{});
    case TensorType::IQ2_XXS:
        return use(PanelFormat<Six, WholeScales<1>>{Six(traits.table), {traits.factor}});
    case TensorType::IQ2_XS:
    case TensorType::IQ2_S:
        return use(PanelFormat<Six, WholeScales<2>>{Six(traits.table), {traits.factor}});
    case TensorType::IQ1_S:
        return use(PanelFormat<PairQuants<-1>, LoweredScales>{});
    case TensorType::IQ1_M:
        return use(PanelFormat<DirectedPairQuants, DirectedScales>{DirectedPairQuants(traits.table),
                                                                   {{traits.factor}}});
    case TensorType::TQ1_0:
    case TensorType::TQ2_0:
        return use(PanelFormat<PairQuants<0>, HalfScales<8, 8>>{});
    case TensorType::Q2_0:
        return use(PanelFormat<PairQuants<0>, HalfScales<2, 4>>{});
    case TensorType::Q1_0:
        return use(PanelFormat<BitQuants, HalfScales<4, 8>>{});
    default:
        return;
    }
}

// A panel that was unpacked for many columns: quads, then scales and minima as f32. Formats share these.
template<int kScales, int kMinima, int kLargest>
struct UnpackedFormat {
    static constexpr int kHalves = kScales, kMins = kMinima, kMost = kLargest;
    static constexpr bool kWide = kMost > 127, kPlain = true;
    static constexpr int kOffset = kMins > 0 ? -1 : 0;
    static constexpr std::size_t kBlocks = 1, kHeadBytes = 0, kColumnsAtOnce = 4;
    static constexpr std::size_t kBlockBytes = (8 + kHalves + kMins) * kLine;
    int shift = 0;
    struct Unit {};

    HWY_INLINE int offset() const { return kWide ? 7 : shift; }
    HWY_INLINE Unit open(const std::byte*, Rows) const { return {}; }
    HWY_INLINE VF scale(Unit, const Where& at, int half) const { return floats(at, half); }
    HWY_INLINE VF min(Unit, const Where& at, int half) const { return floats(at, kHalves + half); }
    template<int j>
    HWY_INLINE VU quad(const Where& at) const {
        return at.line(j);
    }
    template<int j>
    HWY_INLINE VU signedQuad(const Where& at) const {
        return hn::Xor(at.line(j), hn::Set(DU(), 128));
    }
    static HWY_INLINE VF floats(const Where& at, int index) {
        return hn::LoadU(DF(),
                         reinterpret_cast<const float*>(at.block + 8 * kLine) + index * 16 + at.rows.first);
    }
};
template<class Format>
using Unpacked =
    UnpackedFormat<Format::kHalves, Format::kMins, Format::kWide ? 255 : 128 / kTogether<Format> - 1>;

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif // per target
