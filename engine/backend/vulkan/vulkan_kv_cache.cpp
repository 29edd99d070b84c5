#include "engine/backend/vulkan/vulkan_kv_cache.h"

namespace ponder {

VulkanKvCache::VulkanKvCache(VulkanContext& context, KvPlan plan, std::shared_ptr<std::uint64_t> inUse)
    : m_context(context), m_plan(std::move(plan)), m_inUse(std::move(inUse)) {}

Result<std::unique_ptr<VulkanKvCache>> VulkanKvCache::create(VulkanContext& context, PipelineSet& pipelines,
                                                             KvPlan plan,
                                                             std::shared_ptr<std::uint64_t> inUse) {
    std::unique_ptr<VulkanKvCache> cache(new VulkanKvCache(context, std::move(plan), std::move(inUse)));
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
    const std::uint32_t own = layer - m_plan.layers.first;
    const std::uint32_t buffer = own / m_plan.layersPerBuffer;
    const std::uint64_t at = own % m_plan.layersPerBuffer * m_plan.layerBytes;
    return {m_buffers[buffer].address(), m_sets[buffer].set, static_cast<std::uint32_t>(at / 16)};
}

std::uint64_t VulkanKvCache::bytesPerPosition() const {
    return std::uint64_t{2} * m_plan.kvHeads * (m_plan.rowBytes + m_plan.scaleBytes);
}

std::string VulkanKvCache::layoutName() const {
    static constexpr const char* kTypes[] = {"f16", "f32", "q8_0"};
    return "vulkan 1, " + std::string(kTypes[static_cast<int>(m_plan.type)]) +
           " [layer][key, value][head][slot], layers " + std::to_string(m_plan.layers.first) + " to " +
           std::to_string(m_plan.layers.end) + ", " + std::to_string(m_plan.kvHeads) + " heads of " +
           std::to_string(m_plan.headSize);
}

// Head by head, so that caches of any capacity read each other's bytes.
Result<std::vector<DeviceBytes>> VulkanKvCache::bytesOf(std::uint32_t tokens) const {
    if (tokens > m_plan.tokens)
        return Error{ErrorCode::ContextFull, std::to_string(tokens), std::to_string(m_plan.tokens)};
    std::vector<DeviceBytes> out;
    for (std::uint32_t layer = m_plan.layers.first; layer < m_plan.layers.end; ++layer) {
        const std::uint64_t first = std::uint64_t{place(layer).at} * 16;
        const VulkanBuffer& buffer = m_buffers[(layer - m_plan.layers.first) / m_plan.layersPerBuffer];
        const std::uint64_t heads = std::uint64_t{2} * m_plan.kvHeads;
        const std::uint64_t scales = first + heads * m_plan.tokens * m_plan.rowBytes;
        for (std::uint64_t head = 0; head < heads; ++head) {
            out.push_back(
                {&buffer, first + head * m_plan.tokens * m_plan.rowBytes, tokens * m_plan.rowBytes});
            if (m_plan.scaleBytes == 0) continue;
            out.push_back(
                {&buffer, scales + head * m_plan.tokens * m_plan.scaleBytes, tokens * m_plan.scaleBytes});
        }
    }
    return out;
}

Result<void> VulkanKvCache::save(std::uint32_t tokens, const ByteSink& sink) const {
    const auto ranges = bytesOf(tokens);
    return ranges ? readDevice(m_context, *ranges, sink) : ranges.error();
}

Result<void> VulkanKvCache::restore(std::uint32_t tokens, const ByteSource& source) {
    const auto ranges = bytesOf(tokens);
    return ranges ? writeDevice(m_context, *ranges, source) : ranges.error();
}

} // namespace ponder
