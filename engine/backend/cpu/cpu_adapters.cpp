#include "engine/backend/cpu/cpu_adapters.h"

#include "engine/backend/cpu/panel_packer.h"
#include "engine/quant/decode.h"

#include <algorithm>
#include <cstring>

namespace ponder::cpu {
namespace {

constexpr std::size_t kPanelsAtOnce = 8;

void pack(const StackedMatrix& matrix, const PanelLayout& layout, ThreadPool& pool, std::byte* out) {
    const std::size_t rowBytes = matrix.bytes.size() / matrix.rows;
    const std::span<const std::byte> source = matrix.bytes;
    pool.forEach(layout.panels(), kPanelsAtOnce, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t p = first; p < end; ++p) {
            const std::size_t row = p * kPanelRows;
            const std::size_t rows = std::min<std::size_t>(kPanelRows, layout.rows - row);
            packPanel(layout, source.subspan(row * rowBytes, rows * rowBytes), out + p * layout.panelBytes());
        }
    });
}

} // namespace

Result<CpuAdapters> CpuAdapters::load(const AdapterSet& set, const LayerRange& layers,
                                      const ModelConfig& config, ThreadPool& pool) {
    CpuAdapters out;
    out.m_layers = layers;
    out.m_plan = CpuAdapterPlan::make(set, layers, config);
    Result<HostBuffer> block = HostBuffer::create(out.m_plan.bytes);
    if (!block) return block.error();
    out.m_block = std::move(*block);
    forEachAddition(set, layers.first, layers.end, out.m_plan.additions,
                    [&](const LowRank& addition, const CpuAddition& place) {
                        const StackedMatrix down = addition.down();
                        if (addition.table)
                            std::memcpy(out.m_block.data() + place.downAt, down.bytes.data(),
                                        down.bytes.size());
                        else
                            pack(down, place.down, pool, out.m_block.data() + place.downAt);
                        pack(addition.up(), place.up, pool, out.m_block.data() + place.upAt);
                    });
    out.setStrengths(set);
    return out;
}

void CpuAdapters::setStrengths(const AdapterSet& set) {
    m_active = set.active();
    forEachAddition(set, m_layers.first, m_layers.end, m_plan.additions,
                    [&](const LowRank& addition, const CpuAddition& place) {
                        const std::vector<float> scales = addition.scales();
                        std::memcpy(m_block.data() + place.scalesAt, scales.data(),
                                    scales.size() * sizeof(float));
                    });
}

void CpuAdapters::look(const CpuAddition& table, std::uint64_t row, std::span<float> out) const {
    const std::uint64_t rowBytes = table.rank * (table.down.type == TensorType::F32 ? 4U : 2U);
    decode(table.down.type, {m_block.data() + table.downAt + row * rowBytes, rowBytes}, out);
}

} // namespace ponder::cpu
