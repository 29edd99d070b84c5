#include "engine/backend/vulkan/pipeline/pipeline_compiler.h"

#include "engine/backend/vulkan/pipeline/shader_pruner.h"
#include "shaders/embedded.h"

#include <algorithm>
#include <system_error>

namespace ponder {
namespace {

constexpr unsigned kMostThreads = 8; // a model has about twenty pipelines

} // namespace

CompiledPipeline compilePipeline(const PipelineBase& base, const PipelineKey& key) {
    CompiledPipeline out{key, {}, VK_ERROR_UNKNOWN};
    const auto built = embeddedShader(key.kernel, base.readsTexels);
    if (built.empty()) return out;
    const std::vector<std::uint32_t> words = pruneShader(built, key.constants);
    VkShaderModuleCreateInfo moduleInfo{VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
    moduleInfo.codeSize = words.size() * sizeof(std::uint32_t);
    moduleInfo.pCode = words.data();
    VkShaderModule raw = VK_NULL_HANDLE;
    out.result = vkCreateShaderModule(base.device, &moduleInfo, nullptr, &raw);
    if (out.result != VK_SUCCESS) return out;
    const ShaderModuleHandle module(base.device, raw);

    std::array<VkSpecializationMapEntry, std::tuple_size_v<decltype(key.constants)>> entries{};
    for (std::uint32_t id = 0; id < entries.size(); ++id)
        entries[id] = {id, id * 4, 4};
    const VkSpecializationInfo constants{static_cast<std::uint32_t>(entries.size()), entries.data(),
                                         sizeof(key.constants), key.constants.data()};
    VkComputePipelineCreateInfo info{VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO};
    info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
    info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
    info.stage.module = module.get();
    info.stage.pName = "main";
    info.stage.pSpecializationInfo = &constants;
    info.layout = base.layout;
    VkPipelineShaderStageRequiredSubgroupSizeCreateInfo pinned{
        VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO};
    pinned.requiredSubgroupSize = key.pinnedSubgroup();
    if (pinned.requiredSubgroupSize > 0) {
        info.stage.pNext = &pinned;
        info.stage.flags = VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT;
    }
    VkPipeline pipeline = VK_NULL_HANDLE;
    out.result = vkCreateComputePipelines(base.device, base.cache, 1, &info, nullptr, &pipeline);
    if (out.result == VK_SUCCESS) out.pipeline = {base.device, pipeline};
    return out;
}

PipelineCompiler::PipelineCompiler(const PipelineBase& base, const std::vector<PipelineKey>& keys)
    : m_base(base) {
    for (const PipelineKey& key : keys)
        m_pipelines.push_back({key, {}, VK_INCOMPLETE});
    // More code takes longer; begun last, it would be waited for alone.
    std::stable_sort(m_pipelines.begin(), m_pipelines.end(),
                     [&](const CompiledPipeline& a, const CompiledPipeline& b) {
                         return embeddedShader(a.key.kernel, base.readsTexels).size() >
                                embeddedShader(b.key.kernel, base.readsTexels).size();
                     });
    const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
    try {
        for (unsigned i = 0; i < threads && i < keys.size(); ++i)
            m_threads.emplace_back([this] { work({}); });
    } catch (const std::system_error&) {
        // finish() compiles what no thread does.
    }
}

PipelineCompiler::~PipelineCompiler() {
    m_ending = true;
    for (std::thread& thread : m_threads)
        thread.join();
}

void PipelineCompiler::work(const std::stop_token& stop) {
    while (!m_ending && !stop.stop_requested()) {
        const std::size_t index = m_next++;
        if (index >= m_pipelines.size()) return;
        m_pipelines[index] = compilePipeline(m_base, m_pipelines[index].key);
    }
}

std::vector<CompiledPipeline> PipelineCompiler::finish(const std::stop_token& stop) {
    work(stop);
    m_ending = stop.stop_requested();
    for (std::thread& thread : m_threads)
        thread.join();
    m_threads.clear();
    return std::move(m_pipelines);
}

} // namespace ponder
