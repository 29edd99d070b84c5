#include "engine/plan/dry_run.h"

#include "engine/base/processor.h"
#include "engine/plan/cpu_parts.h"
#include "engine/plan/state_room.h"
#include "engine/plan/type_check.h"
#include "engine/plan/vulkan_parts.h"

#include <memory>

namespace ponder {
namespace {

// The weights stay in the mapped file.
MemoryUse referenceMemory(const PlanRequest& request, std::uint32_t contextTokens, const PlanPart& part) {
    const LayerRange layers = part.layers.of(request.config.layers);
    MemoryUse use;
    const FileWeights weights = partOf(request.weights, layers.first, layers.end);
    forEachTensor(weights, [&](const TensorInfo* tensor) { use.weights += bytesOf(*tensor); });
    for (std::uint32_t i = layers.first; i < layers.end; ++i) {
        const Layer layer = request.config.layer(i);
        const KeptValues kept = layer.kept();
        use.kv += std::uint64_t{kept.keyLength() + kept.valueLength()} * sizeof(float) * contextTokens +
                  layer.keptState().bytes();
        use.snapshots += layer.keptState().bytes() * stateSnapshots(request.config);
    }
    return use;
}

// The device's cores, which need not be this machine's; asking for those takes a while.
unsigned threadsOf(const DeviceInfo& device, const PlanRequest& request) {
    if (request.threads > 0) return request.threads;
    return device.cores > 0 ? device.cores : processor().cores;
}

} // namespace

Result<DryRun> DryRun::of(const DeviceInfo& device, const PlanRequest& request) {
    const LayerRange layers = request.layers.of(request.config.layers);
    if (device.kind == DeviceKind::Reference)
        return DryRun(layers, [request](std::uint32_t context, const PlanPart& part) {
            return Result<MemoryUse>(referenceMemory(request, context, part));
        });
    const bool onProcessor = device.kind == DeviceKind::Processor;
    const auto knows = onProcessor ? PanelLayout::knows : DeviceLayout::knows;
    if (const auto known = checkTypes(request.weights, layers, device.name, knows); !known)
        return known.error();
    if (onProcessor) {
        const auto parts = std::make_shared<CpuParts>(CpuParts::of(request, threadsOf(device, request)));
        return DryRun(layers, [parts](std::uint32_t context, const PlanPart& part) {
            return Result<MemoryUse>(parts->memory(context, part.layers));
        });
    }
    auto measured = VulkanParts::of(request, PlanLimits::of(device, request));
    if (!measured) return measured.error();
    const auto parts = std::make_shared<VulkanParts>(std::move(*measured));
    return DryRun(layers, [parts](std::uint32_t context, const PlanPart& part) {
        return parts->memory(context, part);
    });
}

Result<DryRun> DryRun::ofExperts(const DeviceInfo& processor, const PlanRequest& request) {
    const LayerRange layers = request.layers.of(request.config.layers);
    const FileWeights experts = expertsOf(request.weights, layers.first, layers.end);
    if (const auto known = checkTypes(experts, layers, processor.name, PanelLayout::knows); !known)
        return known.error();
    const auto parts =
        std::make_shared<CpuParts>(CpuParts::ofExperts(request, threadsOf(processor, request)));
    return DryRun(layers, [parts](std::uint32_t, const PlanPart& part) {
        return Result<MemoryUse>(parts->memory(0, part.layers));
    });
}

Result<MemoryUse> planMemory(const DeviceInfo& device, const PlanRequest& request) {
    if (request.room > 0 && device.kind == DeviceKind::Processor)
        return CpuPlan::make(request, threadsOf(device, request)).memory();
    const auto dry = DryRun::of(device, request);
    if (!dry) return dry.error();
    return dry->memory(request.contextTokens);
}

} // namespace ponder
