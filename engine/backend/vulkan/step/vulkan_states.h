// The states of a conversation's recurrent layers in device memory (model/layer.h: KeptState): those of its
// tokens, which lie in the cache's buffers, and one more for each branch that goes on from there.
//
// A state cannot go back: a run continues after all tokens that have been run, or begins anew. Takes what a
// run is about to do; gives where the states of a layer lie. Those of branches are allocated when they begin
// and given back when the conversation goes on without them. Owner: VulkanKvCache; context and pipelines
// outlive it. Thread: one at a time, while no command that was recorded for it is under way. Errors:
// BadArgument where a run continues elsewhere, DoesNotFit and OutOfMemory where there is no room for the
// branches, DeviceLost. Next station: step_delta.cpp.
#pragma once

#include "engine/backend/batch.h"
#include "engine/backend/vulkan/pipeline/pipeline_set.h"

#include <limits>
#include <optional>
#include <set>

namespace ponder {

// Where kernels find a layer's states.
struct StatePlace {
    VkDeviceAddress address = 0;
    VkDescriptorSet set = VK_NULL_HANDLE;
    std::uint32_t at = 0;     // piece of the first
    std::uint32_t pieces = 0; // from one to the next
};

class VulkanStates {
public:
    // A layer's state among keys and values; 0 bytes where the layer has none.
    struct Trunk {
        const VulkanBuffer* buffer = nullptr;
        std::uint64_t at = 0, bytes = 0;
    };

    VulkanStates(VulkanContext& context, PipelineSet& pipelines)
        : m_context(context), m_pipelines(pipelines) {}
    void add(const Trunk& layer); // the layers in order

    bool any() const { return m_any; }
    // Whether a run may continue after so many.
    bool areOf(std::uint32_t tokens) const { return !m_any || tokens == m_tokens; }
    std::optional<std::uint32_t> tokens() const; // that they have seen
    std::uint64_t branchBytes() const;
    StatePlace branches(std::size_t layer) const;

    // Around a run. Between the two calls, and so after a run that was stopped, nothing can be continued.
    Result<void> begin(const Batch& batch);
    void end(const Batch& batch);
    // What is there is that of so many tokens, or of none that could be named.
    void restored(std::uint32_t tokens) { m_tokens = tokens; }
    void forget() { m_tokens = kNoTokens; }

private:
    static constexpr std::uint32_t kNoTokens = std::numeric_limits<std::uint32_t>::max();
    // Of branches 0, 1, ... after each other, in one buffer for as many layers as it has room for.
    struct Branched {
        std::vector<VulkanBuffer> buffers;
        std::vector<TexelSet> sets;
        std::vector<std::size_t> bufferOf; // of each layer
        std::vector<std::uint64_t> at;     // likewise, of branch 0
        std::uint32_t count = 0;           // branches that have room
    };

    Result<void> beginBranches(const Batch& batch);
    Result<Branched> allocate(std::uint32_t count) const;
    Result<void> copy(const Batch& batch, const Branched& to);

    VulkanContext& m_context;
    PipelineSet& m_pipelines;
    std::vector<Trunk> m_trunk;
    bool m_any = false;
    std::uint32_t m_tokens = 0; // that the trunk has seen
    Branched m_branched;
    std::set<std::uint32_t> m_begun; // branches
};

} // namespace ponder
