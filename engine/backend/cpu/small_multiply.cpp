// Packed panels of numbers of three bits and fewer, times coarse activations.
#include "engine/backend/cpu/panel_multiply.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/backend/cpu/small_multiply.cpp"
#include "engine/base/foreach_target.h" // this file once for every target

#include "engine/backend/cpu/panel_formats-inl.h"
#include "engine/backend/cpu/panel_multiply-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

void MultiplySmall(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                   const ActivationTiles& columns, float* out, std::size_t stride) {
    useSmallFormat(matrix.layout.type, [&](const auto& format) {
        if (columns.rounding() == Rounding::Outliers)
            multiplyPacked<Rounding::Outliers>(format, matrix, first, end, columns, out, stride);
        else
            multiplyPacked<Rounding::Coarse>(format, matrix, first, end, columns, out, stride);
    });
}

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ponder::cpu {

PONDER_EXPORT(MultiplySmall);

void multiplySmall(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                   const ActivationTiles& columns, float* out, std::size_t stride) {
    HWY_DYNAMIC_DISPATCH(MultiplySmall)(matrix, first, end, columns, out, stride);
}

} // namespace ponder::cpu
#endif
