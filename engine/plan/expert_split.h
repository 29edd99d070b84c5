// Which layers leave their experts to the processor, when a graphics processor is too small for a mixture.
//
// Attention, norms, shared and dense parts and caches, which every token needs, stay on the GPU; so do the
// experts of the last layers, as far as they fit. Those of the first mixtures, of which a token needs a few
// in a hundred, stay in the computer's memory and are multiplied there. Takes what each side would allocate;
// nothing is allocated here. Errors: DoesNotFit where a side cannot hold its part. Next station:
// model_placement.h, backend/expert_worker.h.
#pragma once

#include "engine/model/config.h"
#include "engine/plan/split_plan.h"

namespace ponder {

struct ExpertSplit {
    LayerRange lent; // whose experts the processor has; begins with the first layer
    MemoryUse processorMemory, gpuMemory;
};

std::uint32_t mixturesOf(const ModelConfig& config, const LayerRange& layers = {}); // in these layers
// The layers up to the last of so many mixtures.
LayerRange firstMixtures(const ModelConfig& config, std::uint32_t count);

// `wanted`: exactly so many mixtures, at most all; nothing: as few as needed. `gpu` says what it would
// allocate without the experts of these layers, `processor` what it would for them.
Result<ExpertSplit> planExpertSplit(const ModelConfig& config, std::optional<std::uint32_t> wanted,
                                    const PartPlan& gpu, const PartPlan& processor);

} // namespace ponder
