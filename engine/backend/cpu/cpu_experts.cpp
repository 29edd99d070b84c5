// Mixtures of experts: the part of cpu_ops.h that routes rows and multiplies with the chosen experts'
// matrices. Experts that no row chose are not read.
#include "engine/backend/cpu/cpu_ops.h"

#include "engine/backend/cpu/row_kernels.h"

#include <algorithm>
#include <cmath>

namespace ponder::cpu {
namespace {

// More would push each other out of what the system keeps of the file before they are used.
constexpr std::uint64_t kFetchedAtOnce = std::uint64_t{256} << 20;

float sigmoid(float x) { return 1.0F / (1.0F + std::exp(-x)); }

} // namespace

// The share of the shared expert that a row takes.
float CpuOps::shareOf(std::uint32_t row) const { return sigmoid(m_share[row * kPanelRows]); }

void CpuOps::route(Weight routerWeight, Weight bias, Weight shareWeight, const MixtureFeedForward& mixture) {
    if (stopped()) return;
    const Adapted router = adapted(routerWeight);
    const bool shares = shareWeight != kNoWeight;
    const Adapted share = shares ? adapted(shareWeight) : router;
    norm({0, m_rows}, {router, share});
    const std::uint64_t panels = router.matrix->layout.panels();
    const std::size_t experts = mixture.experts, stride = panels * kPanelRows;
    const KernelClock::Measure measure(m_clock, "route", router.matrix->layout.bytes());
    if (m_logits.size() < m_rows * (stride + experts)) m_logits.resize(m_rows * (stride + experts));
    if (m_share.size() < m_rows * kPanelRows) m_share.resize(m_rows * kPanelRows);
    m_pool.forEach(panels + (shares ? 1 : 0), 1,
                   [&](std::uint64_t first, std::uint64_t end, unsigned thread) {
                       const std::uint64_t stop = std::min(end, panels);
                       if (first < stop)
                           multiply(router, m_normed, m_rows, first, stop, thread,
                                    {&m_logits[first * kPanelRows], stride});
                       if (end > panels)
                           multiply(share, m_normed, m_rows, 0, 1, thread, {m_share.data(), kPanelRows});
                   });
    const float* choosing = m_weights.vector(m_plan.weights[bias]);
    m_chosen.resize(std::size_t{m_rows} * mixture.used);
    m_pool.forEach(m_rows, kTileColumns, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t t = first; t < end; ++t)
            chooseExperts(mixture, std::span(m_logits).subspan(t * stride, experts),
                          {choosing, choosing ? experts : 0},
                          std::span(m_logits).subspan(m_rows * stride + t * experts, experts),
                          std::span(m_chosen).subspan(t * mixture.used, mixture.used));
    });
    m_experts.sort(m_chosen, mixture.used, mixture.experts);
}

// Of stacks that stay in the file: the system begins to read the experts that were chosen.
void CpuOps::fetchChosen(std::initializer_list<Tensor> stacks, std::uint32_t experts) const {
    for (const Tensor stack : stacks) {
        if (!stack->mapped) continue;
        const std::uint64_t rows = stack->layout.rows / experts;
        std::uint64_t bytes = 0;
        for (const ExpertGroup& group : m_experts.groups()) {
            bytes += stack->source->bytes.size() / experts;
            if (bytes > kFetchedAtOnce) break;
            m_weights.fetch(*stack, group.expert * rows, rows);
        }
    }
}

// A chunk of rows of an expert's matrix, from `panel` of the stack on, times the group's activations: the
// tiles, or else rows of floats.
template<class RowOf>
void CpuOps::multiplyExpert(const ExpertChunk& chunk, const ActivationTiles& tiles, RowOf&& rowOf,
                            unsigned thread, float* out) {
    usePanels(chunk.stack, chunk.panel, chunk.panel + kChunkPanels, thread,
              [&](const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end, std::size_t) {
                  if (matrix.layout.quantized())
                      multiplyQuantized(matrix, first, end, tiles, m_threads[thread].unpacked.data(), out,
                                        kChunkRows);
                  else
                      for (std::uint32_t i = 0; i < chunk.group->count; ++i)
                          multiplyFloats(matrix, first, end, rowOf(i), matrix.layout.rowLength(), 1,
                                         out + i * kChunkRows, kChunkRows);
              });
    if (const auto factors = chunk.stack->source->factors; !factors.empty())
        multiplyBy(factors[chunk.group->expert], out, std::size_t{chunk.group->count} * kChunkRows);
}

void CpuOps::gateChosen(Weight gateWeight, Weight upWeight, Weight readerWeight,
                        const MixtureFeedForward& mixture) {
    if (stopped()) return;
    const Tensor gate = m_plan.weights[gateWeight], up = m_plan.weights[upWeight];
    const Tensor reader = m_plan.weights[readerWeight];
    const bool quantized = gate->layout.quantized() || up->layout.quantized();
    const std::uint64_t chunks = mixture.hidden / kChunkRows, units = m_experts.groups().size() * chunks;
    const std::uint64_t read = (gate->layout.bytes() + (mixture.merged ? 0 : up->layout.bytes()));
    const KernelClock::Measure measure(m_clock, "experts gate+up",
                                       read / mixture.experts * m_experts.groups().size());
    fetchChosen({gate, up, reader}, mixture.experts);
    layOutExperts(quantized, mixture);
    if (!reader->layout.quantized()) m_expertGated.resize(m_experts.users().size() * mixture.hidden);
    m_pool.forEach(units, panelGrain(units), [&](std::uint64_t first, std::uint64_t end, unsigned thread) {
        for (std::uint64_t unit = first; unit < end; ++unit)
            gateExpert(gate, up, reader, mixture, unit, thread);
    });
}

// The rows that groups read. One row needs no sorting: all of its experts read the same.
void CpuOps::layOutExperts(bool quantized, const MixtureFeedForward& mixture) {
    const bool several = m_rows > 1 && quantized;
    m_experts.layOut(m_plan.rounding, m_config.width, mixture.hidden, several);
    if (quantized && !several) quantize(m_normed, 1);
    if (!several) return;
    m_pool.forEach(m_experts.users().size(), kTileColumns, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t i = first; i < end; ++i) {
            ExpertGroup& group = m_experts.groupOf(i);
            const float* values = &m_normed.values[std::size_t{m_experts.users()[i].row} * m_config.width];
            group.in.quantize(static_cast<std::uint32_t>(i) - group.first, 0, values, group.in.blocks());
        }
    });
}

// 32 values of activation(gate) * up for all users of an expert: one block of the next product's activations.
void CpuOps::gateExpert(Tensor gateStack, Tensor upStack, Tensor reader, const MixtureFeedForward& mixture,
                        std::uint64_t unit, unsigned thread) {
    const std::uint64_t chunks = mixture.hidden / kChunkRows, chunk = unit % chunks;
    ExpertGroup& group = m_experts.groups()[unit / chunks];
    const std::uint64_t panels = gateStack->layout.panels() / mixture.experts; // of an expert
    const std::uint64_t panel = group.expert * panels + chunk * kChunkPanels;
    const std::uint64_t upPanel = panel + (mixture.merged ? panels / 2 : 0);
    const ActivationTiles& tiles = m_rows > 1 ? group.in : m_normed.tiles;
    const auto rowOf = [&](std::uint32_t i) {
        return &m_normed.values[std::size_t{m_experts.user(group, i).row} * m_config.width];
    };
    float* gate = m_threads[thread].chunk.data();
    float* up = gate + std::size_t{group.count} * kChunkRows;
    multiplyExpert({gateStack, &group, panel}, tiles, rowOf, thread, gate);
    multiplyExpert({upStack, &group, upPanel}, tiles, rowOf, thread, up);
    swiGlu(gate, up, group.count * kChunkRows);
    for (std::uint32_t i = 0; i < group.count; ++i) {
        const float* values = gate + i * kChunkRows;
        if (reader->layout.quantized())
            group.gated.quantize(i, static_cast<std::uint32_t>(chunk), values, 1);
        else
            std::copy(values, values + kChunkRows,
                      &m_expertGated[std::size_t{group.first + i} * mixture.hidden + chunk * kChunkRows]);
    }
}

void CpuOps::addChosen(Weight downWeight, const MixtureFeedForward& mixture, Weight next) {
    if (stopped()) return;
    m_nextNorm = next;
    const Tensor down = m_plan.weights[downWeight];
    const std::uint64_t panels = down->layout.panels() / mixture.experts, chunks = panels / kChunkPanels;
    const KernelClock::Measure measure(m_clock, "experts down",
                                       down->layout.bytes() / mixture.experts * m_experts.groups().size());
    m_pool.forEach(chunks, panelGrain(chunks), [&](std::uint64_t first, std::uint64_t end, unsigned thread) {
        float* out = m_threads[thread].chunk.data();
        for (std::uint64_t chunk = first; chunk < end; ++chunk) {
            for (const ExpertGroup& group : m_experts.groups()) {
                const auto rowOf = [&](std::uint32_t i) {
                    return &m_expertGated[std::size_t{group.first + i} * mixture.hidden];
                };
                multiplyExpert({down, &group, group.expert * panels + chunk * kChunkPanels}, group.gated,
                               rowOf, thread, out);
                for (std::uint32_t i = 0; i < group.count; ++i) {
                    const ExpertUser& user = m_experts.user(group, i);
                    multiplyBy(user.weight, out + i * kChunkRows, kChunkRows);
                    ponder::cpu::addTo(&m_x[std::size_t{user.row} * m_config.width + chunk * kChunkRows],
                                       out + i * kChunkRows, kChunkRows);
                }
            }
        }
    });
}

static_assert(ExpertOps<CpuOps>);

} // namespace ponder::cpu
