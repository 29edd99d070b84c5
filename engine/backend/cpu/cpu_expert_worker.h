// The experts of some layers on the processor, beside a graphics processor (backend/expert_worker.h).
//
// Owner: the executor of the other device; its own weights and threads. The routing and the kernels are those
// of a model that is here as a whole. Next station: cpu_ops.h.
#pragma once

#include "engine/backend/cpu/cpu_ops.h"

namespace ponder::cpu {

class CpuExpertWorker final : public ExpertWorker {
public:
    static Result<std::shared_ptr<ExpertWorker>> load(const LoadRequest& request, CpuPlan plan,
                                                      unsigned threads, const Progress& progress,
                                                      const std::stop_token& stop);

    Result<void> run(std::uint32_t layer, std::span<const float> x, std::span<float> out,
                     const std::stop_token& stop) override;
    MemoryUse memory() const override { return {m_weights.bytes(), 0, m_ops.bytes(), 0, m_plan.mappedBytes}; }
    void profile(bool on) override { m_ops.clock().enable(on); }
    std::vector<KernelTime> kernelTimes() const override { return m_ops.clock().times(); }

private:
    CpuExpertWorker(CpuPlan plan, unsigned threads);

    const CpuPlan m_plan;
    ThreadPool m_pool;
    CpuWeights m_weights;
    CpuAdapters m_adapters; // none: they do not change experts
    CpuOps m_ops;
    std::vector<float> m_sums; // of the rows of a pass
};

} // namespace ponder::cpu
