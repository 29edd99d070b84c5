// Packed panels of even numbers, Q4_0 to Q8_0, times coarse activations.
#include "engine/backend/cpu/panel_multiply.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/backend/cpu/even_multiply.cpp"
#include "engine/base/foreach_target.h" // this file once for every target

#include "engine/backend/cpu/panel_formats-inl.h"
#include "engine/backend/cpu/panel_multiply-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

void MultiplyEven(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                  const ActivationTiles& columns, float* out, std::size_t stride) {
    useEvenFormat(matrix.layout.type, [&](const auto& format) {
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

PONDER_EXPORT(MultiplyEven);

void multiplyEven(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                  const ActivationTiles& columns, float* out, std::size_t stride) {
    HWY_DYNAMIC_DISPATCH(MultiplyEven)(matrix, first, end, columns, out, stride);
}

} // namespace ponder::cpu
#endif
