// The keys and values of one conversation in device memory, and the decode step recorded for them.
//
// A layer's cache: keys [key head][position][keySize], then values [key head][position][valueSize], or the
// state of a recurrent layer; whole layers share buffers of at most the device's limit. Owner: the caller of
// Executor::createCache(); the executor outlives it. Thread: one at a time. Errors: OutOfMemory, DeviceLost,
// ContextFull (more saved tokens than the cache has room for). Next station: step_recorder.h.
#pragma once

#include "engine/backend/state_snapshots.h"
#include "engine/backend/vulkan/device/device_bytes.h"
#include "engine/backend/vulkan/pipeline/command_recorder.h"
#include "engine/backend/vulkan/step/vulkan_states.h"
#include "engine/plan/vulkan_plan.h"

namespace ponder {

class VulkanKvCache final : public KvCache {
public:
    // Where one layer's keys begin.
    struct LayerPlace {
        VkDeviceAddress address = 0;
        VkDescriptorSet set = VK_NULL_HANDLE;
        std::uint32_t at = 0; // piece
    };
    // The decode step, recorded once and submitted for every token until it needs other parts or slices.
    struct DecodeStep {
        std::optional<Recording> recording;
        std::uint32_t parts = 0;
        double costPerSlice = 0;
        std::uint64_t adapterChanges = 0; // of the executor, before it was recorded
    };

    static Result<std::unique_ptr<VulkanKvCache>> create(VulkanContext& context, PipelineSet& pipelines,
                                                         KvPlan plan, std::shared_ptr<std::uint64_t> inUse);
    ~VulkanKvCache() override;

    std::uint32_t capacity() const override { return m_plan.tokens; }
    std::uint64_t bytes() const override { return m_bytes + m_branchBytes; }
    std::string layoutName() const override;
    Result<void> save(std::uint32_t tokens, const ByteSink& sink) const override;
    Result<void> restore(std::uint32_t tokens, const ByteSource& source) override;
    std::uint32_t reusable(std::uint32_t tokens) const override {
        return m_states.areOf(tokens) ? tokens : m_snapshots.latest(tokens);
    }
    Result<void> rewind(std::uint32_t reusable) override;
    Result<void> keepState() override;
    void forgetState(std::uint32_t tokens) override { m_snapshots.forget(tokens); }
    // Around each run, as VulkanStates has it.
    Result<void> begin(const Batch& batch);
    void end(const Batch& batch) { m_states.end(batch); }
    bool hasStates() const { return m_states.any(); }
    std::uint64_t bytesPerPosition(std::uint32_t layer) const;
    KvType type() const { return m_plan.type; }
    LayerPlace place(std::uint32_t layer) const;
    StatePlace state(std::uint32_t layer, bool ofBranches) const;

    DecodeStep decode;

private:
    VulkanKvCache(VulkanContext& context, PipelineSet& pipelines, KvPlan plan,
                  std::shared_ptr<std::uint64_t> inUse);
    const KvPlan::Layer& layer(std::uint32_t layer) const {
        return m_plan.layers[layer - m_plan.range.first];
    }
    Result<std::vector<DeviceBytes>> bytesOf(std::uint32_t tokens) const;
    std::vector<DeviceBytes> bytesOfStates() const;
    Result<void> setStates(std::span<const float> values, std::uint32_t tokens);
    Result<std::vector<float>> statesAfter(std::uint32_t tokens) const;

    VulkanContext& m_context;
    KvPlan m_plan;
    std::vector<VulkanBuffer> m_buffers;
    std::vector<TexelSet> m_sets;
    VulkanStates m_states;
    StateSnapshots m_snapshots; // in the computer's memory
    std::uint64_t m_bytes = 0, m_branchBytes = 0;
    std::shared_ptr<std::uint64_t> m_inUse; // bytes of all caches of the executor
};

} // namespace ponder
