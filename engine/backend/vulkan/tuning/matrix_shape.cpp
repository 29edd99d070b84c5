#include "engine/backend/vulkan/tuning/matrix_shape.h"

#include <algorithm>

namespace ponder {
namespace {

// By MatrixKernel and MatrixVariant.
using Names = std::string_view[9][5];
constexpr Names kFloat{
    {"norm_qkv_row", "norm_qkv_shared", "norm_qkv_tile", "norm_qkv_half", "norm_qkv_cooperative"},
    {"norm_gate_up_row", "norm_gate_up_shared", "norm_gate_up_tile", "norm_gate_up_half",
     "norm_gate_up_cooperative"},
    {"project_add_row", "project_add_shared", "project_add_tile", "project_add_half",
     "project_add_cooperative"},
    {"head_row", "head_shared", "head_tile", "head_half", "head_cooperative"},
    {"adapter_down_row", "adapter_down_shared", "adapter_down_tile", "", ""},
    {"adapter_up_row", "adapter_up_shared", "adapter_up_tile", "", ""},
    {"expert_gate_up_row", "expert_gate_up_shared", "expert_gate_up_tile", "expert_gate_up_half",
     "expert_gate_up_cooperative"},
    {"expert_down_row", "expert_down_shared", "expert_down_tile", "expert_down_half",
     "expert_down_cooperative"},
    {"head_product_row", "head_product_shared", "head_product_tile", "head_product_half",
     "head_product_cooperative"}};
// Halves are never integers: MatrixTuning::readsQuants(). Adapters and heads' products are floats and stay
// so.
constexpr Names kInteger{
    {"norm_qkv_row_integer", "norm_qkv_shared_integer", "norm_qkv_tile_integer", "", ""},
    {"norm_gate_up_row_integer", "norm_gate_up_shared_integer", "norm_gate_up_tile_integer", "", ""},
    {"project_add_row_integer", "project_add_shared_integer", "project_add_tile_integer", "", ""},
    {"head_row_integer", "head_shared_integer", "head_tile_integer", "", ""},
    {"", "", "", "", ""},
    {"", "", "", "", ""},
    {"expert_gate_up_row_integer", "expert_gate_up_shared_integer", "expert_gate_up_tile_integer", "", ""},
    {"expert_down_row_integer", "expert_down_shared_integer", "expert_down_tile_integer", "", ""},
    {"", "", "", "", ""}};

} // namespace

MatrixShape MatrixShape::cooperative(const VulkanPhysical& physical) {
    MatrixShape out{MatrixVariant::Cooperative, 128, 16};
    out.unit = physical.cooperative;
    out.subgroups = std::max(1U, 128 / std::max(1U, physical.subgroupSize));
    return out;
}

MatrixShape MatrixShape::forColumns(std::uint32_t count) const {
    const std::uint32_t lines = sharesTile() ? 8 : 1;
    const std::uint32_t tiles = ceilDiv(count, lines * kMostColumns);
    const std::uint32_t wanted = ceilDiv(count, tiles * lines);
    MatrixShape out = *this;
    // Few numbers, for each is a pipeline that must be compiled.
    for (const std::uint32_t most : {8U, 6U, 4U, 2U, 1U})
        if (most >= wanted && (most > 1 || variant != MatrixVariant::Cooperative)) out.columns = most;
    return out;
}

Workgroups MatrixShape::workgroups(std::uint32_t tiles, std::uint32_t columnCount) const {
    return {tiles, ceilDiv(columnCount, tileColumns()), 1};
}

PipelineKey MatrixShape::key(MatrixKernel kernel, std::array<std::uint32_t, 3> formats,
                             std::uint32_t writes) const {
    const Names& names = integer ? kInteger : kFloat;
    return {names[static_cast<std::size_t>(kernel)][static_cast<std::size_t>(variant)],
            {workgroup, groups, formats[0], formats[1], formats[2], columns, writes, unit.rows, unit.columns,
             unit.length, subgroups}};
}

std::string MatrixShape::name() const {
    constexpr const char* kVariants[] = {"row ", "shared ", "tile ", "half ", "cooperative "};
    return kVariants[static_cast<std::size_t>(variant)] + std::to_string(workgroup) + "/" +
           std::to_string(groups);
}

bool MatrixShape::runsOn(const VulkanPhysical& physical) const {
    if (workgroup == 0 || workgroup > physical.maxInvocations) return false;
    switch (variant) {
    case MatrixVariant::Half:
    case MatrixVariant::Cooperative:
        if (!physical.hasHalf || (variant == MatrixVariant::Cooperative && unit.rows == 0)) return false;
        [[fallthrough]];
    case MatrixVariant::Shared:
        return workgroup == 128 && groups == 16; // as matrix_shared.glsl has it
    case MatrixVariant::Row:
        return workgroup % physical.subgroupSize == 0 && groups % 8 == 0 && groups > 0 && groups <= 64;
    case MatrixVariant::Tile:
        return workgroup == groups && groups % 8 == 0 && physical.subgroupSize >= 8;
    }
    return false;
}

MatrixShape MatrixTuning::matrix(std::uint32_t columns, bool integerInput) const {
    const MatrixShape& shape = columns == 1 ? single : columns <= MatrixShape::kMostColumns ? few : many;
    MatrixShape out = shape.forColumns(columns);
    out.integer = integerInput;
    return out;
}

std::uint32_t MatrixTuning::mostTileColumns() const {
    MatrixShape widest = many;
    widest.columns = MatrixShape::kMostColumns;
    return widest.tileColumns();
}

} // namespace ponder
