// How a batch is cut into passes, and a pass into parts of attention, rows of logits and submits.
//
// Takes a plan and what was measured so far; gives numbers of rows and the shapes of recordings. Owner:
// VulkanExecutor; plan and tuning outlive it. Thread: one at a time. Next station: step_recorder.h.
#pragma once

#include "engine/backend/vulkan/step/step_recorder.h"
#include "engine/backend/vulkan/step/submit_pace.h"

namespace ponder {

class PassCutter {
public:
    PassCutter(const VulkanPlan& plan, const KernelTuning& tuning);

    // Rows of the next pass: so many that no single dispatch takes much longer than a slice should, and that
    // the parts of attention have room.
    std::uint32_t rowsOfPass(const Batch& batch, std::uint32_t rows) const;
    // The most rows of one head, whose one dispatch must not take longer than a slice either.
    std::uint32_t headRows(double costPerSlice) const;

    // length: positions in the cache after the pass.
    StepShape shapeOf(std::uint32_t rows, std::uint32_t length) const;
    StepShape shapeOf(const Batch& pass) const;

    // One token's kernels and a prompt's run at different rates.
    SubmitPace tokenPace;
    SubmitPace promptPace;

private:
    double attentionCost(std::uint32_t length) const; // of a row in one layer
    std::uint32_t partsOf(std::uint32_t rows, std::uint32_t length) const;

    const VulkanPlan& m_plan;
    const KernelTuning& m_tuning;
};

} // namespace ponder
