// The memory of decode streams: state and logits on the device, inputs and token ids where the host sees
// them.
//
// Allocated with the weights, as the plan says, and lent to one stream at a time. Owner: VulkanExecutor.
// Thread: one at a time. Errors: OutOfMemory. Next station: vulkan_decode_stream.h.
#pragma once

#include "engine/backend/vulkan/step/step_recorder.h"

namespace ponder {

struct DecodeBuffers {
    VulkanBuffer state;  // the step's parameters and what sampling keeps (shaders/include/sampling.glsl)
    VulkanBuffer logits; // one row
    VulkanBuffer inputs; // [kDecodeRing][1 + turnPieces], written ahead by the host
    VulkanBuffer tokens; // [kDecodeRing] ids, read later by the host
    TexelSet stateSet;   // scratch and state
    TexelSet logitsSet;
    TexelSet runLogitsSet; // of VulkanExecutor::run, from which the first token is picked
    StepBuffers step;      // the forward pass with the state as its parameters
    bool lent = false;

    static Result<DecodeBuffers> create(VulkanContext& context, const DecodePlan& plan);
    // After the weights are there. run: the buffers of VulkanExecutor::run.
    Result<void> bind(PipelineSet& pipelines, const VulkanBuffer& scratch, const VulkanBuffer& runLogits,
                      const StepBuffers& run);
    // For the sampling kernels on the stream's own logits.
    CallBuffers sampling() const;
};

} // namespace ponder
