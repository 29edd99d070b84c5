#include "engine/backend/cpu/cpu_expert_worker.h"

#include <algorithm>

namespace ponder::cpu {

CpuExpertWorker::CpuExpertWorker(CpuPlan plan, unsigned threads)
    : m_plan(std::move(plan)), m_pool(threads), m_ops(m_plan, m_weights, m_adapters, m_pool) {
    m_adapters = *CpuAdapters::load({}, m_plan.layers, m_plan.config, m_pool);
}

Result<std::shared_ptr<ExpertWorker>> CpuExpertWorker::load(const LoadRequest& request, CpuPlan plan,
                                                            unsigned threads, const Progress& progress,
                                                            const std::stop_token& stop) {
    std::shared_ptr<CpuExpertWorker> worker(new CpuExpertWorker(std::move(plan), threads));
    auto weights = CpuWeights::load(worker->m_plan, request.file, worker->m_pool, progress, stop);
    if (!weights) return weights.error();
    worker->m_weights = std::move(*weights);
    return std::shared_ptr<ExpertWorker>(std::move(worker));
}

Result<void> CpuExpertWorker::run(std::uint32_t layer, std::span<const float> x, std::span<float> out,
                                  const std::stop_token& stop) {
    const Layer parts = m_plan.config.layer(layer);
    const MixtureFeedForward& mixture = *parts.mixture();
    const MixtureWeights w(mixture, layer);
    const std::size_t pass = std::size_t{m_plan.maxRows} * m_plan.config.width;
    for (std::size_t at = 0; at < x.size(); at += pass) {
        const std::size_t count = std::min(pass, x.size() - at);
        m_ops.beginExperts(x.subspan(at, count), {Slot::FeedForwardNorm, layer}, stop, m_sums);
        m_ops.route(w.router, w.bias, kNoWeight, mixture);
        m_ops.gateChosen(w.gate, w.up, w.down, mixture);
        m_ops.clear();
        m_ops.addChosen(w.down, mixture, kNoWeight);
        if (m_ops.stopped()) return Error{ErrorCode::Cancelled, {}, {}};
        m_ops.send();
        std::copy(m_sums.begin(), m_sums.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return {};
}

} // namespace ponder::cpu
