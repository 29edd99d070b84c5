#include "engine/backend/reference/kernels.h"

#include "engine/quant/decode.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace ponder::reference {
namespace {

// Sixteen partial sums: closer to the exact sum than one running total, and a shape that compilers vectorize.
float dot(const float* a, const float* b, std::size_t length) {
    std::array<float, 16> partial{};
    const std::size_t whole = length / partial.size() * partial.size();
    for (std::size_t i = 0; i < whole; i += partial.size())
        for (std::size_t j = 0; j < partial.size(); ++j)
            partial[j] += a[i + j] * b[i + j];
    for (std::size_t i = whole; i < length; ++i)
        partial[i - whole] += a[i] * b[i];
    for (std::size_t half = partial.size() / 2; half > 0; half /= 2)
        for (std::size_t j = 0; j < half; ++j)
            partial[j] += partial[j + half];
    return partial[0];
}

} // namespace

void decodeRow(const TensorInfo& matrix, std::uint64_t row, std::span<float> out) {
    const std::size_t rowBytes = matrix.bytes.size() / matrix.rows();
    decode(matrix.type, matrix.bytes.subspan(row * rowBytes, rowBytes), out);
    if (matrix.factors.empty()) return;
    for (float& value : out)
        value *= matrix.factorOf(row);
}

TensorInfo rowsOf(const TensorInfo& matrix, std::uint64_t first, std::uint64_t count) {
    const std::size_t rowBytes = matrix.bytes.size() / matrix.rows();
    TensorInfo part = matrix;
    part.shape = {matrix.rowLength(), count, 1, 1};
    part.bytes = matrix.bytes.subspan(first * rowBytes, count * rowBytes);
    if (matrix.factors.empty()) return part;
    const std::uint64_t each = matrix.rows() / matrix.factors.size(); // rows that share one
    part.factors = matrix.factors.subspan(first / each, (count + each - 1) / each);
    return part;
}

TensorInfo expertOf(const TensorInfo& stack, std::uint64_t expert) {
    return rowsOf(stack, expert * stack.shape[1], stack.shape[1]);
}

void multiply(const TensorInfo& matrix, std::span<const float> bias, std::span<const float> in,
              std::span<float> out) {
    const std::size_t length = matrix.rowLength();
    const std::size_t rows = matrix.rows();
    const std::size_t n = in.size() / length;
    std::vector<float> weights(length);
    for (std::size_t r = 0; r < rows; ++r) {
        decodeRow(matrix, r, weights);
        for (std::size_t t = 0; t < n; ++t)
            out[t * rows + r] =
                dot(weights.data(), &in[t * length], length) + (bias.empty() ? 0.0f : bias[r]);
    }
}

namespace {

// out += low · upᵀ
void climb(const TensorInfo& up, std::span<const float> low, std::span<float> out) {
    std::vector<float> added(out.size());
    multiply(up, {}, low, added);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] += added[i];
}

} // namespace

void addLowRank(const TensorInfo& down, const TensorInfo& up, std::span<const float> scales,
                std::span<const float> in, std::span<float> out) {
    const std::size_t n = in.size() / down.rowLength(), rank = down.rows();
    std::vector<float> low(n * rank), padded(n * scales.size());
    multiply(down, {}, in, low);
    for (std::size_t t = 0; t < n; ++t)
        for (std::size_t r = 0; r < rank; ++r)
            padded[t * scales.size() + r] = scales[r] * low[t * rank + r];
    climb(up, padded, out);
}

void addLowRankRow(const TensorInfo& down, const TensorInfo& up, std::span<const float> scales,
                   std::uint64_t row, std::span<float> out) {
    std::vector<float> low(scales.size());
    decodeRow(down, row, low);
    for (std::size_t r = 0; r < low.size(); ++r)
        low[r] *= scales[r];
    climb(up, low, out);
}

void rmsNorm(std::span<const float> in, std::span<const float> weight, float epsilon, std::span<float> out) {
    const std::size_t length = weight.size();
    for (std::size_t row = 0; row < in.size() / length; ++row) {
        const float* x = &in[row * length];
        const float mean = dot(x, x, length) / static_cast<float>(length);
        const float scale = 1.0f / std::sqrt(mean + epsilon);
        for (std::size_t i = 0; i < length; ++i)
            out[row * length + i] = x[i] * scale * weight[i];
    }
}

void rope(std::span<float> heads, std::uint32_t headSize, std::uint32_t rotary, RopePairs pairs,
          std::span<const float> angles) {
    const std::uint32_t half = rotary / 2;
    for (std::size_t head = 0; head < heads.size() / headSize; ++head) {
        float* values = &heads[head * headSize];
        for (std::uint32_t i = 0; i < half; ++i) {
            float& a = pairs == RopePairs::Adjacent ? values[2 * i] : values[i];
            float& b = pairs == RopePairs::Adjacent ? values[2 * i + 1] : values[i + half];
            const float cosine = angles[2 * i];
            const float sine = angles[2 * i + 1];
            const float turnedA = a * cosine - b * sine;
            const float turnedB = a * sine + b * cosine;
            a = turnedA;
            b = turnedB;
        }
    }
}

void attend(std::span<const float> query, HeadView keys, HeadView values, float scale, std::span<float> out) {
    std::vector<float> scores(keys.positions);
    for (std::uint32_t p = 0; p < keys.positions; ++p)
        scores[p] = scale * dot(query.data(), keys.first + p * keys.stride, query.size());
    const float largest = *std::max_element(scores.begin(), scores.end());
    float sum = 0;
    for (float& score : scores)
        sum += score = std::exp(score - largest);
    std::fill(out.begin(), out.end(), 0.0f);
    for (std::uint32_t p = 0; p < values.positions; ++p)
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] += scores[p] / sum * values.first[p * values.stride + i];
}

void roundToEightBits(std::span<const float> in, std::span<float> out) {
    for (std::size_t first = 0; first < in.size(); first += 32) {
        const std::span<const float> block = in.subspan(first, std::min<std::size_t>(32, in.size() - first));
        float most = 0;
        for (const float x : block)
            most = std::max(most, std::abs(x));
        const float scale = most / 127.0F;
        const float inverse = most > 0 ? 127.0F / most : 0.0F;
        for (std::size_t i = 0; i < block.size(); ++i)
            out[first + i] = scale * std::nearbyint(block[i] * inverse);
    }
}

float sigmoid(float x) { return 1.0F / (1.0F + std::exp(-x)); }
float silu(float x) { return x * sigmoid(x); }
// Beyond 20 no bit of x would change.
float softplus(float x) { return x > 20 ? x : std::log1p(std::exp(x)); }

void swiGlu(std::span<float> gate, std::span<const float> up) {
    for (std::size_t i = 0; i < gate.size(); ++i)
        gate[i] = silu(gate[i]) * up[i];
}

void toUnitLength(std::span<float> x, float epsilon) {
    const float length = std::sqrt(dot(x.data(), x.data(), x.size()) + epsilon);
    for (float& value : x)
        value /= length;
}

void deltaStep(std::span<float> state, std::span<const float> q, std::span<const float> k,
               std::span<const float> v, float fade, float write, std::span<float> out) {
    const std::size_t size = out.size();
    std::vector<float> change(v.begin(), v.end()); // b(v - Sᵀk)
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t j = 0; j < size; ++j) {
            float& kept = state[i * size + j];
            kept *= fade;
            change[j] -= kept * k[i];
        }
    std::fill(out.begin(), out.end(), 0.0F);
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t j = 0; j < size; ++j) {
            float& kept = state[i * size + j];
            kept += k[i] * write * change[j];
            out[j] += kept * q[i];
        }
}

} // namespace ponder::reference
