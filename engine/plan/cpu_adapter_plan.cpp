#include "engine/plan/cpu_adapter_plan.h"

namespace ponder {
namespace {

constexpr std::uint64_t kLine = 64;

} // namespace

CpuAdapterPlan CpuAdapterPlan::make(const AdapterSet& set, const LayerRange& layers,
                                    std::uint32_t modelLayers) {
    CpuAdapterPlan plan;
    plan.additions.layers.resize(modelLayers);
    const auto take = [&](std::uint64_t count) {
        const std::uint64_t at = plan.bytes;
        plan.bytes += (count + kLine - 1) / kLine * kLine;
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
    for (auto& layer : plan.additions.layers) {
        layer.k.lowAt = layer.q.rank;
        layer.v.lowAt = layer.q.rank + layer.k.rank;
        layer.up.lowAt = layer.gate.rank;
        plan.lowLength =
            std::max({plan.lowLength, layer.v.lowAt + layer.v.rank, layer.up.lowAt + layer.up.rank});
    }
    return plan;
}

} // namespace ponder
