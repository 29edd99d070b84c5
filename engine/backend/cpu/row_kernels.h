// What happens to whole rows of activations between the matrix products.
//
// Owner: caller's memory. Thread: any. The plain twins are in reference/kernels.h. Next station: cpu_ops.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ponder::cpu {

// out = in * weight / sqrt(mean(in^2) + epsilon)
void rmsNorm(const float* in, const float* weight, std::size_t length, float epsilon, float* out);

// gate = silu(gate) * up
void swiGlu(float* gate, const float* up, std::size_t length);

// x *= silu(gate), and x *= sigmoid(gate)
void multiplySilu(float* x, const float* gate, std::size_t length);
void multiplySigmoid(float* x, const float* gate, std::size_t length);

// x += in
void addTo(float* x, const float* in, std::size_t length);

// Rotates one head in place by the angles [rotary / 2] pairs (cos, sin); values after `rotary` stay.
// Adjacent: a pair is values 2i and 2i+1, else i and i + rotary / 2 (model/rope_table.h).
void rotateHead(float* head, std::size_t rotary, bool adjacent, const float* angles);

void multiplyBy(float factor, float* x, std::size_t length);

// To half precision, rounded to the nearest even.
void toHalves(const float* in, std::size_t length, std::uint16_t* out);

// 32 * count values to whole numbers (activation_tiles.h); where the numbers of the first block go, each
// `stride` bytes apart from block to block.
struct QuantizedBlocks {
    std::byte* quants; // 32 bytes: l; where all have a high byte: h
    std::byte* fine;   // 32 bytes: l, or null
    std::byte* scale;
    std::byte* sum;
    std::byte* negated;
    std::byte* halves;
    std::byte* quad; // ActivationTiles::Quad, or null
    std::size_t stride;
};
void quantizeBlocks(const float* values, std::size_t count, const QuantizedBlocks& out);

} // namespace ponder::cpu
