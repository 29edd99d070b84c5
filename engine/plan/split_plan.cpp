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
    std::uint32_t most = layers;
    for (; most > 0; --most) {
        const auto fits = gpu({layers - most, layers});
        if (fits) break;
        if (fits.error().code != ErrorCode::DoesNotFit) return fits.error();
    }
    return planExactly(layers, most, gpu, processor);
}

} // namespace ponder
