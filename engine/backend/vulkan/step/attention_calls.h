// How one layer's attention is divided among kernel calls: tiles of rows, parts of the positions.
//
// Takes where queries, cache and result lie, and how many rows and parts there are; records one call, two for
// branches, and one more that puts parts together. Thread: the recorder's. Errors: kept by the recorder. Next
// station: shaders/include/attention.glsl.
#pragma once

#include "engine/backend/vulkan/pipeline/command_recorder.h"
#include "engine/backend/vulkan/tuning/kernel_tuning.h"
#include "engine/plan/vulkan_plan.h"

namespace ponder {

struct AttentionPlace {
    std::uint32_t heads = 0, kvHeads = 0;
    std::uint32_t headSize = 0, resultSize = 0; // with and without its padding
    bool latent = false;                        // values are the first resultSize of keys
    ScratchRegion query, result;
    std::uint32_t parts = 0; // piece of scratch
    KvType type = KvType::F16;
    std::uint32_t cacheAt = 0; // piece of the layer's keys
    std::uint32_t capacity = 0;
    std::uint32_t branches = 0; // piece of step
    std::uint32_t window = 0;   // positions that a row sees; 0: all up to its own
    ScratchRegion gates;        // of the result
    std::uint32_t gateHead = 0; // pieces from one head's to the next; 0: there are none
};

struct AttentionCut {
    std::uint32_t rows = 1;     // tokens
    std::uint32_t parts = 1;    // of all positions, or of those that branches share; these may have none
    std::uint32_t ownParts = 0; // of a branch's own positions; 0: no branches
};

void recordAttention(CommandRecorder& recorder, const KernelTuning& tuning, const CallBuffers& buffers,
                     const AttentionPlace& place, const AttentionCut& cut, const KernelWork& work);

} // namespace ponder
