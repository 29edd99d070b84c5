// The gated delta rule: the part of reference_ops.h that keeps a state, row by row.
#include "engine/backend/reference/kernels.h"
#include "engine/backend/reference/reference_ops.h"

#include <algorithm>
#include <cmath>

namespace ponder {

void ReferenceOps::projectDelta(Weight input, Weight gate, Weight step, Weight write) {
    multiply({input}, m_normed, m_mixed);
    multiply({gate}, m_normed, m_deltaGate);
    multiply({step}, m_normed, m_step);
    multiply({write}, m_normed, m_write);
}

void ReferenceOps::convolve(std::uint32_t layer, const DeltaAttention& delta, Weight convolution) {
    const std::vector<float> kernel = vectorOf(convolution); // [channels x kernel]
    const std::size_t channels = delta.channels(), before = delta.kernel - 1;
    for (std::size_t t = 0; t < m_rows; ++t) {
        const auto row = std::span(m_mixed).subspan(t * channels, channels);
        // Those before, and then this one.
        const float* state = m_cache.state(m_batch, layer, t);
        std::vector<float> columns(state, state + before * channels);
        columns.insert(columns.end(), row.begin(), row.end());
        for (std::size_t c = 0; c < channels; ++c) {
            float sum = 0;
            for (std::size_t k = 0; k < delta.kernel; ++k)
                sum += kernel[c * delta.kernel + k] * columns[k * channels + c];
            row[c] = reference::silu(sum);
        }
        std::copy(columns.begin() + static_cast<std::ptrdiff_t>(channels), columns.end(),
                  m_cache.state(m_batch, layer, t));
    }
}

void ReferenceOps::applyDelta(std::uint32_t layer, const DeltaAttention& delta, const DeltaWeights& weights) {
    const std::vector<float> decay = vectorOf(weights.decay), bias = vectorOf(weights.stepBias);
    const std::size_t size = delta.headSize, heads = delta.valueHeads, keys = delta.keyLength();
    const Layer parts = m_config.layer(layer);
    m_attended.resize(m_rows * delta.valueLength());
    for (std::size_t t = 0; t < m_rows; ++t) {
        const auto row = std::span(m_mixed).subspan(t * delta.channels(), delta.channels());
        for (std::size_t head = 0; head < delta.keyHeads; ++head) {
            const auto q = row.subspan(head * size, size), k = row.subspan(keys + head * size, size);
            reference::toUnitLength(q, m_config.normEpsilon);
            reference::toUnitLength(k, m_config.normEpsilon);
            for (float& value : q)
                value /= std::sqrt(static_cast<float>(size));
        }
        float* state = m_cache.state(m_batch, layer, t) + parts.keptState().columns;
        for (std::size_t head = 0; head < heads; ++head) {
            const std::size_t asked = head % delta.keyHeads * size;
            const float step = reference::softplus(m_step[t * heads + head] + bias[head]);
            reference::deltaStep({state + head * size * size, size * size}, row.subspan(asked, size),
                                 row.subspan(keys + asked, size), row.subspan(2 * keys + head * size, size),
                                 std::exp(decay[head] * step), reference::sigmoid(m_write[t * heads + head]),
                                 std::span(m_attended).subspan((t * heads + head) * size, size));
        }
    }
    normHeads(weights.norm, m_attended);
    for (std::size_t i = 0; i < m_attended.size(); ++i)
        m_attended[i] *= reference::silu(m_deltaGate[i]);
}

static_assert(DeltaOps<ReferenceOps>);

} // namespace ponder
