#include "engine/backend/vulkan/vulkan_kv_cache.h"

namespace ponder {

VulkanKvCache::VulkanKvCache(KvPlan plan, std::shared_ptr<std::uint64_t> inUse)
    : m_plan(std::move(plan)), m_inUse(std::move(inUse)) {}

Result<std::unique_ptr<VulkanKvCache>> VulkanKvCache::create(VulkanContext& context, PipelineSet& pipelines,
                                                             KvPlan plan,
                                                             std::shared_ptr<std::uint64_t> inUse) {
    std::unique_ptr<VulkanKvCache> cache(new VulkanKvCache(std::move(plan), std::move(inUse)));
    for (const std::uint64_t bytes : cache->m_plan.buffers) {
        auto buffer = VulkanBuffer::create(context, bytes, Place::Device);
        if (!buffer) return buffer.error();
        auto set = pipelines.texelSet(PipelineSet::OtherSet, {&*buffer});
        if (!set) return set.error();
        cache->m_bytes += buffer->bytes();
        *cache->m_inUse += buffer->bytes();
        cache->m_buffers.push_back(std::move(*buffer));
        cache->m_sets.push_back(std::move(*set));
    }
    return cache;
}

VulkanKvCache::~VulkanKvCache() { *m_inUse -= m_bytes; }

VulkanKvCache::LayerPlace VulkanKvCache::place(std::uint32_t layer) const {
    const std::uint32_t own = layer - m_plan.firstLayer;
    const std::uint32_t buffer = own / m_plan.layersPerBuffer;
    const std::uint64_t at = own % m_plan.layersPerBuffer * m_plan.layerBytes;
    return {m_buffers[buffer].address(), m_sets[buffer].set, static_cast<std::uint32_t>(at / 16)};
}

std::string VulkanKvCache::layoutName() const { return {}; }

Result<void> VulkanKvCache::save(std::uint32_t, const ByteSink&) const {
    return Error{ErrorCode::BadArgument, "save", {}};
}

Result<void> VulkanKvCache::restore(std::uint32_t, const ByteSource&) {
    return Error{ErrorCode::BadArgument, "restore", {}};
}

} // namespace ponder
