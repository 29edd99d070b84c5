// A model's weights on the device: the chunks of the plan, and scratch memory with norms and biases in it.
//
// Takes a plan; allocates exactly its buffers and fills them from the mapped file, a few megabytes at a time,
// rearranged by several threads while the megabytes before are copied; the file's pages are let go after
// them. Owner: VulkanExecutor. Thread: one at a time; progress is called on it. Errors: OutOfMemory,
// DeviceLost, Cancelled. Next station: vulkan_executor.h.
#pragma once

#include "engine/backend/vulkan/weights/uploader.h"
#include "engine/plan/vulkan_plan.h"

namespace ponder {

struct WeightStore {
    std::vector<VulkanBuffer> chunks;
    VulkanBuffer scratch;

    static Result<WeightStore> allocate(VulkanContext& context, const VulkanPlan& plan,
                                        const std::stop_token& stop);
    // With the weights of the file; the rest of scratch with zeros.
    Result<void> fill(VulkanContext& context, const VulkanPlan& plan, const ModelFile& file,
                      const Progress& progress, const std::stop_token& stop);
};

} // namespace ponder
