// Which layers go to the graphics processor and which stay with the processor, and every byte of both.
//
// The last layers and the head go to the GPU, because the head is read for every token; the embedding, of
// which a token reads one row, and the first layers stay. Takes what each side would allocate for a range of
// layers, and whether that fits; nothing is allocated here. Errors: DoesNotFit where a side cannot hold its
// part. Next station: model_placement.h.
#pragma once

#include "engine/base/result.h"
#include "engine/plan/layer_range.h"
#include "engine/plan/memory_use.h"

#include <functional>
#include <optional>

namespace ponder {

struct SplitPlan {
    LayerRange processor, gpu; // an empty range where a side has nothing
    MemoryUse processorMemory, gpuMemory;
};

// What a device would allocate for these layers; DoesNotFit where it has no room. As Device::plan().
using PartPlan = std::function<Result<MemoryUse>(const LayerRange&)>;

// The most of `all` that fit, where more never need less; 0 is not tried. Errors: those of `plan` but
// DoesNotFit.
Result<std::uint32_t> mostThatFit(std::uint32_t all,
                                  const std::function<Result<MemoryUse>(std::uint32_t)>& plan);

// `gpuLayers`: exactly so many, at most all; nothing: as many as fit.
Result<SplitPlan> planSplit(std::uint32_t layers, std::optional<std::uint32_t> gpuLayers, const PartPlan& gpu,
                            const PartPlan& processor);

} // namespace ponder
