// The gated delta rule on rows of one sequence, and the convolution before it (model/layer.h has the
// formulas).
//
// Columns of a state do not know of each other: a part of them stays in the first-level cache while all rows
// pass, so that a state is read and written once a run, however many rows there are. That is why prompts need
// no chunked form here: what it saves is the traffic of states. Owner: caller's memory. Thread: any, each
// with other channels or columns. The plain twins are reference::deltaStep and ReferenceOps::convolve. Next
// station: cpu_ops.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ponder::cpu {

inline constexpr std::uint32_t kDeltaColumns = 32; // of a state, taken together

// Rows of all channels, and the columns before them; both change places with what comes of them.
struct ConvolvedRows {
    float* rows = nullptr; // [count x channels], each after `stride`
    std::size_t stride = 0;
    std::uint32_t count = 0;
    float* columns = nullptr; // [kernel - 1 x channels], the oldest first
    std::size_t channels = 0;
    std::uint32_t kernel = 0;
    const float* weights = nullptr; // [kernel x channels], that of the newest last
};
// Of channels first .. end - 1, a multiple of 32: silu(sum over the kernel).
void convolve(const ConvolvedRows& rows, std::size_t first, std::size_t end);

// x *= factor / √(sum of squares + epsilon); length: a multiple of 32.
void toLength(float factor, float* x, std::size_t length, float epsilon);

// One head: a row's q, k and v of `size` values, its fade g and write b.
struct DeltaHead {
    float* state = nullptr; // [size x size]
    std::uint32_t size = 0, count = 0;
    const float *queries = nullptr, *keys = nullptr, *values = nullptr, *fades = nullptr, *writes = nullptr;
    std::size_t stride = 0; // of all of them, from row to row
    float* out = nullptr;
    std::size_t outStride = 0;
};
// Columns first .. first + kDeltaColumns - 1 of the state and of what comes out.
void applyDelta(const DeltaHead& head, std::size_t first);

} // namespace ponder::cpu
