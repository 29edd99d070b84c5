#include "engine/backend/vulkan/step/adapter_calls.h"

#include <algorithm>

namespace ponder {
namespace {

bool adds(const VulkanAddition* addition) { return addition && *addition; }

const VulkanAddition& firstOf(const AdditionTrio& additions) {
    return **std::find_if(additions.begin(), additions.end(), adds);
}

// One matrix of each addition: what kernels must know of them.
struct Matrices {
    std::array<std::uint32_t, 3> formats{};
    std::uint32_t tiles = 0;
    KernelWork work{0};

    Matrices(const AdditionTrio& additions, WeightSlice VulkanAddition::*matrix, const MatrixShape& shape,
             std::uint32_t columns) {
        formats.fill(kernelFormat((firstOf(additions).*matrix).layout.type));
        for (std::size_t i = 0; i < additions.size(); ++i) {
            if (!adds(additions[i])) continue;
            const DeviceLayout& layout = (additions[i]->*matrix).layout;
            formats[i] = kernelFormat(layout.type);
            tiles += shape.tiles(static_cast<std::uint32_t>(layout.groups()));
            work.cost += static_cast<double>(layout.rows) * layout.blocks * 32 * columns;
            work.bytes += layout.bytes();
        }
    }
};

} // namespace

bool AdapterCalls::any(const AdditionTrio& additions) {
    return std::any_of(additions.begin(), additions.end(), adds);
}

CallBuffers AdapterCalls::ownBuffers(const VulkanAddition& addition) const {
    CallBuffers out = m_run;
    const AdapterBuffers::Chunk& chunk = m_buffers.chunks[addition.down.chunk];
    out.weights = chunk.address;
    out.weightSet = chunk.set;
    out.scratch = m_buffers.scratch;
    out.scratchSet = m_buffers.lowSet;
    return out;
}

void AdapterCalls::descend(const AdditionTrio& additions, const AdapterInput& input, std::uint32_t rows) {
    const VulkanAdapterPlan& plan = *m_buffers.plan;
    const MatrixShape shape = m_tuning.matrix(rows, false).inFloats();
    const Matrices matrices(additions, &VulkanAddition::down, shape, rows);
    AdapterDownCall call{.x = input.x.at + input.firstRow * input.x.stride,
                         .xStride = input.x.stride,
                         .squares = input.squares.at + input.firstRow * input.squares.stride,
                         .squarePieces = input.squares.stride,
                         .width = input.width,
                         .epsilon = input.epsilon,
                         .blocks = firstOf(additions).down.layout.blocks,
                         .columns = rows,
                         .lowStride = plan.low.stride};
    for (std::size_t i = 0; i < additions.size(); ++i) {
        if (!adds(additions[i])) continue;
        call.matrices[i] = additions[i]->down.at;
        call.groups[i] = static_cast<std::uint32_t>(additions[i]->down.layout.groups());
        call.low[i] = plan.low.at + additions[i]->lowAt;
        call.scales[i] = additions[i]->scalesAt;
    }
    CallBuffers buffers = m_run;
    const AdapterBuffers::Chunk& chunk = m_buffers.chunks[firstOf(additions).down.chunk];
    buffers.weights = chunk.address;
    buffers.weightSet = chunk.set;
    buffers.other = m_buffers.scratch;
    m_recorder.dispatch(shape.key(MatrixKernel::AdapterDown, matrices.formats, kWritesFloats), buffers, call,
                        shape.workgroups(matrices.tiles, rows), matrices.work);
}

void AdapterCalls::climb(const AdditionTrio& additions, const AdapterOutput& output, std::uint32_t rows) {
    const VulkanAdapterPlan& plan = *m_buffers.plan;
    const MatrixShape shape = m_tuning.matrix(rows, false).inFloats();
    const Matrices matrices(additions, &VulkanAddition::up, shape, rows);
    AdapterUpCall call{.lowStride = plan.low.stride,
                       .yStride = output.stride,
                       .columns = rows,
                       .adds = output.adds ? 1U : 0U};
    for (std::size_t i = 0; i < additions.size(); ++i) {
        if (!adds(additions[i])) continue;
        call.matrices[i] = additions[i]->up.at;
        call.groups[i] = static_cast<std::uint32_t>(additions[i]->up.layout.groups());
        call.blocks[i] = additions[i]->up.layout.blocks;
        call.low[i] = plan.low.at + additions[i]->lowAt;
        call.y[i] = output.at[i];
    }
    CallBuffers buffers = ownBuffers(firstOf(additions));
    buffers.other = output.address;
    m_recorder.dispatch(shape.key(MatrixKernel::AdapterUp, matrices.formats, kWritesFloats), buffers, call,
                        shape.workgroups(matrices.tiles, rows), matrices.work);
}

void AdapterCalls::add(const AdditionTrio& additions, const AdapterInput& input, const AdapterOutput& output,
                       std::uint32_t rows) {
    descend(additions, input, rows);
    climb(additions, output, rows);
}

} // namespace ponder
