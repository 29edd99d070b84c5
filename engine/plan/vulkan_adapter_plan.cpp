#include "engine/plan/vulkan_adapter_plan.h"

#include "engine/base/translatable.h"

#include <algorithm>

namespace ponder {
namespace {

class Placer {
public:
    Placer(VulkanAdapterPlan& plan, const PlanLimits& limits) : m_plan(plan), m_limits(limits) {}

    // Those of one dispatch: all in one chunk.
    Result<void> together(std::initializer_list<std::pair<const LowRank*, VulkanAddition*>> all) {
        std::uint64_t bytes = 0;
        for (const auto& [addition, place] : all)
            if (*addition)
                bytes += layoutOf(addition->downShape()).bytes() + layoutOf(addition->upShape()).bytes();
        if (bytes == 0) return {};
        if (bytes > m_limits.largestBuffer)
            return Error{
                ErrorCode::DoesNotFit, m_limits.deviceName,
                Detail{PONDER_TR_NOOP("ErrorDetail", "adapters need %1 bytes in one buffer of at most %2"),
                       {std::to_string(bytes), std::to_string(m_limits.largestBuffer)}}};
        if (m_plan.chunks.empty() || m_plan.chunks.back() + bytes > m_limits.largestBuffer)
            m_plan.chunks.push_back(0);
        std::uint32_t lowAt = 0;
        for (const auto& [addition, place] : all) {
            if (!*addition) continue;
            place->down = slice(addition->downShape());
            place->up = slice(addition->upShape());
            place->rank = addition->paddedRank();
            place->lowAt = lowAt;
            lowAt += place->rank / 4;
        }
        m_plan.low.stride = std::max(m_plan.low.stride, lowAt);
        return {};
    }

private:
    DeviceLayout layoutOf(const StackedMatrix& shape) const {
        return DeviceLayout::of(shape.type, shape.rowLength, shape.rows, m_limits.groupsTogether);
    }
    WeightSlice slice(const StackedMatrix& shape) {
        std::uint64_t& chunk = m_plan.chunks.back();
        WeightSlice out{static_cast<std::uint32_t>(m_plan.chunks.size() - 1),
                        static_cast<std::uint32_t>(chunk / 16), 0, layoutOf(shape)};
        chunk += out.layout.bytes();
        return out;
    }

    VulkanAdapterPlan& m_plan;
    const PlanLimits& m_limits;
};

Result<void> placeMatrices(VulkanAdapterPlan& plan, const AdapterSet& set, const PlanLimits& limits,
                           const LayerRange& layers) {
    Placer placer(plan, limits);
    const Weights<LowRank>& from = set.additions();
    const std::size_t all = from.layers.size();
    if (layers.first == 0)
        if (auto placed = placer.together({{&from.tokenEmbedding, &plan.additions.tokenEmbedding}}); !placed)
            return placed;
    for (std::size_t i = layers.first; i < std::min<std::size_t>(layers.end, all); ++i) {
        const LayerWeights<LowRank>& layer = from.layers[i];
        LayerWeights<VulkanAddition>& to = plan.additions.layers[i];
        for (const auto& group : {std::initializer_list<std::pair<const LowRank*, VulkanAddition*>>{
                                      {&layer.q, &to.q}, {&layer.k, &to.k}, {&layer.v, &to.v}},
                                  {{&layer.output, &to.output}},
                                  {{&layer.gate, &to.gate}, {&layer.up, &to.up}},
                                  {{&layer.down, &to.down}}})
            if (auto placed = placer.together(group); !placed) return placed;
    }
    if (layers.end == all) return placer.together({{&from.output, &plan.additions.output}});
    return {};
}

} // namespace

std::uint64_t VulkanAdapterPlan::weightBytes() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t chunk : chunks)
        sum += chunk;
    return sum;
}

Result<VulkanAdapterPlan> VulkanAdapterPlan::make(const AdapterSet& set, const ModelConfig& config,
                                                  const PlanLimits& limits, const LayerRange& layers) {
    VulkanAdapterPlan plan;
    plan.additions.layers.resize(config.layers);
    if (auto placed = placeMatrices(plan, set, limits, layers); !placed) return placed.error();
    if (plan.chunks.empty()) return plan;
    const std::uint64_t rows = limits.maxRows + limits.tileColumns; // a tile reads rows behind the last
    const auto region = [&](ScratchRegion& out, std::uint32_t stride) {
        out = {static_cast<std::uint32_t>(plan.scratchPieces), stride};
        plan.scratchPieces += rows * stride;
    };
    region(plan.low, plan.low.stride);
    const bool changesGate = std::any_of(plan.additions.layers.begin(), plan.additions.layers.end(),
                                         [](const auto& layer) { return layer.gate || layer.up; });
    const std::uint32_t hidden = changesGate ? config.hidden / 4 * 2 : 0;
    const bool changesTable = static_cast<bool>(plan.additions.tokenEmbedding);
    region(plan.delta, std::max(hidden, changesTable ? config.width / 4 : 0));
    region(plan.unread, changesTable ? plan.low.stride : 0);
    forEachAddition(set, layers.first, layers.end, plan.additions,
                    [&](const LowRank&, VulkanAddition& place) {
                        place.scalesAt = static_cast<std::uint32_t>(plan.scratchPieces);
                        plan.scratchPieces += place.rank / 4;
                    });
    if (plan.scratchPieces * 16 > limits.largestBuffer)
        return Error{
            ErrorCode::DoesNotFit, limits.deviceName,
            Detail{PONDER_TR_NOOP("ErrorDetail", "adapters need %1 bytes in one buffer of at most %2"),
                   {std::to_string(plan.scratchPieces * 16), std::to_string(limits.largestBuffer)}}};
    return plan;
}

} // namespace ponder
