// Panels that are unpacked first, for many columns: the unpacking, and the products.
#include "engine/backend/cpu/panel_multiply.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/backend/cpu/unpacked_multiply.cpp"
#include "engine/base/foreach_target.h" // this file once for every target

#include "engine/backend/cpu/panel_formats-inl.h"
#include "engine/backend/cpu/panel_multiply-inl.h"

#include <utility>

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

template<class Format, std::size_t... j>
HWY_INLINE void unpackBlock(const Format& format, const Where& at, std::byte* out,
                            std::index_sequence<j...>) {
    const DU du;
    (hn::StoreU(format.template quad<static_cast<int>(j)>(at), du,
                reinterpret_cast<std::uint8_t*>(out + j * kLine + at.rows.inLine())),
     ...);
}

template<class Format>
HWY_NOINLINE void unpack(const Format& format, const std::byte* panel, std::size_t blocks, std::byte* out) {
    Where at{panel, panel + Format::kHeadBytes, 0, {}};
    for (std::size_t done = 0; done < blocks; ++done, out += Unpacked<Format>::kBlockBytes) {
        auto* floats = reinterpret_cast<float*>(out + 8 * kLine);
        for (std::size_t first = 0; first < kPanelRows; first += kLanes) {
            at.rows = Rows{first};
            unpackBlock(format, at, out, std::make_index_sequence<8>());
            const auto unit = format.open(at.head, at.rows);
            for (int half = 0; half < Format::kHalves; ++half)
                hn::StoreU(format.scale(unit, at, half), DF(), floats + half * 16 + first);
            for (int half = 0; half < Format::kMins; ++half)
                hn::StoreU(format.min(unit, at, half), DF(), floats + (Format::kHalves + half) * 16 + first);
        }
        at.block += Format::kBlockBytes;
        if (++at.inUnit < Format::kBlocks) continue;
        at = {at.block, at.block + Format::kHeadBytes, 0, {}};
    }
}

template<class Use>
HWY_INLINE void useFormat(const PanelLayout& layout, const Use& use) {
    switch (layout.kind) {
    case PanelKind::Even:
        return useEvenFormat(layout.type, use);
    case PanelKind::Tabled:
        return useTabledFormat(layout.type, use);
    case PanelKind::Small:
        return useSmallFormat(layout.type, use);
    case PanelKind::Floats:
        return;
    }
}

void Unpack(const PanelLayout& layout, const std::byte* panel, std::byte* out) {
    useFormat(layout, [&](const auto& format) { unpack(format, panel, layout.blocks, out); });
}

// What multiplyQuantized() unpacks panels for: many columns, or more than one of fine activations.
template<Rounding kRounding, class Format>
HWY_NOINLINE void multiplyTiles(const Format& format, const std::byte* panel, const ActivationTiles& in,
                                float* out, std::size_t stride) {
    constexpr std::size_t kLeast = kRounding == Rounding::Fine ? 2 : kTileColumns;
    for (std::uint32_t tile = 0; tile < in.tiles(); ++tile)
        multiplyTile<kRounding, kLeast, kTileColumns>(format, panel, in, tile, out, stride);
}

void MultiplyUnpacked(const PanelLayout& layout, const std::byte* panel, const ActivationTiles& in,
                      float* out, std::size_t stride) {
    useFormat(layout, [&]<class Format>(const Format& packed) {
        Unpacked<Format> format;
        format.shift = packed.offset();
        switch (in.rounding()) {
        case Rounding::Coarse:
            return multiplyTiles<Rounding::Coarse>(format, panel, in, out, stride);
        case Rounding::Outliers:
            return multiplyTiles<Rounding::Outliers>(format, panel, in, out, stride);
        case Rounding::Fine:
            return multiplyTiles<Rounding::Fine>(format, panel, in, out, stride);
        }
    });
}

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ponder::cpu {

PONDER_EXPORT(Unpack);
PONDER_EXPORT(MultiplyUnpacked);

void unpackPanel(const PanelLayout& layout, const std::byte* panel, std::byte* out) {
    HWY_DYNAMIC_DISPATCH(Unpack)(layout, panel, out);
}

void multiplyUnpacked(const PanelLayout& layout, const std::byte* panel, const ActivationTiles& columns,
                      float* out, std::size_t stride) {
    HWY_DYNAMIC_DISPATCH(MultiplyUnpacked)(layout, panel, columns, out, stride);
}

} // namespace ponder::cpu
#endif
