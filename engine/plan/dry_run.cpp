#include "engine/plan/dry_run.h"

#include "engine/base/processor.h"
#include "engine/plan/cpu_plan.h"
#include "engine/plan/type_check.h"
#include "engine/plan/vulkan_plan.h"

#include <memory>

namespace ponder {
namespace {

using Memory = std::function<Result<MemoryUse>(std::uint32_t)>;

// The weights stay in the mapped file.
Memory referenceMemory(const PlanRequest& request) {
    const LayerRange layers = request.layers.of(request.config.layers);
    MemoryUse use;
    const FileWeights weights = partOf(request.weights, layers.first, layers.end);
    forEachTensor(weights, [&](const TensorInfo* tensor) { use.weights += bytesOf(*tensor); });
    std::uint64_t tokenBytes = 0;
    for (std::uint32_t i = layers.first; i < layers.end; ++i) {
        const KeptValues kept = request.config.layer(i).kept();
        tokenBytes += (kept.keyLength() + kept.valueLength()) * sizeof(float);
    }
    return [use, tokenBytes](std::uint32_t context) mutable -> Result<MemoryUse> {
        use.kv = tokenBytes * context;
        return use;
    };
}

// The device's cores, which need not be this machine's; asking for those takes a while.
unsigned threadsOf(const DeviceInfo& device, const PlanRequest& request) {
    if (request.threads > 0) return request.threads;
    return device.cores > 0 ? device.cores : processor().cores;
}

Memory processorMemory(const DeviceInfo& device, const PlanRequest& request) {
    const unsigned threads = threadsOf(device, request);
    if (request.room > 0) // how many weights are in memory depends on the context
        return [request, threads](std::uint32_t context) -> Result<MemoryUse> {
            PlanRequest asked = request;
            asked.contextTokens = context;
            return CpuPlan::make(asked, threads).memory();
        };
    auto plan = std::make_shared<CpuPlan>(CpuPlan::make(request, threads));
    return [plan, type = request.kvType](std::uint32_t context) -> Result<MemoryUse> {
        plan->kv = plan->planCache(context, type);
        return plan->memory();
    };
}

} // namespace

Result<DryRun> DryRun::of(const DeviceInfo& device, const PlanRequest& request) {
    DryRun out;
    if (device.kind == DeviceKind::Reference) {
        out.m_memory = referenceMemory(request);
    } else if (device.kind == DeviceKind::Processor) {
        const LayerRange layers = request.layers.of(request.config.layers);
        if (const auto known = checkTypes(request.weights, layers, device.name, PanelLayout::knows); !known)
            return known.error();
        out.m_memory = processorMemory(device, request);
    } else {
        auto plan = VulkanPlan::make(request.config, request.weights, PlanLimits::of(device, request), 0,
                                     request.kvType, request.layers);
        if (!plan) return plan.error();
        auto kept = std::make_shared<VulkanPlan>(std::move(*plan));
        out.m_memory = [kept, type = request.kvType](std::uint32_t context) -> Result<MemoryUse> {
            if (const auto changed = kept->setContext(context, type); !changed) return changed.error();
            return kept->memory();
        };
    }
    return out;
}

Result<DryRun> DryRun::ofExperts(const DeviceInfo& processor, const PlanRequest& request) {
    const LayerRange layers = request.layers.of(request.config.layers);
    const FileWeights experts = expertsOf(request.weights, layers.first, layers.end);
    if (const auto known = checkTypes(experts, layers, processor.name, PanelLayout::knows); !known)
        return known.error();
    DryRun out;
    const MemoryUse use = CpuPlan::ofExperts(request, threadsOf(processor, request)).memory();
    out.m_memory = [use](std::uint32_t) -> Result<MemoryUse> { return use; };
    return out;
}

Result<MemoryUse> planMemory(const DeviceInfo& device, const PlanRequest& request) {
    const auto dry = DryRun::of(device, request);
    if (!dry) return dry.error();
    return dry->memory(request.contextTokens);
}

} // namespace ponder
