#include "engine/backend/vulkan/pipeline_set.h"

#include "engine/backend/vulkan/shader_pruner.h"
#include "shaders/embedded.h"

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

Result<std::unique_ptr<PipelineSet>> PipelineSet::create(VulkanContext& context) {
    std::unique_ptr<PipelineSet> set(new PipelineSet(context));
    if (auto made = set->createLayouts(); !made) return made.error();
    VkPipelineCacheCreateInfo info{VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
    VkPipelineCache cache = VK_NULL_HANDLE;
    if (const VkResult made = vkCreatePipelineCache(context.device(), &info, nullptr, &cache);
        made != VK_SUCCESS)
        return context.error(made, "vkCreatePipelineCache");
    set->m_cache = {context.device(), cache};
    return set;
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

Result<VkPipeline> PipelineSet::get(const PipelineKey& key) {
    if (const auto known = m_pipelines.find(key); known != m_pipelines.end()) return known->second.get();
    const auto built = embeddedShader(key.kernel, m_context.readsTexels());
    if (built.empty()) return m_context.error(VK_ERROR_UNKNOWN, std::string(key.kernel));
    const std::vector<std::uint32_t> words = pruneShader(built, key.constants);
    VkShaderModuleCreateInfo moduleInfo{VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
    moduleInfo.codeSize = words.size() * sizeof(std::uint32_t);
    moduleInfo.pCode = words.data();
    VkShaderModule raw = VK_NULL_HANDLE;
    if (const VkResult made = vkCreateShaderModule(m_context.device(), &moduleInfo, nullptr, &raw);
        made != VK_SUCCESS)
        return m_context.error(made, std::string(key.kernel));
    const ShaderModuleHandle module(m_context.device(), raw);

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
    info.layout = m_layout.get();
    VkPipeline pipeline = VK_NULL_HANDLE;
    if (const VkResult made =
            vkCreateComputePipelines(m_context.device(), m_cache.get(), 1, &info, nullptr, &pipeline);
        made != VK_SUCCESS)
        return m_context.error(made, std::string(key.kernel));
    return m_pipelines.emplace(key, PipelineHandle(m_context.device(), pipeline)).first->second.get();
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
