// The kernel calls of one layer's gated delta rule.
//
// Takes where rows, vectors and states lie; records the convolution, or what follows it: the rule itself,
// then norm and gate. Thread: the recorder's. Errors: kept by the recorder. Next station:
// shaders/include/delta.glsl.
#pragma once

#include "engine/backend/vulkan/pipeline/command_recorder.h"
#include "engine/backend/vulkan/tuning/kernel_tuning.h"
#include "engine/plan/vulkan_plan.h"

namespace ponder {

struct DeltaPlace {
    DeltaAttention delta;
    float epsilon = 0;
    ScratchRegion mixed;                                       // q, k, v and z of each row
    ScratchRegion convolved, steps, result;                    // the last is what the layer attends to
    std::uint32_t taps = 0, decay = 0, stepBias = 0, norm = 0; // vectors in scratch
    std::uint32_t state = 0, statePieces = 0; // in `other`; of branches the first, and how far they are apart
    std::uint32_t branches = 0;               // piece of step
};

struct DeltaRows {
    std::uint32_t rows = 1;
    bool branches = false; // each row is a sequence of its own
};

void recordConvolution(CommandRecorder& recorder, const KernelTuning& tuning, const CallBuffers& buffers,
                       const DeltaPlace& place, const DeltaRows& rows);
void recordDelta(CommandRecorder& recorder, const KernelTuning& tuning, const CallBuffers& buffers,
                 const DeltaPlace& place, const DeltaRows& rows);

} // namespace ponder
