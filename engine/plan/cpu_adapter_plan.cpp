#include "engine/plan/cpu_adapter_plan.h"

#include <algorithm>
#include <array>

namespace ponder {

CpuAdapterPlan CpuAdapterPlan::make(const AdapterSet& set, const LayerRange& layers,
                                    const ModelConfig& config) {
    CpuAdapterPlan plan;
    plan.additions = Weights<CpuAddition>(config.layers);
    const auto take = [&](std::uint64_t count) {
        const std::uint64_t at = plan.bytes;
        plan.bytes += lineBytes(count);
        return at;
    };
    forEachAddition(
        set, layers.first, layers.end, plan.additions, [&](const LowRank& addition, CpuAddition& place) {
            const StackedMatrix down = addition.downShape(), up = addition.upShape();
            place.down = PanelLayout::of(down.type, down.rowLength, down.rows);
            place.up = PanelLayout::of(up.type, up.rowLength, up.rows);
            place.rank = addition.paddedRank();
            place.downAt = take(addition.table ? down.rows * down.rowLength * 4 : place.down.bytes());
            place.upAt = take(place.up.bytes());
            place.scalesAt = take(place.rank * sizeof(float));
            plan.lowLength = std::max(plan.lowLength, place.rank);
        });
    // Those of one reader share an x: their parts of a row of s ⊙ (A x) stand side by side.
    for (std::uint32_t layer = layers.first; layer < layers.end; ++layer) {
        std::array<std::uint32_t, kReaders> taken{};
        for (const TensorRow& row : config.family->tensors) {
            if (!isOfLayer(row.slot) || row.reader == Reader::Alone) continue;
            CpuAddition& place = plan.additions[{row.slot, layer}];
            std::uint32_t& used = taken[static_cast<std::size_t>(row.reader)];
            place.lowAt = used;
            used += place.rank;
            plan.lowLength = std::max(plan.lowLength, used);
        }
    }
    return plan;
}

} // namespace ponder
