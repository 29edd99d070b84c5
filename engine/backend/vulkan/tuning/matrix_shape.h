// How a matrix kernel shares out its rows and columns among invocations, and its pipeline.
//
// Takes a way (shaders/include/matrix.glsl) and a number of columns; gives the specialization constants and
// the workgroups. Results do not depend on it. Next station: kernel_tuning.h (chooses), step_recorder.h
// (records).
#pragma once

#include "engine/backend/vulkan/pipeline/command_recorder.h"

namespace ponder {

enum class MatrixKernel {
    NormQkv,
    NormGateUp,
    ProjectAdd,
    Head,
    AdapterDown,
    AdapterUp,
    ExpertGateUp,
    ExpertDown,
    HeadProduct
};
enum class MatrixVariant { Row, Shared, Tile, Half, Cooperative };

struct MatrixShape {
    MatrixVariant variant = MatrixVariant::Tile;
    std::uint32_t workgroup = 0; // invocations
    std::uint32_t groups = 0;    // groups of four rows in a workgroup
    std::uint32_t columns = 1;   // of an invocation: 1, 2, 4, 6 or 8
    bool integer = false;        // reads quantized activations
    CooperativeUnit unit;        // of the variant Cooperative
    std::uint32_t subgroups = 0; // of a workgroup, likewise

    static MatrixShape cooperative(const VulkanPhysical& physical);
    // Activations pass through shared memory, with weights of 64 rows.
    bool sharesTile() const { return variant != MatrixVariant::Row && variant != MatrixVariant::Tile; }
    // The same shape with operands as they are.
    MatrixShape inFloats() const {
        return isHalf() ? MatrixShape{MatrixVariant::Shared, 128, 16, columns} : *this;
    }
    // Operands are f16; there is no integer kernel.
    bool isHalf() const { return variant == MatrixVariant::Half || variant == MatrixVariant::Cooperative; }

    // The same for so many columns: as many tiles as they need, none much wider than its share.
    MatrixShape forColumns(std::uint32_t count) const;
    std::uint32_t tileColumns() const { return (sharesTile() ? 8 : 1) * columns; }
    std::uint32_t tiles(std::uint32_t rowGroups) const { return (rowGroups + groups - 1) / groups; }
    Workgroups workgroups(std::uint32_t tiles, std::uint32_t columnCount) const;
    std::string name() const; // "row 256/8": invocations and groups of a workgroup
    // Whether the device can run it, and the kernels can be cut so.
    bool runsOn(const VulkanPhysical& physical) const;
    PipelineKey key(MatrixKernel kernel, std::array<std::uint32_t, 3> formats, std::uint32_t writes) const;

    static constexpr std::uint32_t kMostColumns = 8; // of an invocation
};

// The shapes of one device's matrix kernels.
struct MatrixTuning {
    MatrixShape single;   // for one column
    MatrixShape few;      // for 2 to 8
    MatrixShape many;     // for more
    bool integer = false; // matrix kernels read quantized activations where they can

    MatrixShape matrix(std::uint32_t columns, bool integerInput) const;
    // Whether kernels for so many columns read quantized activations where they can.
    bool readsQuants(std::uint32_t columns) const {
        return integer && !(columns > MatrixShape::kMostColumns && many.isHalf());
    }
    std::uint32_t mostTileColumns() const;
};

} // namespace ponder
