// Quantized panels times columns of whole-number activations: the matrix product that nearly all time goes
// into.
//
// Takes panels (plan/panel_layout.h) and tiles (activation_tiles.h); gives f32
//
//     out[c * stride + r - 16 * first] = sum over k of w[r][k] * x[c][k]      for rows r of panels first ..
//     end - 1
//
// Integer products inside a block of 32, exact; scales and sums in f32. A few columns read the packed weights
// directly; for more, each panel is unpacked once into `scratch` and reused. Owner: caller's memory. Thread:
// any, each with its own out and scratch. Errors: none. The plain twin is reference::multiply. Next station:
// cpu_ops.h.
#pragma once

#include "engine/backend/cpu/activation_tiles.h"
#include "engine/plan/panel_layout.h"

namespace ponder::cpu {

struct PanelMatrix {
    PanelLayout layout;
    const std::byte* data = nullptr;

    const std::byte* panel(std::uint64_t index) const { return data + index * layout.panelBytes(); }
};

// Bytes of scratch for a matrix of this layout.
std::size_t unpackedBytes(const PanelLayout& layout);

void multiplyQuantized(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                       const ActivationTiles& columns, std::byte* scratch, float* out, std::size_t stride);

// What multiplyQuantized() does for fine activations.
void multiplyFine(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                  const ActivationTiles& columns, std::byte* scratch, float* out, std::size_t stride);

// The same for F32, F16 and BF16: x is f32, columns lie xStride values apart.
void multiplyFloats(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end, const float* x,
                    std::size_t xStride, std::uint32_t columns, float* out, std::size_t stride);

} // namespace ponder::cpu
