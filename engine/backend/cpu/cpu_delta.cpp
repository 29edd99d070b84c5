// The gated delta rule: the part of cpu_ops.h that keeps states. What a row needs of it stands in m_qkv, as
// DeltaRow has it.
#include "engine/backend/cpu/cpu_ops.h"
#include "engine/backend/cpu/delta_kernels.h"
#include "engine/backend/cpu/row_kernels.h"

#include <cmath>

namespace ponder::cpu {
namespace {

float sigmoid(float x) { return 1.0F / (1.0F + std::exp(-x)); }
float softplus(float x) { return x > 20 ? x : std::log1p(std::exp(x)); } // beyond 20 no bit would change

} // namespace

void CpuOps::projectDelta(Weight input, Weight gate, Weight step, Weight write) {
    if (stopped()) return;
    const DeltaRow at = DeltaRow::of(m_config.delta);
    const ProjectedPart parts[] = {{adapted(input), nullptr, 0},
                                   {adapted(gate), nullptr, at.gateAt},
                                   {adapted(step), nullptr, at.stepAt},
                                   {adapted(write), nullptr, at.writeAt}};
    norm({0, m_rows}, {parts[0].matrix, parts[1].matrix, parts[2].matrix, parts[3].matrix});
    projectInto(parts);
}

// Rows that follow each other: all of them, or each branch's one.
std::uint32_t CpuOps::sequences() const { return m_batch.branches ? m_rows : 1; }

void CpuOps::convolve(std::uint32_t layer, const DeltaAttention& delta, Weight convolution) {
    if (stopped()) return;
    const KernelClock::Measure measure(m_clock, "convolution", 0);
    const std::uint32_t own = layer - m_plan.layers.first, rows = m_rows / sequences();
    const float* weights = m_weights.vector(m_plan.weights[convolution]);
    const std::size_t blocks = delta.channels() / kDeltaColumns;
    m_pool.forEach(blocks * sequences(), 1, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t unit = first; unit < end; ++unit) {
            const auto row = static_cast<std::uint32_t>(unit / blocks);
            const std::size_t channel = unit % blocks * kDeltaColumns;
            const ConvolvedRows some{
                &m_qkv[row * m_qkvStride], m_qkvStride,  rows,   m_cache->state(m_batch, own, row),
                delta.channels(),          delta.kernel, weights};
            ponder::cpu::convolve(some, channel, channel + kDeltaColumns);
        }
    });
}

// q and k of length 1, q over √size; fades and writes where the numbers they come from stood.
void CpuOps::prepareDelta(const DeltaAttention& delta, const DeltaWeights& weights) {
    const DeltaRow at = DeltaRow::of(delta);
    const float* decay = m_weights.vector(m_plan.weights[weights.decay]);
    const float* bias = m_weights.vector(m_plan.weights[weights.stepBias]);
    const std::size_t size = delta.headSize;
    const float scale = 1.0F / std::sqrt(static_cast<float>(size));
    m_pool.forEach(m_rows, 1, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t t = first; t < end; ++t) {
            float* row = &m_qkv[t * m_qkvStride];
            for (std::size_t head = 0; head < 2 * delta.keyHeads; ++head)
                toLength(head < delta.keyHeads ? scale : 1.0F, row + head * size, size, m_config.normEpsilon);
            for (std::size_t head = 0; head < delta.valueHeads; ++head) {
                float &step = row[at.stepAt + head], &write = row[at.writeAt + head];
                step = std::exp(decay[head] * softplus(step + bias[head]));
                write = sigmoid(write);
            }
        }
    });
}

void CpuOps::applyDelta(std::uint32_t layer, const DeltaAttention& delta, const DeltaWeights& weights) {
    if (stopped()) return;
    const Layer parts = m_config.layer(layer);
    const KernelClock::Measure measure(
        m_clock, "delta rule", sequences() * 2 * sizeof(float) * std::uint64_t{parts.keptState().matrices});
    prepareDelta(delta, weights);
    const DeltaRow at = DeltaRow::of(delta);
    const std::uint32_t own = layer - m_plan.layers.first, rows = m_rows / sequences();
    const std::size_t size = delta.headSize, blocks = size / kDeltaColumns;
    m_attended.length = delta.valueLength();
    m_pool.forEach(
        blocks * delta.valueHeads * sequences(), 1, [&](std::size_t first, std::size_t end, unsigned) {
            for (std::size_t unit = first; unit < end; ++unit) {
                const std::size_t head = unit / blocks % delta.valueHeads;
                const auto row = static_cast<std::uint32_t>(unit / blocks / delta.valueHeads);
                const float* values = &m_qkv[row * m_qkvStride];
                const float* query = values + head % delta.keyHeads * size;
                ponder::cpu::applyDelta({.state = m_cache->state(m_batch, own, row) +
                                                  parts.keptState().columns + head * size * size,
                                         .size = delta.headSize,
                                         .count = rows,
                                         .queries = query,
                                         .keys = query + delta.keyLength(),
                                         .values = values + std::size_t{2} * delta.keyLength() + head * size,
                                         .fades = values + at.stepAt + head,
                                         .writes = values + at.writeAt + head,
                                         .stride = m_qkvStride,
                                         .out = &m_attended.values[row * m_attended.length + head * size],
                                         .outStride = m_attended.length},
                                        unit % blocks * kDeltaColumns);
            }
        });
    gateDelta(delta, m_weights.vector(m_plan.weights[weights.norm]));
}

// rms(o) * norm * silu(z), each head by itself.
void CpuOps::gateDelta(const DeltaAttention& delta, const float* norm) {
    const DeltaRow at = DeltaRow::of(delta);
    const std::size_t size = delta.headSize;
    m_pool.forEach(m_rows, 1, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t t = first; t < end; ++t) {
            float* out = &m_attended.values[t * m_attended.length];
            for (std::size_t head = 0; head < delta.valueHeads; ++head)
                rmsNorm(out + head * size, norm, size, m_config.normEpsilon, out + head * size);
            multiplySilu(out, &m_qkv[t * m_qkvStride + at.gateAt], m_attended.length);
        }
    });
}

static_assert(DeltaOps<CpuOps>);

} // namespace ponder::cpu
