#include "engine/backend/cpu/panel_multiply.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/backend/cpu/panel_multiply.cpp"
#include "engine/base/foreach_target.h" // this file once for every target

#include "engine/backend/cpu/panel_multiply-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

void MultiplyCoarse(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                    const ActivationTiles& columns, std::byte* scratch, float* out, std::size_t stride) {
    if (columns.rounding() == Rounding::Outliers)
        multiplyPanels<Rounding::Outliers>(matrix, first, end, columns, scratch, out, stride);
    else
        multiplyPanels<Rounding::Coarse>(matrix, first, end, columns, scratch, out, stride);
}

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ponder::cpu {

PONDER_EXPORT(MultiplyCoarse);

void multiplyQuantized(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                       const ActivationTiles& columns, std::byte* scratch, float* out, std::size_t stride) {
    if (columns.rounding() == Rounding::Fine)
        return multiplyFine(matrix, first, end, columns, scratch, out, stride);
    HWY_DYNAMIC_DISPATCH(MultiplyCoarse)(matrix, first, end, columns, scratch, out, stride);
}

std::size_t unpackedBytes(const PanelLayout& layout) {
    return std::size_t{layout.blocks} * (8 + 3) * 64; // quads, and at most three of scales and minima
}

} // namespace ponder::cpu
#endif
