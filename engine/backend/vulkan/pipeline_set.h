// The compute pipelines of one model, each built once for its specialization constants.
//
// Takes a kernel's name and constants; gives a VkPipeline. Push constants: four buffer addresses, then the
// kernel's own (kernel_calls.h). On the texel path the pipelines also read three descriptor sets, made with
// texelSet(). Owner: VulkanExecutor; the context outlives it. Thread: one at a time. Errors: OutOfMemory,
// DeviceLost, Internal (an unknown kernel). Next station: command_recorder.h.
#pragma once

#include "engine/backend/vulkan/vulkan_buffer.h"

#include <array>
#include <map>
#include <string_view>
#include <tuple>

namespace ponder {

inline constexpr std::uint32_t kPushBytes = 128; // what every device offers

struct PipelineKey {
    std::string_view kernel; // a literal
    // By constant id: 0 workgroup, 1 groups, 2 to 4 formats, 5 columns of a matrix kernel or rope in halves,
    // 6 what a matrix kernel writes or type of the cache, 7 queries, 8 lanes of a head, 9 pieces of a lane.
    std::array<std::uint32_t, 10> constants{};
    bool operator<(const PipelineKey& other) const {
        return std::tie(kernel, constants) < std::tie(other.kernel, other.constants);
    }
};

// The views that a kernel reads at one set number; empty on the address path.
struct TexelSet {
    DescriptorPoolHandle pool;
    VkDescriptorSet set = VK_NULL_HANDLE;
};

class PipelineSet {
public:
    enum SetNumber : std::uint32_t { WeightsSet = 0, ScratchSet = 1, OtherSet = 2 };

    static Result<std::unique_ptr<PipelineSet>> create(VulkanContext& context);

    Result<VkPipeline> get(const PipelineKey& key);
    VkPipelineLayout layout() const { return m_layout.get(); }
    std::size_t size() const { return m_pipelines.size(); }
    // buffers: one, or scratch and step for ScratchSet.
    Result<TexelSet> texelSet(SetNumber number, std::initializer_list<const VulkanBuffer*> buffers);

private:
    explicit PipelineSet(VulkanContext& context) : m_context(context) {}
    Result<void> createLayouts();

    VulkanContext& m_context;
    std::array<SetLayoutHandle, 3> m_setLayouts;
    PipelineLayoutHandle m_layout;
    PipelineCacheHandle m_cache;
    std::map<PipelineKey, PipelineHandle> m_pipelines;
};

} // namespace ponder
