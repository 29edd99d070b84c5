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
// any, each with its own out and scratch. The plain twin is reference::multiply. Next station: cpu_ops.h.
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

// The same for F32, F16 and BF16: x is f32, columns lie xStride values apart.
void multiplyFloats(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end, const float* x,
                    std::size_t xStride, std::uint32_t columns, float* out, std::size_t stride);

// Below: what multiplyQuantized() puts together, each a file of its own so that they compile at once.

// Packed panels, by kind (plan/panel_layout.h), times coarse activations, with outliers or without.
void multiplyEven(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                  const ActivationTiles& columns, float* out, std::size_t stride);
void multiplyTabled(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                    const ActivationTiles& columns, float* out, std::size_t stride);
void multiplySmall(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                   const ActivationTiles& columns, float* out, std::size_t stride);

// Packed panels times fine activations: any number of columns where the numbers lie evenly, one otherwise.
void multiplyFine(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                  const ActivationTiles& columns, float* out, std::size_t stride);

// One panel: eight lines of bytes for each block, then scales and minima as f32. And its product, with tiles
// of eight columns; fine ones may be of two and four as well.
void unpackPanel(const PanelLayout& layout, const std::byte* panel, std::byte* out);
void multiplyUnpacked(const PanelLayout& layout, const std::byte* panel, const ActivationTiles& columns,
                      float* out, std::size_t stride);

} // namespace ponder::cpu
