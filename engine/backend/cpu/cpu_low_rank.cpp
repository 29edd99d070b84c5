// What adapters add to matrix products: the part of cpu_ops.h that computes B (s ⊙ (A x)).
#include "engine/backend/cpu/cpu_ops.h"

#include "engine/backend/cpu/row_kernels.h"

#include <algorithm>

namespace ponder::cpu {
namespace {

constexpr std::uint32_t kColumnsAtOnce = 8;

} // namespace

// s ⊙ (A x) of all that share this x, into m_low.
void CpuOps::descend(const Operand& in, std::uint32_t rows, std::initializer_list<Adapted> readers) {
    if (!m_adapters.any()) return;
    const auto panelsOf = [](const CpuAddition& added) { return added ? added.down.panels() : 0; };
    std::uint64_t panels = 0;
    for (const Adapted& reader : readers)
        panels += panelsOf(reader.added);
    if (panels == 0) return;
    const KernelClock::Measure measure(m_clock, "adapters", 0);
    const std::size_t tiles = (rows + kColumnsAtOnce - 1) / kColumnsAtOnce;
    m_pool.forEach(panels * tiles, 1, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t unit = first; unit < end; ++unit) {
            const auto row = static_cast<std::uint32_t>(unit / panels * kColumnsAtOnce);
            std::uint64_t panel = unit % panels;
            const Adapted* reader = readers.begin();
            for (; panel >= panelsOf(reader->added); ++reader)
                panel -= panelsOf(reader->added);
            descendPanel(in, {row, std::min(kColumnsAtOnce, rows - row)}, reader->added, panel);
        }
    });
}

void CpuOps::descendPanel(const Operand& in, RowRange rows, const CpuAddition& addition,
                          std::uint64_t panel) {
    const std::size_t stride = m_adapters.lowLength();
    float* low = &m_low[rows.first * stride + addition.lowAt];
    const std::size_t at = panel * kPanelRows;
    multiplyFloats(m_adapters.down(addition), panel, panel + 1,
                   &in.values[std::size_t{rows.first} * in.length], in.length, rows.count, low + at, stride);
    // The last panel also clears what is read beyond the rank.
    const bool last = panel + 1 == addition.down.panels();
    for (std::uint32_t t = 0; t < rows.count; ++t) {
        float* values = low + t * stride;
        const float* scales = m_adapters.scales(addition);
        for (std::size_t r = at; r < at + kPanelRows; ++r)
            values[r] *= scales[r];
        if (last) std::fill(values + at + kPanelRows, values + addition.rank, 0.0F);
    }
}

// B times that, added to rows of a product for panels first .. end - 1.
void CpuOps::climb(const CpuAddition& addition, std::uint32_t rows, std::uint64_t first, std::uint64_t end,
                   unsigned thread, Place out) {
    constexpr std::uint64_t kPanelsAtOnce = 2;
    constexpr std::size_t kDeltaStride = kPanelsAtOnce * kPanelRows;
    float* delta = m_threads[thread].delta.data();
    for (std::uint64_t p = first; p < end; p += kPanelsAtOnce) {
        const std::uint64_t stop = std::min(end, p + kPanelsAtOnce);
        multiplyFloats(m_adapters.up(addition), p, stop, &m_low[addition.lowAt], m_adapters.lowLength(), rows,
                       delta, kDeltaStride);
        for (std::uint32_t t = 0; t < rows; ++t)
            ponder::cpu::addTo(out.first + t * out.stride + (p - first) * kPanelRows,
                               delta + t * kDeltaStride, (stop - p) * kPanelRows);
    }
}

// What adapters add to the embeddings of the batch's tokens.
void CpuOps::embedAdded(const CpuAddition& table) {
    const std::size_t stride = m_adapters.lowLength();
    for (std::uint32_t t = 0; t < m_rows; ++t) {
        const auto low = std::span(m_low).subspan(t * stride, table.rank);
        m_adapters.look(table, m_batch.tokens[t], low);
        for (std::size_t r = 0; r < low.size(); ++r)
            low[r] *= m_adapters.scales(table)[r];
    }
    const std::uint64_t panels = table.up.panels();
    m_pool.forEach(panels, panelGrain(panels), [&](std::uint64_t first, std::uint64_t end, unsigned thread) {
        climb(table, m_rows, first, end, thread, {&m_x[first * kPanelRows], m_config.width});
    });
}

} // namespace ponder::cpu
