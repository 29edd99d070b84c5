// One model in the memory of one Vulkan device: all that commands refer to, and how they are sent there.
//
// Takes what load() has planned; owned by the executor, which runs passes through it, and used by its decode
// stream, the second way to run the same model. Thread: one at a time. Errors: DeviceLost, OutOfMemory,
// Cancelled. Next stations: vulkan_executor.h, decode/vulkan_decode_stream.h.
#pragma once

#include "engine/backend/vulkan/step/pass_cutter.h"
#include "engine/backend/vulkan/weights/weight_store.h"

namespace ponder {

class VulkanModel {
public:
    VulkanModel(VulkanContext& device, PipelineSet& compiled, VulkanPlan planned, const KernelTuning& tuned)
        : context(device), pipelines(compiled), plan(std::move(planned)), tuning(tuned),
          cutter(plan, tuning) {}
    VulkanModel(const VulkanModel&) = delete;
    VulkanModel& operator=(const VulkanModel&) = delete;

    // The forward pass of these layers with `buffers`, recorded by the rules of `shape`.
    void forwardInto(StepRecorder& recorder) const;
    RecordFor purposeOf(RecordFor usual) const { return profiles ? RecordFor::Profiling : usual; }
    // What the kernels of a slice took, where it was recorded for profiling.
    Result<void> addTimes(const CommandSlice& slice, std::uint32_t positions);
    Result<std::uint64_t> submit(const CommandSlice& slice); // gives its ticket
    // Slice by slice, each waited for, with a look at the stop token before it; experts that are elsewhere
    // between them.
    Result<void> submitAndWait(const Recording& recording, std::size_t from, std::size_t to, SubmitPace& pace,
                               std::uint32_t positions, const std::stop_token& stop);

    VulkanContext& context;
    PipelineSet& pipelines; // the device's
    const VulkanPlan plan;
    const KernelTuning tuning;
    PassCutter cutter;
    std::vector<float> ropeFactors;
    WeightStore store;
    VulkanBuffer step;   // what the host writes before a pass
    VulkanBuffer logits; // what it reads after one
    std::vector<TexelSet> weightSets;
    TexelSet scratchSet;
    StepBuffers buffers;
    std::uint32_t lastLogitRow = 0; // of the pass before, in logits
    std::uint64_t submits = 0;      // since the load
    bool profiles = false;
    KernelSums kernels;
    std::shared_ptr<ExpertWorker> experts; // that the plan lacks

private:
    Result<void> runExperts(const Recording& recording, std::size_t slice, std::uint32_t positions,
                            const std::stop_token& stop);
};

} // namespace ponder
