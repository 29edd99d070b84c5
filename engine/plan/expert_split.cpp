#include "engine/plan/expert_split.h"

#include <algorithm>

namespace ponder {

std::uint32_t mixturesOf(const ModelConfig& config, const LayerRange& layers) {
    const LayerRange range = layers.of(config.layers);
    std::uint32_t count = 0;
    for (std::uint32_t i = range.first; i < range.end; ++i)
        count += config.layer(i).mixture() ? 1 : 0;
    return count;
}

LayerRange firstMixtures(const ModelConfig& config, std::uint32_t count) {
    LayerRange range{0, 0};
    for (std::uint32_t i = 0; i < config.layers && count > 0; ++i) {
        if (!config.layer(i).mixture()) continue;
        range.end = i + 1;
        --count;
    }
    return range;
}

Result<ExpertSplit> planExpertSplit(const ModelConfig& config, std::optional<std::uint32_t> wanted,
                                    const PartPlan& gpu, const PartPlan& processor) {
    const std::uint32_t all = mixturesOf(config);
    std::uint32_t lent = std::min(wanted.value_or(all), all);
    if (!wanted) {
        const auto kept =
            mostThatFit(all, [&](std::uint32_t here) { return gpu(firstMixtures(config, all - here)); });
        if (!kept) return kept.error();
        lent = all - *kept;
    }
    ExpertSplit split;
    split.lent = firstMixtures(config, lent);
    const auto onGpu = gpu(split.lent);
    if (!onGpu) return onGpu.error();
    split.gpuMemory = *onGpu;
    if (lent == 0) return split;
    const auto beside = processor(split.lent);
    if (!beside) return beside.error();
    split.processorMemory = *beside;
    return split;
}

} // namespace ponder
