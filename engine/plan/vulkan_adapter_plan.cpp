#include "engine/plan/vulkan_adapter_plan.h"

#include "engine/base/translatable.h"

#include <algorithm>

namespace ponder {
namespace {

class AdapterPlacer {
public:
    AdapterPlacer(VulkanAdapterPlan& plan, const PlanLimits& limits) : m_plan(plan), m_limits(limits) {}

    // Those of one dispatch: all in one chunk.
    Result<void> together(std::span<const Weight> group, const Weights<LowRank>& from) {
        std::uint64_t bytes = 0;
        for (const Weight weight : group)
            if (from[weight])
                bytes +=
                    layoutOf(from[weight].downShape()).bytes() + layoutOf(from[weight].upShape()).bytes();
        if (bytes == 0) return {};
        if (bytes > m_limits.largestBuffer)
            return Error{
                ErrorCode::DoesNotFit, m_limits.deviceName,
                Detail{PONDER_TR_NOOP("ErrorDetail", "adapters need %1 bytes in one buffer of at most %2"),
                       {std::to_string(bytes), std::to_string(m_limits.largestBuffer)}}};
        if (m_plan.chunks.empty() || m_plan.chunks.back() + bytes > m_limits.largestBuffer)
            m_plan.chunks.push_back(0);
        std::uint32_t lowAt = 0;
        for (const Weight weight : group) {
            if (!from[weight]) continue;
            VulkanAddition& place = m_plan.additions[weight];
            place.down = slice(from[weight].downShape());
            place.up = slice(from[weight].upShape());
            place.rank = from[weight].paddedRank();
            place.lowAt = lowAt;
            lowAt += place.rank / 4;
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

// The weights of a layer that adapters can change, those of one reader together.
std::vector<std::vector<Weight>> groupsOf(const ModelConfig& config, std::uint32_t layer) {
    std::vector<std::vector<Weight>> groups;
    Reader last = Reader::Alone;
    for (const TensorRow& row : config.family->tensors) {
        if (!isOfLayer(row.slot) || !row.adaptable) continue;
        if (row.reader == Reader::Alone || row.reader != last) groups.emplace_back();
        groups.back().push_back({row.slot, layer});
        last = row.reader;
    }
    return groups;
}

Result<void> placeMatrices(VulkanAdapterPlan& plan, const AdapterSet& set, const PlanLimits& limits,
                           const ModelConfig& config, const LayerRange& layers) {
    AdapterPlacer placer(plan, limits);
    const Weights<LowRank>& from = set.additions();
    constexpr Weight kTable[] = {Slot::TokenEmbedding}, kOutput[] = {Slot::Output};
    if (layers.first == 0)
        if (auto placed = placer.together(kTable, from); !placed) return placed;
    for (std::uint32_t i = layers.first; i < std::min(layers.end, from.layers()); ++i)
        for (const std::vector<Weight>& group : groupsOf(config, i))
            if (auto placed = placer.together(group, from); !placed) return placed;
    return layers.end == from.layers() ? placer.together(kOutput, from) : Result<void>();
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
    plan.additions = Weights<VulkanAddition>(config.layers);
    if (auto placed = placeMatrices(plan, set, limits, config, layers); !placed) return placed.error();
    if (plan.chunks.empty()) return plan;
    const std::uint64_t rows = limits.maxRows + limits.tileColumns; // a tile reads rows after the last
    const auto region = [&](ScratchRegion& out, std::uint32_t stride) {
        out = {static_cast<std::uint32_t>(plan.scratchPieces), stride};
        plan.scratchPieces += rows * stride;
    };
    region(plan.low, plan.low.stride);
    bool changesGate = false;
    for (std::uint32_t i = 0; i < config.layers; ++i)
        changesGate = changesGate || plan.additions[{Slot::Gate, i}] || plan.additions[{Slot::Up, i}];
    const std::uint32_t hidden = changesGate ? config.hiddenLength() / 4 * 2 : 0;
    const bool changesTable = static_cast<bool>(plan.additions[Slot::TokenEmbedding]);
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
