#include "engine/plan/cpu_parts.h"

namespace ponder {

CpuParts CpuParts::of(const PlanRequest& request, unsigned threads) {
    const FileWeights weights = withRopeFactors(request.weights, request.config, request.contextTokens);
    return {request, weights, false, threads};
}

CpuParts CpuParts::ofExperts(const PlanRequest& request, unsigned threads) {
    return {request, expertsOf(request.weights, 0, request.config.layers), true, threads};
}

CpuParts::CpuParts(const PlanRequest& request, const FileWeights& weights, bool expertsOnly, unsigned threads)
    : m_kvType(request.kvType), m_expertsOnly(expertsOnly), m_threads(threads),
      m_plan(CpuPlan::begin(request)), m_before(1) {
    for (const Slot slot : {Slot::RopeFactors, Slot::RopeFactorsLong, Slot::RopeFactorsShort})
        m_always += measure(weights, slot);
    for (const Slot slot : {Slot::OutputNorm, Slot::Output})
        m_last += measure(weights, slot);
    for (std::uint32_t i = 0; i < m_plan.config.layers; ++i)
        measure(weights, i);
}

std::uint64_t CpuParts::measure(const FileWeights& weights, Weight weight) const {
    const TensorInfo* tensor = weights[weight];
    const TensorRow* row = m_plan.config.family->row(weight.slot);
    return tensor && row ? packedBytes(*row, *tensor) : 0;
}

void CpuParts::measure(const FileWeights& weights, std::uint32_t layer) {
    Sums sums = m_before.back();
    for (const TensorRow& row : m_plan.config.family->tensors)
        if (const TensorInfo* tensor = isOfLayer(row.slot) ? weights[{row.slot, layer}] : nullptr)
            sums.bytes += packedBytes(row, *tensor);
    if (hasFloatExperts(weights, layer)) ++sums.floatExperts;
    m_before.push_back(sums);
}

MemoryUse CpuParts::memory(std::uint32_t contextTokens, const LayerRange& layers) {
    m_plan.layers = layers.of(m_plan.config.layers);
    const Sums &from = m_before[m_plan.layers.first], &to = m_before[m_plan.layers.end];
    m_plan.weightBytes = m_always + to.bytes - from.bytes;
    if (m_plan.layers.end == m_plan.config.layers) m_plan.weightBytes += m_last;
    m_plan.floatExperts = to.floatExperts > from.floatExperts;
    if (m_expertsOnly) {
        m_plan.planExpertScratch(m_threads);
    } else {
        m_plan.kv = m_plan.planCache(contextTokens, m_kvType);
        m_plan.planScratch(m_threads);
    }
    return m_plan.memory();
}

} // namespace ponder
