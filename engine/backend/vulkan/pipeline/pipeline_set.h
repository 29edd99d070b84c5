// The compute pipelines of one device, each built once for its specialization constants, whichever model
// first needed it.
//
// Takes a kernel's name and constants; gives a VkPipeline, compiled now or, where it was announced, on
// threads meanwhile. What the driver compiled is kept in a file of the cache folder. Push constants: four
// buffer addresses, then the kernel's own (kernel_calls.h). On the texel path the pipelines also read three
// descriptor sets, made with texelSet(). Owner: VulkanDevice; the context outlives it. Thread: one at a time.
// Errors: OutOfMemory, DeviceLost, Internal (an unknown kernel), Cancelled. Next station:
// command_recorder.h.
#pragma once

#include "engine/backend/vulkan/device/vulkan_buffer.h"
#include "engine/backend/vulkan/pipeline/pipeline_compiler.h"

#include <filesystem>
#include <map>

namespace ponder {

inline constexpr std::uint32_t kPushBytes = 128; // what every device offers

// The views that a kernel reads at one set number; empty on the address path.
struct TexelSet {
    DescriptorPoolHandle pool;
    VkDescriptorSet set = VK_NULL_HANDLE;
};

class PipelineSet {
public:
    enum SetNumber : std::uint32_t { WeightsSet = 0, ScratchSet = 1, OtherSet = 2 };

    // cacheFolder: empty where nothing is kept.
    static Result<std::unique_ptr<PipelineSet>> create(VulkanContext& context,
                                                       const std::filesystem::path& cacheFolder = {});
    ~PipelineSet();

    // Begins to compile those of these that are not there, on other threads. get() waits for all of them.
    void prepare(std::vector<PipelineKey> keys);
    // Waits for what prepare() began, and keeps it in the file.
    Result<void> finish(const std::stop_token& stop);
    // Compiles nothing more of it.
    void abandon() { m_compiler.reset(); }
    Result<VkPipeline> get(const PipelineKey& key);
    bool usedFile() const { return m_usedFile; } // where another set had left one
    VkPipelineLayout layout() const { return m_layout.get(); }
    std::size_t size() const { return m_pipelines.size(); }
    // buffers: one, or scratch and step for ScratchSet.
    Result<TexelSet> texelSet(SetNumber number, std::initializer_list<const VulkanBuffer*> buffers);

private:
    explicit PipelineSet(VulkanContext& context) : m_context(context) {}
    Result<void> createLayouts();
    Result<void> createCache();
    PipelineBase base() const;
    Result<void> add(CompiledPipeline compiled);
    void save();

    VulkanContext& m_context;
    std::array<SetLayoutHandle, 3> m_setLayouts;
    PipelineLayoutHandle m_layout;
    PipelineCacheHandle m_cache;
    std::filesystem::path m_file;  // empty: nothing is kept
    std::vector<std::byte> m_kept; // what is in the file
    bool m_usedFile = false;
    bool m_unsaved = false;
    std::map<PipelineKey, PipelineHandle> m_pipelines;
    std::unique_ptr<PipelineCompiler> m_compiler; // ends before what it uses
};

} // namespace ponder
