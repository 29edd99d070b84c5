// Compiles pipelines on threads of its own, while the caller does something else.
//
// Takes keys; gives their pipelines, or what went wrong with the first that failed. Owner: PipelineSet, whose
// layout and cache outlive it. Thread: finish() and the destructor by one thread; the others are its own.
// Errors: Internal (a kernel that the driver does not compile), OutOfMemory, DeviceLost, Cancelled. Next
// station: pipeline_set.h.
#pragma once

#include "engine/backend/vulkan/device/vulkan_context.h"

#include <array>
#include <atomic>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

namespace ponder {

struct PipelineKey {
    std::string_view kernel; // a literal
    // By constant id: 0 workgroup, 1 groups or pieces of a lane's value, 2 to 4 formats, 5 columns of a
    // matrix kernel or rope in halves, 6 what a matrix kernel writes or type of the cache, 7 queries or
    // columns of a convolution, 8 lanes of a head, 9 pieces of a lane; of cooperative matrices 7 to 9 the
    // unit, 10 the subgroups of a workgroup.
    std::array<std::uint32_t, 11> constants{};
    // Lanes that the pipeline's subgroups must have; 0: as the driver likes.
    std::uint32_t pinnedSubgroup() const { return constants[10] > 0 ? constants[0] / constants[10] : 0; }
    bool operator<(const PipelineKey& other) const {
        return std::tie(kernel, constants) < std::tie(other.kernel, other.constants);
    }
};

struct CompiledPipeline {
    PipelineKey key;
    PipelineHandle pipeline;
    VkResult result = VK_INCOMPLETE; // until it has been tried
};

// What all pipelines of a set have in common.
struct PipelineBase {
    VkDevice device = VK_NULL_HANDLE;
    bool readsTexels = false;
    VkPipelineLayout layout = VK_NULL_HANDLE;
    VkPipelineCache cache = VK_NULL_HANDLE;
};

// Any thread; VK_ERROR_UNKNOWN for a kernel that does not exist.
CompiledPipeline compilePipeline(const PipelineBase& base, const PipelineKey& key);

class PipelineCompiler {
public:
    // Begins at once, the dearest first.
    PipelineCompiler(const PipelineBase& base, const std::vector<PipelineKey>& keys);
    // Waits for those that are being compiled, and begins no other.
    ~PipelineCompiler();
    PipelineCompiler(const PipelineCompiler&) = delete;
    PipelineCompiler& operator=(const PipelineCompiler&) = delete;

    // Helps until all are there, or the stop token is set.
    std::vector<CompiledPipeline> finish(const std::stop_token& stop);

private:
    void work(const std::stop_token& stop);

    PipelineBase m_base;
    std::vector<CompiledPipeline> m_pipelines;
    std::atomic<std::size_t> m_next{0};
    std::atomic<bool> m_ending{false};
    std::vector<std::thread> m_threads;
};

} // namespace ponder
