#include "engine/plan/vulkan_parts.h"

#include <array>

namespace ponder {

Result<VulkanParts> VulkanParts::of(const PlanRequest& request, const PlanLimits& limits) {
    auto plan = VulkanPlan::begin(request.config, limits, {});
    if (!plan) return plan.error();
    return VulkanParts(request, std::move(*plan));
}

VulkanParts::VulkanParts(const PlanRequest& request, VulkanPlan plan)
    : m_weights(&request.weights), m_kvType(request.kvType), m_plan(std::move(plan)), m_before(1),
      m_embedding(measure(request.weights[Slot::TokenEmbedding])),
      m_output(measure(request.weights[Slot::Output])) {
    for (std::uint32_t i = 0; i < m_plan.config.layers; ++i)
        measure(i);
}

VulkanParts::Table VulkanParts::measure(const TensorInfo* table) const {
    const PlanLimits& limits = m_plan.limits;
    if (!table) return {};
    return {limits.layoutOf(*table, table->rows()).bytes(),
            limits.layoutOf(*table, limits.rowsTogether()).bytes() > limits.largestBuffer};
}

void VulkanParts::measure(std::uint32_t layer) {
    Sums sums = m_before.back();
    std::array<std::uint64_t, kReaders> groups{}; // bytes that one kernel reads together
    for (const TensorRow& row : m_plan.config.family->tensors) {
        const TensorInfo* tensor = isOfLayer(row.slot) ? (*m_weights)[{row.slot, layer}] : nullptr;
        if (!tensor) continue;
        if (row.kind == TensorKind::Vector) {
            sums.vectorPieces += vectorPieces(tensor->rowLength() * tensor->rows());
            continue;
        }
        const bool experts = isExpertStack(row.slot);
        const std::uint64_t bytes = m_plan.limits.layoutOf(*tensor, tensor->rows()).bytes();
        (experts ? sums.expertBytes : sums.bytes) += bytes;
        std::uint64_t& group = groups[static_cast<std::size_t>(row.reader)];
        group = row.reader == Reader::Alone ? bytes : group + bytes;
        if (group > m_plan.limits.largestBuffer) ++(experts ? sums.expertsTooLarge : sums.tooLarge);
    }
    if (m_plan.config.layer(layer).mixture()) ++sums.mixtures;
    if ((*m_weights)[{Slot::DownExperts, layer}]) ++sums.withExperts;
    m_before.push_back(sums);
}

VulkanParts::Sums VulkanParts::sumsOf(const LayerRange& layers) const {
    const Sums &from = m_before[layers.first], &to = m_before[layers.end];
    return {to.bytes - from.bytes,
            to.expertBytes - from.expertBytes,
            to.vectorPieces - from.vectorPieces,
            to.mixtures - from.mixtures,
            to.withExperts - from.withExperts,
            to.tooLarge - from.tooLarge,
            to.expertsTooLarge - from.expertsTooLarge};
}

// As the plan itself has it.
Error VulkanParts::whyNot(const PlanPart& part) const {
    const FileWeights rest = withoutExperts(*m_weights, part.lent.first, part.lent.end);
    const auto plan = VulkanPlan::make(m_plan.config, rest, m_plan.limits, 0, m_kvType, part.layers);
    return plan ? Error{ErrorCode::Internal, m_plan.limits.deviceName, {}} : plan.error();
}

Result<MemoryUse> VulkanParts::memory(std::uint32_t contextTokens, const PlanPart& part) {
    const LayerRange layers = part.layers.of(m_plan.config.layers);
    if (layers.first >= layers.end) return whyNot(part);
    const std::uint32_t firstLent = std::clamp(part.lent.first, layers.first, layers.end);
    const Sums all = sumsOf(layers);
    const Sums lent = sumsOf({firstLent, std::clamp(part.lent.end, firstLent, layers.end)});
    const std::uint32_t withExperts = all.withExperts - lent.withExperts;
    std::uint64_t bytes = all.bytes + all.expertBytes - lent.expertBytes;
    bool tooLarge = all.tooLarge + all.expertsTooLarge > lent.expertsTooLarge;
    m_plan.layers = layers;
    m_plan.hasExperts = withExperts > 0;
    m_plan.lacksExperts = all.mixtures > withExperts;
    m_plan.scratch = {};
    m_plan.scratch.pieces = vectorPieces(m_plan.config.width) + all.vectorPieces;
    if (m_plan.hasFirst()) {
        bytes += m_embedding.bytes;
        tooLarge = tooLarge || m_embedding.tooLarge;
    }
    if (m_plan.hasLast()) {
        const FileWeights& weights = *m_weights;
        const bool isThere = m_plan.hasFirst() && weights[Slot::Output] == weights[Slot::TokenEmbedding];
        bytes += isThere ? 0 : m_output.bytes;
        tooLarge = tooLarge || m_output.tooLarge;
        if (const TensorInfo* norm = weights[Slot::OutputNorm])
            m_plan.scratch.pieces += vectorPieces(norm->rowLength() * norm->rows());
    }
    if (tooLarge) return whyNot(part);
    m_plan.chunks.assign(1, bytes);
    if (const auto finished = m_plan.finish(contextTokens, m_kvType); !finished) return finished.error();
    return m_plan.memory();
}

} // namespace ponder
