#include "engine/backend/vulkan/pipeline/pipeline_set.h"

#include "engine/backend/vulkan/pipeline/pipeline_cache_file.h"

namespace ponder {
namespace {

Result<SetLayoutHandle> createSetLayout(VulkanContext& context, std::uint32_t bindings) {
    std::array<VkDescriptorSetLayoutBinding, 2> entries{};
    for (std::uint32_t i = 0; i < bindings; ++i) {
        entries[i].binding = i;
        entries[i].descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER;
        entries[i].descriptorCount = 1;
        entries[i].stageFlags = VK_SHADER_STAGE_COMPUTE_BIT;
    }
    VkDescriptorSetLayoutCreateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
    info.bindingCount = bindings;
    info.pBindings = entries.data();
    VkDescriptorSetLayout layout = VK_NULL_HANDLE;
    if (const VkResult made = vkCreateDescriptorSetLayout(context.device(), &info, nullptr, &layout);
        made != VK_SUCCESS)
        return context.error(made, "vkCreateDescriptorSetLayout");
    return SetLayoutHandle(context.device(), layout);
}

} // namespace

Result<std::unique_ptr<PipelineSet>> PipelineSet::create(VulkanContext& context,
                                                         const std::filesystem::path& cacheFolder) {
    std::unique_ptr<PipelineSet> set(new PipelineSet(context));
    if (auto made = set->createLayouts(); !made) return made.error();
    if (!cacheFolder.empty()) {
        set->m_file = pipelineCacheFile(cacheFolder, context.physical());
        set->m_kept = readPipelineCache(set->m_file, context.physical());
        set->m_usedFile = !set->m_kept.empty();
    }
    if (auto made = set->createCache(); !made) return made.error();
    return set;
}

PipelineSet::~PipelineSet() {
    m_compiler.reset();
    save();
}

Result<void> PipelineSet::createCache() {
    VkPipelineCacheCreateInfo info{VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
    info.initialDataSize = m_kept.size();
    info.pInitialData = m_kept.data();
    VkPipelineCache cache = VK_NULL_HANDLE;
    if (const VkResult made = vkCreatePipelineCache(m_context.device(), &info, nullptr, &cache);
        made != VK_SUCCESS)
        return m_context.error(made, "vkCreatePipelineCache");
    m_cache = {m_context.device(), cache};
    return {};
}

// A cache that the driver does not hand out is not kept; nobody misses it.
void PipelineSet::save() {
    if (m_file.empty() || !m_unsaved || m_context.lost()) return;
    m_unsaved = false;
    std::size_t bytes = 0;
    if (vkGetPipelineCacheData(m_context.device(), m_cache.get(), &bytes, nullptr) != VK_SUCCESS) return;
    std::vector<std::byte> data(bytes);
    if (vkGetPipelineCacheData(m_context.device(), m_cache.get(), &bytes, data.data()) != VK_SUCCESS) return;
    data.resize(bytes);
    if (data == m_kept) return;
    writePipelineCache(m_file, data);
    m_kept = std::move(data);
}

Result<void> PipelineSet::createLayouts() {
    std::array<VkDescriptorSetLayout, 3> layouts{};
    if (m_context.readsTexels())
        for (std::uint32_t number = 0; number < m_setLayouts.size(); ++number) {
            auto made = createSetLayout(m_context, number == ScratchSet ? 2 : 1);
            if (!made) return made.error();
            m_setLayouts[number] = std::move(*made);
            layouts[number] = m_setLayouts[number].get();
        }
    const VkPushConstantRange push{VK_SHADER_STAGE_COMPUTE_BIT, 0, kPushBytes};
    VkPipelineLayoutCreateInfo info{VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
    info.setLayoutCount = m_context.readsTexels() ? static_cast<std::uint32_t>(layouts.size()) : 0;
    info.pSetLayouts = layouts.data();
    info.pushConstantRangeCount = 1;
    info.pPushConstantRanges = &push;
    VkPipelineLayout layout = VK_NULL_HANDLE;
    if (const VkResult made = vkCreatePipelineLayout(m_context.device(), &info, nullptr, &layout);
        made != VK_SUCCESS)
        return m_context.error(made, "vkCreatePipelineLayout");
    m_layout = {m_context.device(), layout};
    return {};
}

PipelineBase PipelineSet::base() const {
    return {m_context.device(), m_context.readsTexels(), m_layout.get(), m_cache.get()};
}

Result<void> PipelineSet::add(CompiledPipeline compiled) {
    if (compiled.result != VK_SUCCESS)
        return m_context.error(compiled.result, std::string(compiled.key.kernel));
    m_pipelines.emplace(compiled.key, std::move(compiled.pipeline));
    m_unsaved = true;
    return {};
}

void PipelineSet::prepare(std::vector<PipelineKey> keys) {
    abandon();
    std::erase_if(keys, [&](const PipelineKey& key) { return m_pipelines.contains(key); });
    if (!keys.empty()) m_compiler = std::make_unique<PipelineCompiler>(base(), keys);
}

Result<void> PipelineSet::finish(const std::stop_token& stop) {
    if (!m_compiler) return {};
    std::vector<CompiledPipeline> all = m_compiler->finish(stop);
    m_compiler.reset();
    Result<void> out;
    for (CompiledPipeline& one : all)
        if (one.result != VK_INCOMPLETE)
            if (auto added = add(std::move(one)); !added && out) out = added;
    if (out && stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
    save();
    return out;
}

Result<VkPipeline> PipelineSet::get(const PipelineKey& key) {
    if (auto finished = finish({}); !finished) return finished.error();
    if (const auto known = m_pipelines.find(key); known != m_pipelines.end()) return known->second.get();
    if (auto added = add(compilePipeline(base(), key)); !added) return added.error();
    return m_pipelines.at(key).get();
}

Result<TexelSet> PipelineSet::texelSet(SetNumber number, std::initializer_list<const VulkanBuffer*> buffers) {
    TexelSet out;
    if (!m_context.readsTexels()) return out;
    const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER,
                                    static_cast<std::uint32_t>(buffers.size())};
    VkDescriptorPoolCreateInfo poolInfo{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
    poolInfo.maxSets = 1;
    poolInfo.poolSizeCount = 1;
    poolInfo.pPoolSizes = &size;
    VkDescriptorPool pool = VK_NULL_HANDLE;
    if (const VkResult made = vkCreateDescriptorPool(m_context.device(), &poolInfo, nullptr, &pool);
        made != VK_SUCCESS)
        return m_context.error(made, "vkCreateDescriptorPool");
    out.pool = {m_context.device(), pool};
    const VkDescriptorSetLayout layout = m_setLayouts[number].get();
    VkDescriptorSetAllocateInfo setInfo{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
    setInfo.descriptorPool = pool;
    setInfo.descriptorSetCount = 1;
    setInfo.pSetLayouts = &layout;
    if (const VkResult made = vkAllocateDescriptorSets(m_context.device(), &setInfo, &out.set);
        made != VK_SUCCESS)
        return m_context.error(made, "vkAllocateDescriptorSets");
    std::uint32_t binding = 0;
    for (const VulkanBuffer* buffer : buffers) {
        const VkBufferView view = buffer->view();
        VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
        write.dstSet = out.set;
        write.dstBinding = binding++;
        write.descriptorCount = 1;
        write.descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER;
        write.pTexelBufferView = &view;
        vkUpdateDescriptorSets(m_context.device(), 1, &write, 0, nullptr);
    }
    return out;
}

} // namespace ponder
