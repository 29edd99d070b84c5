#include "engine/backend/vulkan/step/pass_cutter.h"

#include <algorithm>

namespace ponder {

PassCutter::PassCutter(const VulkanPlan& plan, const KernelTuning& tuning)
    : tokenPace(tuning.firstRate), promptPace(tuning.firstRate), m_plan(plan), m_tuning(tuning) {}

std::uint32_t PassCutter::partsOf(std::uint32_t rows, std::uint32_t length) const {
    const std::uint32_t most = m_tuning.maxPartPositions;
    const std::uint32_t needed = (length + most - 1) / most;
    if (rows > 1) return needed;
    const std::uint32_t useful = length / m_tuning.decodePartPositions + 1;
    return std::max(needed, std::min(useful, m_plan.scratch.partPlaces));
}

// Attention does about as much again for softmax as for its products.
double PassCutter::attentionCost(std::uint32_t length) const {
    const LatentAttention& latent = m_plan.config.latent;
    return 2.0 * length *
           (2.0 * m_plan.config.queryLength() + double(latent.heads) * (latent.latentSize() + latent.kvRank));
}

std::uint32_t PassCutter::rowsOfPass(const Batch& batch, std::uint32_t rows) const {
    double largest = 1;
    for (std::uint32_t i = m_plan.layers.first; i < m_plan.layers.end; ++i) {
        const Layer layer = m_plan.config.layer(i);
        double hidden = layer.hidden();
        if (const MixtureFeedForward* mixture = layer.mixture())
            hidden = std::max(hidden, double(mixture->hidden) * mixture->used);
        largest = std::max(largest, 2.0 * hidden * m_plan.config.width);
        // All heads attend to values that are several times as long as theirs.
        if (layer.latent()) largest = std::max(largest, attentionCost(batch.firstPosition + rows));
    }
    auto most = static_cast<std::uint32_t>(std::min(promptPace.costPerSlice() / largest, 4096.0)) / 8 * 8;
    most = std::clamp<std::uint32_t>(most, 8, m_plan.limits.maxRows);
    const StepShape shape = shapeOf(batch);
    if (const std::uint32_t parts = shape.parts + shape.ownParts; parts > 1)
        most = std::min(most, std::max(1U, m_plan.scratch.partPlaces / parts));
    return std::min(rows, most);
}

std::uint32_t PassCutter::headRows(double costPerSlice) const {
    const double cost = static_cast<double>(m_plan.config.vocabulary) * m_plan.config.width;
    const auto most = static_cast<std::uint32_t>(std::min(costPerSlice / cost, 4096.0)) / 8 * 8;
    return std::clamp<std::uint32_t>(most, 8, m_plan.logitRows);
}

StepShape PassCutter::shapeOf(std::uint32_t rows, std::uint32_t length) const {
    StepShape shape;
    shape.rows = rows;
    shape.parts = partsOf(rows, length);
    shape.costPerSlice = (rows == 1 ? tokenPace : promptPace).costPerSlice();
    shape.attentionCost = rows * attentionCost(length);
    return shape;
}

StepShape PassCutter::shapeOf(const Batch& pass) const {
    const auto rows = static_cast<std::uint32_t>(pass.tokens.size());
    if (!pass.branches) return shapeOf(rows, pass.firstPosition + rows);
    StepShape shape = shapeOf(rows, pass.firstPosition + 1);
    const std::uint32_t shared = pass.branches->shared;
    const std::uint32_t most = m_tuning.maxPartPositions;
    shape.costPerSlice = promptPace.costPerSlice();
    shape.ownParts = (pass.firstPosition - shared) / most + 1;
    const std::uint32_t needed = (shared + most - 1) / most;
    const std::uint32_t useful = shared / m_tuning.decodePartPositions / rows + (shared > 0 ? 1 : 0);
    shape.parts = std::max(needed, std::min(useful, m_plan.scratch.partPlaces / rows - 1));
    return shape;
}

} // namespace ponder
