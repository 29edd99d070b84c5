// Sizes of workgroups and tiles for one device. Results do not depend on them.
//
// Owner: plain value. Thread: any. Errors: none. Source of the software figures: measured on lavapipe.
// Next station: step_recorder.h.
#pragma once

#include "engine/backend/vulkan/vulkan_context.h"

namespace ponder {

// A variant of the matrix kernels (shaders/include/matrix.glsl) and its workgroup.
enum class MatrixVariant { Row, Lane, Shared, Tile };
struct MatrixShape {
    MatrixVariant variant = MatrixVariant::Lane;
    std::uint32_t workgroup = 0; // invocations
    std::uint32_t groups = 0;    // groups of four rows in a workgroup
    std::uint32_t columns = 1;   // columns in a workgroup
};

struct KernelTuning {
    MatrixShape single;                    // for one column
    MatrixShape prompt;                    // for more
    std::uint32_t plainWorkgroup = 0;      // invocations of the other kernels
    std::uint32_t attentionWorkgroup = 0;  // one subgroup
    std::uint32_t promptQueries = 0;       // rows of attention in one subgroup, for prompts
    std::uint32_t decodePartPositions = 0; // positions worth another part of attention in decode
    std::uint32_t maxRows = 0;             // tokens in one pass
    std::uint32_t maxPartPositions = 0;    // positions that one invocation may walk
    double firstRate = 0;                  // multiply-adds a second, before anything is measured

    static KernelTuning forDevice(const VulkanContext& context);
};

} // namespace ponder
