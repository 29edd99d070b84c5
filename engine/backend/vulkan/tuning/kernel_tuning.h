// Sizes of workgroups and tiles for one device. Results do not depend on them, except that integer
// kernels round activations.
//
// Source of the software figures: measured on lavapipe. Next station: step_recorder.h.
#pragma once

#include "engine/backend/vulkan/tuning/matrix_shape.h"

namespace ponder {

struct KernelTuning : MatrixTuning {
    std::uint32_t plainWorkgroup = 0;      // invocations of the other kernels
    bool attentionBySlots = false;         // attention_slots.comp instead of attention.comp
    std::uint32_t attentionWorkgroup = 0;  // one subgroup
    std::uint32_t promptQueries = 0;       // rows of attention in one subgroup, for prompts
    std::uint32_t decodePartPositions = 0; // positions worth another part of attention in decode
    std::uint32_t maxRows = 0;             // tokens in one pass
    std::uint32_t maxPartPositions = 0;    // positions that one invocation may walk
    double firstRate = 0;                  // multiply-adds a second, before anything is measured

    static KernelTuning forDevice(const VulkanContext& context, Precision precision);
};

} // namespace ponder
