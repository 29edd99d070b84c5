// Records the kernels that pick a token on the device (shaders/sample_*.comp).
//
// Takes settings and where a stream's state lies; gives two to four dispatches: penalties, the largest logit,
// weights, the pick. Owner: plain functions. Thread: any. Errors: kept by the recorder. Twin:
// engine/sample/sampler.h. Next station: vulkan_decode_stream.h.
#pragma once

#include "engine/backend/vulkan/pipeline/command_recorder.h"
#include "engine/plan/vulkan_plan.h"
#include "engine/sample/sampling_settings.h"

namespace ponder {

// False for what only the host can do: penalties that look back further than a stream remembers.
bool samplesOnDevice(const SamplingSettings& settings);

// logits: the piece of the row in CallBuffers::other.
SampleCall sampleCall(const VulkanPlan& plan, const SamplingSettings& settings, std::uint32_t logits);

// buffers: weights has the inputs that the host writes ahead, scratch the ring of ids, other the logits, step
// the state.
void recordSampling(CommandRecorder& recorder, const SampleCall& call, const CallBuffers& buffers,
                    std::uint32_t maxInvocations);

} // namespace ponder
