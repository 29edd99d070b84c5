// One matrix of random weights on a device, and the time that a kernel shape takes to multiply with it.
//
// Gives 0 for a shape whose result is wrong. Owner: searchTuning(). Thread: one at a time. Errors:
// OutOfMemory, DeviceLost, Internal (a kernel that the driver does not compile). Next station:
// tuning_search.h.
#pragma once

#include "engine/backend/vulkan/pipeline/kernel_calls.h"
#include "engine/backend/vulkan/tuning/kernel_tuning.h"

namespace ponder {

class TuningBench {
public:
    static Result<std::unique_ptr<TuningBench>> create(VulkanContext& context);
    // Of one product with so many columns, at most 64.
    Result<double> seconds(const MatrixShape& shape, std::uint32_t columns);

private:
    explicit TuningBench(VulkanContext& context) : m_context(context) {}
    Result<void> allocate();
    Result<void> fill();
    Result<void> bind();
    HeadCall callFor(const MatrixShape& shape, std::uint32_t columns) const;
    bool isRight(const MatrixShape& shape, std::uint32_t columns) const;

    VulkanContext& m_context;
    std::unique_ptr<PipelineSet> m_pipelines;
    VulkanBuffer m_weights, m_scratch, m_step, m_result;
    TexelSet m_weightSet, m_scratchSet;
    CallBuffers m_buffers;
    std::vector<float> m_wanted; // [column][row of the pattern]
};

} // namespace ponder
