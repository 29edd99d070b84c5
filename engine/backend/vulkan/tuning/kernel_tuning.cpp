#include "engine/backend/vulkan/tuning/kernel_tuning.h"

#include "engine/plan/vulkan_plan.h"

#include <algorithm>

namespace ponder {

KernelTuning KernelTuning::forDevice(const VulkanContext& context, Precision precision) {
    const VulkanPhysical& physical = context.physical();
    const bool software = physical.info.kind == DeviceKind::Software;
    KernelTuning out;
    // Neighbouring lanes of matrix_tile.glsl hand eight pieces round, and quantize a block together.
    const bool hasEightLanes = physical.subgroupSize >= 8;
    if (context.readsTexels() && hasEightLanes) {
        out.single = {MatrixVariant::Tile, 8, 8};
        out.few = {MatrixVariant::Tile, 8, 8};
        out.many = {MatrixVariant::Tile, 32, 32};
    } else {
        // Eight groups make a block of quantized activations.
        out.single = {MatrixVariant::Row, std::min(8 * physical.subgroupSize, physical.maxInvocations), 8};
        out.few = out.single;
        // As matrix_shared.glsl has it. Software devices have no quick shared memory.
        out.many = context.readsTexels() ? out.single : MatrixShape{MatrixVariant::Shared, 128, 16};
    }
    out.integer =
        precision == Precision::Fast && physical.quickIntegerDot && (hasEightLanes || !context.readsTexels());
    out.plainWorkgroup = 64;
    out.attentionBySlots = context.readsTexels();
    out.attentionWorkgroup = physical.subgroupSize;
    out.promptQueries = 4;
    out.decodePartPositions = software ? 1024 : 256;
    out.maxRows = maxPassRows(physical.info.kind);
    out.maxPartPositions = ponder::maxPartPositions(physical.info.kind);
    out.firstRate = software ? 2e9 : 2e11;
    return out;
}

} // namespace ponder
