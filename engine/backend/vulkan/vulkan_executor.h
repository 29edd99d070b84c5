// One model on one Vulkan device: its weights, its scratch memory, and the passes through it.
//
// Takes batches of tokens and a cache (backend.h); gives logits. A batch is cut into passes, a pass into
// submits of about 0.15 s with a look at the stop token between them. A single token's commands are recorded
// once for a cache and submitted again for every token. Owner: the caller of Device::load(); the device,
// whose pipelines it uses, outlives it. Thread: one at a time. Errors: DeviceLost, OutOfMemory, Cancelled,
// ContextFull, BadArgument. Next station: sample/.
#pragma once

#include "engine/backend/vulkan/decode/decode_buffers.h"
#include "engine/backend/vulkan/step/vulkan_adapters.h"
#include "engine/backend/vulkan/step/vulkan_model.h"

namespace ponder {

class VulkanExecutor final : public Executor {
public:
    // Errors: DoesNotFit where the device has less memory free.
    static Result<VulkanPlan> plan(const VulkanContext& context, const PlanRequest& request,
                                   const PlanLimits& limits);
    static Result<std::unique_ptr<Executor>> load(VulkanContext& context, PipelineSet& pipelines,
                                                  const LoadRequest& request, const PlanLimits& limits,
                                                  const KernelTuning& tuning, const Progress& progress,
                                                  const std::stop_token& stop);

    std::uint32_t maxBatch() const override { return m_model.plan.limits.maxRows; }
    Result<std::unique_ptr<KvCache>> createCache(std::uint32_t tokens, KvType type) override;
    Result<void> run(const Batch& batch, KvCache& cache, std::stop_token stop,
                     std::vector<float>& logits) override;
    MemoryUse memory() const override; // with that of experts elsewhere
    LayerRange layers() const override { return m_model.plan.layers; }
    Result<void> setAdapters(const AdapterSet& set) override;
    Result<std::unique_ptr<DecodeStream>> startDecode(KvCache& cache, std::uint32_t position,
                                                      std::span<const TokenId> history,
                                                      const SamplingSettings& settings) override;
    void profile(bool on) override;
    std::vector<KernelTime> kernelTimes() const override;
    const VulkanPlan& plan() const { return m_model.plan; }
    const KernelTuning& tuning() const { return m_model.tuning; }
    const PipelineSet& pipelines() const { return m_model.pipelines; } // the device's

    // Dispatches of the last recorded pass, logits left out; tests divide it by the layers.
    std::uint32_t lastBodyDispatches() const { return m_lastBodyDispatches; }
    // Submits since the load; tests see that long work is cut.
    std::uint64_t submits() const { return m_model.submits; }

private:
    VulkanExecutor(VulkanContext& context, PipelineSet& pipelines, VulkanPlan plan,
                   const KernelTuning& tuning);
    Result<void> allocate(const std::stop_token& stop);
    Result<void> bind();
    Result<void> preparePipelines(KvType type);

    Result<Recording> record(const VulkanKvCache& cache, const StepShape& shape, bool withBody);
    Result<void> runOne(VulkanKvCache& cache, std::uint32_t length, bool wantsLogits,
                        const std::stop_token& stop);
    Result<void> runPass(VulkanKvCache& cache, const Batch& rows, const std::stop_token& stop, float* logits);
    Result<void> check(const Batch& batch, const KvCache& cache) const;
    void copyLogits(std::uint32_t rows, float* out) const;

    VulkanModel m_model;
    DecodeBuffers m_decode;
    VulkanAdapters m_adapters;
    AdapterSet m_adapterSet;            // that they were made of
    std::uint64_t m_adapterChanges = 0; // recordings hold to one
    std::shared_ptr<std::uint64_t> m_cacheBytes = std::make_shared<std::uint64_t>(0);
    std::uint32_t m_lastBodyDispatches = 0;
    std::uint32_t m_positionsRead = 0; // of the cache, by the pass that runs
};

} // namespace ponder
