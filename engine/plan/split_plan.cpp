#include "engine/plan/split_plan.h"

#include <algorithm>

namespace ponder {
namespace {

Result<SplitPlan> planExactly(std::uint32_t layers, std::uint32_t onGpu, const PartPlan& gpu,
                              const PartPlan& processor) {
    const std::uint32_t cut = layers - onGpu;
    SplitPlan plan{{0, cut}, {cut, layers}, {}, {}};
    if (onGpu > 0) {
        const auto memory = gpu(plan.gpu);
        if (!memory) return memory.error();
        plan.gpuMemory = *memory;
    }
    if (cut > 0) {
        const auto memory = processor(plan.processor);
        if (!memory) return memory.error();
        plan.processorMemory = *memory;
    }
    return plan;
}

} // namespace

Result<SplitPlan> planSplit(std::uint32_t layers, std::optional<std::uint32_t> gpuLayers, const PartPlan& gpu,
                            const PartPlan& processor) {
    if (gpuLayers) return planExactly(layers, std::min(*gpuLayers, layers), gpu, processor);
    // More layers never need less: halve the doubt.
    std::uint32_t fit = 0, tooMany = layers + 1;
    while (tooMany - fit > 1) {
        const std::uint32_t tried = fit + (tooMany - fit) / 2;
        const auto planned = gpu({layers - tried, layers});
        if (!planned && planned.error().code != ErrorCode::DoesNotFit) return planned.error();
        (planned ? fit : tooMany) = tried;
    }
    return planExactly(layers, fit, gpu, processor);
}

} // namespace ponder
