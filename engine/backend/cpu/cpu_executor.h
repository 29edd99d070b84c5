// One model on the processor: its packed weights, its threads, and the passes through it.
//
// Takes batches of tokens and a cache (backend.h); gives logits. A batch is cut into passes of at most
// maxRows rows; the stop token is looked at before every operation. Owner: the caller of Device::load().
// Thread: one at a time; it works on its own pool besides. Errors: Cancelled, ContextFull, BadArgument,
// OutOfMemory. Next station: sample/.
#pragma once

#include "engine/backend/cpu/cpu_ops.h"

namespace ponder::cpu {

class CpuExecutor final : public Executor {
public:
    static Result<std::unique_ptr<Executor>> load(const LoadRequest& request, CpuPlan plan, unsigned threads,
                                                  const Progress& progress, const std::stop_token& stop);

    std::uint32_t maxBatch() const override { return m_plan.maxRows; }
    Result<std::unique_ptr<KvCache>> createCache(std::uint32_t tokens, KvType type) override;
    Result<void> run(const Batch& batch, KvCache& cache, std::stop_token stop,
                     std::vector<float>& logits) override;
    MemoryUse memory() const override;
    Result<void> setAdapters(const AdapterSet& set) override;
    LayerRange layers() const override { return m_plan.layers; }
    void profile(bool on) override { m_ops.clock().enable(on); }
    std::vector<KernelTime> kernelTimes() const override { return m_ops.clock().times(); }

private:
    CpuExecutor(CpuPlan plan, unsigned threads);

    CpuPlan m_plan;
    ThreadPool m_pool;
    CpuWeights m_weights;
    CpuAdapters m_adapters;
    AdapterSet m_adapterSet; // that they were made of
    CpuOps m_ops;
    std::shared_ptr<std::uint64_t> m_cacheBytes = std::make_shared<std::uint64_t>(0);
};

} // namespace ponder::cpu
