#include "engine/backend/cpu/panel_multiply.h"

namespace ponder::cpu {
namespace {

// Columns that packed panels are multiplied with directly. For more, unpacking first is quicker: below, what
// it costs is more than it saves, and an unpacked panel beside several tiles no longer fits the first cache.
constexpr std::uint32_t kDirectColumns = 32;

bool direct(PanelKind kind, const ActivationTiles& columns) {
    // Few choose fine activations: kernels of their own for many columns are not worth their size.
    const bool any = kind == PanelKind::Even || columns.rounding() != Rounding::Fine;
    return columns.columns() <= (any ? kDirectColumns : 1);
}

} // namespace

void multiplyQuantized(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                       const ActivationTiles& columns, std::byte* scratch, float* out, std::size_t stride) {
    const PanelKind kind = matrix.layout.kind;
    if (!direct(kind, columns)) {
        for (std::uint64_t p = first; p < end; ++p, out += kPanelRows) {
            unpackPanel(matrix.layout, matrix.panel(p), scratch);
            multiplyUnpacked(matrix.layout, scratch, columns, out, stride);
        }
        return;
    }
    if (columns.rounding() == Rounding::Fine) return multiplyFine(matrix, first, end, columns, out, stride);
    if (kind == PanelKind::Tabled) return multiplyTabled(matrix, first, end, columns, out, stride);
    if (kind == PanelKind::Small) return multiplySmall(matrix, first, end, columns, out, stride);
    multiplyEven(matrix, first, end, columns, out, stride);
}

std::size_t unpackedBytes(const PanelLayout& layout) {
    return std::size_t{layout.blocks} * kUnpackedBlockBytes;
}

} // namespace ponder::cpu
