// Packed panels times fine activations; apart from the coarse ones so that both compile at once.
#include "engine/backend/cpu/panel_multiply.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/backend/cpu/fine_multiply.cpp"
#include "engine/base/foreach_target.h" // this file once for every target

#include "engine/backend/cpu/panel_formats-inl.h"
#include "engine/backend/cpu/panel_multiply-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

void MultiplyFine(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                  const ActivationTiles& columns, float* out, std::size_t stride) {
    const auto one = [&](const auto& format) {
        multiplyPacked<Rounding::Fine, 1>(format, matrix, first, end, columns, out, stride);
    };
    switch (matrix.layout.kind) {
    case PanelKind::Even:
        return useEvenFormat(matrix.layout.type, [&](const auto& format) {
            multiplyPacked<Rounding::Fine>(format, matrix, first, end, columns, out, stride);
        });
    case PanelKind::Tabled:
        return useTabledFormat(matrix.layout.type, one);
    case PanelKind::Small:
        return useSmallFormat(matrix.layout.type, one);
    case PanelKind::Floats:
        return;
    }
}

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ponder::cpu {

PONDER_EXPORT(MultiplyFine);

void multiplyFine(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                  const ActivationTiles& columns, float* out, std::size_t stride) {
    HWY_DYNAMIC_DISPATCH(MultiplyFine)(matrix, first, end, columns, out, stride);
}

} // namespace ponder::cpu
#endif
