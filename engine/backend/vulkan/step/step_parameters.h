// What the host writes before each pass: rows, positions, branches, tokens, RoPE's turns, activations.
//
// Takes a pass and the plan's places; fills mapped memory. Owner: plain function. Thread: the executor's.
// Next station: shaders/include/loads.glsl (loadStep).
#pragma once

#include "engine/backend/batch.h"
#include "engine/plan/vulkan_plan.h"

namespace ponder {

// ropeFactors: of the model, or empty. step: plan.step.bytes of them.
void writeStepParameters(const VulkanPlan& plan, std::span<const float> ropeFactors, const Batch& pass,
                         std::byte* step);

} // namespace ponder
