// What the plan that a loader follows takes of a part of a model: the truth for plan/dry_run.h, which adds
// up.
#pragma once

#include "engine/plan/cpu_plan.h"
#include "engine/plan/dry_run.h"
#include "engine/plan/vulkan_plan.h"

namespace ponder::test {

inline Result<MemoryUse> plannedMemory(const DeviceInfo& device, PlanRequest request, const PlanPart& part) {
    const FileWeights rest = withoutExperts(request.weights, part.lent.first, part.lent.end);
    if (device.kind == DeviceKind::Processor) {
        request.layers = part.layers;
        return CpuPlan::make(request, device.cores).memory();
    }
    const auto plan = VulkanPlan::make(request.config, rest, PlanLimits::of(device, request),
                                       request.contextTokens, request.kvType, part.layers);
    if (!plan) return plan.error();
    return plan->memory();
}

inline MemoryUse plannedExpertMemory(const DeviceInfo& processor, PlanRequest request,
                                     const LayerRange& layers) {
    request.layers = layers;
    return CpuPlan::ofExperts(request, processor.cores).memory();
}

// The bytes, or why there is no plan.
inline std::string memoryText(const Result<MemoryUse>& use) {
    if (!use) return "error " + std::to_string(static_cast<int>(use.error().code));
    return std::to_string(use->weights) + " weights, " + std::to_string(use->kv) + " cache, " +
           std::to_string(use->scratch) + " scratch, " + std::to_string(use->staging) + " staging";
}

inline DeviceInfo deviceOf(DeviceKind kind, std::uint64_t largestAllocation = std::uint64_t{2} << 30) {
    DeviceInfo device;
    device.name = "a device";
    device.kind = kind;
    device.cores = 8;
    device.largestAllocation = largestAllocation;
    return device;
}

} // namespace ponder::test
