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

Result<std::uint32_t> mostThatFit(std::uint32_t all,
                                  const std::function<Result<MemoryUse>(std::uint32_t)>& plan) {
    std::uint32_t fit = 0, tooMany = all + 1;
    while (tooMany - fit > 1) { // halve the doubt
        const std::uint32_t tried = fit + (tooMany - fit) / 2;
        const auto planned = plan(tried);
        if (!planned && planned.error().code != ErrorCode::DoesNotFit) return planned.error();
        (planned ? fit : tooMany) = tried;
    }
    return fit;
}

Result<SplitPlan> planSplit(std::uint32_t layers, std::optional<std::uint32_t> gpuLayers, const PartPlan& gpu,
                            const PartPlan& processor) {
    if (gpuLayers) return planExactly(layers, std::min(*gpuLayers, layers), gpu, processor);
    const auto fit = mostThatFit(layers, [&](std::uint32_t onGpu) {
        return gpu(LayerRange{layers - onGpu, layers});
    });
    if (!fit) return fit.error();
    return planExactly(layers, *fit, gpu, processor);
}

} // namespace ponder
