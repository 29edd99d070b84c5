// The plain twins: every operation of the forward pass as an ordinary loop in f32. They are the truth that
// the device kernels are compared with, so they favour being obviously right over being fast.
//
// Activations are row-major [rows x length]. Owner: caller's memory. Thread: any.
// Sources: forward.h names the papers.
#pragma once

#include "engine/file/model_file.h"
#include "engine/model/layer.h"

#include <span>

namespace ponder::reference {

// out[t] = the row `row` of a matrix, decoded to f32. out.size() is the row length.
void decodeRow(const TensorInfo& matrix, std::uint64_t row, std::span<float> out);

// out = in · matrixᵀ (+ bias). in: [n x matrix.rowLength()], out: [n x matrix.rows()], bias: empty or rows
// long.
void multiply(const TensorInfo& matrix, std::span<const float> bias, std::span<const float> in,
              std::span<float> out);

// One matrix of a stack.
TensorInfo expertOf(const TensorInfo& stack, std::uint64_t expert);
// Rows first .. first + count - 1 of a matrix.
TensorInfo rowsOf(const TensorInfo& matrix, std::uint64_t first, std::uint64_t count);

// out += B (s ⊙ (A · in)) as adapters have it (model/low_rank.h). down: A [rank x in's length]; up: B [rows x
// scales.size()], padded with zeros after the rank.
void addLowRank(const TensorInfo& down, const TensorInfo& up, std::span<const float> scales,
                std::span<const float> in, std::span<float> out);
// out += B (s ⊙ a row of A), for a table that is looked up; down: A [rows x scales.size()].
void addLowRankRow(const TensorInfo& down, const TensorInfo& up, std::span<const float> scales,
                   std::uint64_t row, std::span<float> out);

// out = in · weight / √(mean(in²) + epsilon), per row of weight.size() values.
void rmsNorm(std::span<const float> in, std::span<const float> weight, float epsilon, std::span<float> out);

// Turns the first `rotary` values of every head in place. heads: [count x headSize]; angles: rotary/2 pairs
// (cos, sin).
void rope(std::span<float> heads, std::uint32_t headSize, std::uint32_t rotary, RopePairs pairs,
          std::span<const float> angles);

// One query head over `positions` keys [positions x query.size()] and values [positions x out.size()] with a
// stride between positions: out = softmax(scale · q·Kᵀ) · V.
struct HeadView {
    const float* first;
    std::size_t stride;
    std::uint32_t positions;
};
void attend(std::span<const float> query, HeadView keys, HeadView values, float scale, std::span<float> out);

// What is left of values that pass through eight bits: blocks of 32 share the scale max |x| / 127, and each
// value becomes the nearest multiple of it.
void roundToEightBits(std::span<const float> in, std::span<float> out);

float sigmoid(float x);
float silu(float x);
float softplus(float x); // ln(1 + exp(x))
// Over its length, √(sum of squares + epsilon).
void toUnitLength(std::span<float> x, float epsilon);

// One step of the gated delta rule in one head: state [size x size] and what it gives for q, k, v [size]
// (model/layer.h). fade: g, write: b.
void deltaStep(std::span<float> state, std::span<const float> q, std::span<const float> k,
               std::span<const float> v, float fade, float write, std::span<float> out);

// gate = silu(gate) * up
void swiGlu(std::span<float> gate, std::span<const float> up);

} // namespace ponder::reference
