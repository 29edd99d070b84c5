// What adapters add to matrix products, as kernel calls: B (s ⊙ (A x)) in two dispatches for all weights that
// share an x.
//
// Takes the weights' additions, where x is and where the sum goes; records the calls. Owner: plain functions
// over the recorder, for the time of recording. Thread: one at a time. Errors: kept by the recorder. Next
// station: step_recorder.h.
#pragma once

#include "engine/backend/vulkan/pipeline/command_recorder.h"
#include "engine/backend/vulkan/tuning/kernel_tuning.h"
#include "engine/plan/vulkan_adapter_plan.h"

namespace ponder {

// What a recording refers to; all outlive it.
struct AdapterBuffers {
    struct Chunk {
        VkDeviceAddress address = 0;
        VkDescriptorSet set = VK_NULL_HANDLE;
    };
    const VulkanAdapterPlan* plan = nullptr; // null: nothing is added
    std::vector<Chunk> chunks;
    VkDeviceAddress scratch = 0; // of the adapters
    VkDescriptorSet lowSet = VK_NULL_HANDLE;
};

// Those of up to three weights that share an x; null, or without a rank, where nothing is added.
using AdditionTrio = std::array<const VulkanAddition*, 3>;

// The x of a product. Where it is normed, squares has what its scale is made of, and width is not 0.
struct AdapterInput {
    ScratchRegion x;
    ScratchRegion squares;
    std::uint32_t firstRow = 0;
    float width = 0, epsilon = 0;
};

// Where the sums go: rows of `stride` pieces, those of each weight from its own piece on.
struct AdapterOutput {
    VkDeviceAddress address = 0;
    std::array<std::uint32_t, 3> at{};
    std::uint32_t stride = 0;
    bool adds = true; // or overwrites
};

class AdapterCalls {
public:
    // run: scratch, step and their set as the layers have them.
    AdapterCalls(CommandRecorder& recorder, const MatrixTuning& tuning, const AdapterBuffers& buffers,
                 const CallBuffers& run)
        : m_recorder(recorder), m_tuning(tuning), m_buffers(buffers), m_run(run) {}

    static bool any(const AdditionTrio& additions);
    void add(const AdditionTrio& additions, const AdapterInput& input, const AdapterOutput& output,
             std::uint32_t rows);
    // The second half alone: low is there already.
    void climb(const AdditionTrio& additions, const AdapterOutput& output, std::uint32_t rows);
    // Weights in the adapters' chunk, activations in their scratch memory.
    CallBuffers ownBuffers(const VulkanAddition& addition) const;

private:
    void descend(const AdditionTrio& additions, const AdapterInput& input, std::uint32_t rows);

    CommandRecorder& m_recorder;
    const MatrixTuning& m_tuning;
    const AdapterBuffers& m_buffers;
    CallBuffers m_run;
};

} // namespace ponder
