// What adapters add to a model's weights, in device memory of their own.
//
// Takes a set; allocates exactly its plan and fills it. Another strength of the same adapters rewrites the
// scales alone. Owner: VulkanExecutor. Thread: one at a time, while nothing is under way on the device.
// Errors: DoesNotFit, OutOfMemory, DeviceLost. Next station: adapter_calls.h.
#pragma once

#include "engine/backend/vulkan/step/adapter_calls.h"
#include "engine/plan/vulkan_adapter_plan.h"

namespace ponder {

class VulkanAdapters {
public:
    // step, decodeState: what the calls of a run and of a decode stream are parameterized by; the latter may
    // be without memory.
    static Result<VulkanAdapters> load(VulkanContext& context, PipelineSet& pipelines, const VulkanPlan& plan,
                                       const AdapterSet& set, const VulkanBuffer& step,
                                       const VulkanBuffer& decodeState);
    Result<void> setStrengths(VulkanContext& context, const VulkanPlan& plan, const AdapterSet& set);

    // For a recording of either kind; without a plan while nothing is added.
    AdapterBuffers buffers(bool ofStream) const;
    std::uint64_t weightBytes() const;
    std::uint64_t scratchBytes() const { return m_scratch.bytes(); }

private:
    Result<void> fill(VulkanContext& context, const VulkanPlan& plan, const AdapterSet& set);

    std::unique_ptr<VulkanAdapterPlan> m_plan; // recordings point at it
    std::vector<VulkanBuffer> m_chunks;
    VulkanBuffer m_scratch;
    std::vector<TexelSet> m_weightSets;
    TexelSet m_lowSet, m_streamLowSet; // m_scratch with the step's parameters
    bool m_active = false;
};

} // namespace ponder
