#include "engine/backend/vulkan/step/vulkan_kv_cache.h"

#include "engine/plan/kv_type_name.h"

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

VulkanKvCache::LayerPlace VulkanKvCache::place(std::uint32_t index) const {
    const KvPlan::Layer& kept = layer(index);
    return {m_buffers[kept.buffer].address(), m_sets[kept.buffer].set,
            static_cast<std::uint32_t>(kept.at / 16)};
}

std::uint64_t VulkanKvCache::bytesPerPosition(std::uint32_t index) const { return layer(index).slotBytes(); }

std::string VulkanKvCache::layoutName() const {
    std::string name = "vulkan 2, " + std::string(nameOf(m_plan.type)) +
                       " [layer][key, value][head][slot], layers " + std::to_string(m_plan.range.first) +
                       " to " + std::to_string(m_plan.range.end) + " of";
    for (const KvPlan::Layer& kept : m_plan.layers)
        name += " " + std::to_string(kept.heads) + "x" + std::to_string(kept.keySize) + "+" +
                std::to_string(kept.valueSize);
    return name;
}

// Head by head, so that caches of any capacity read each other's bytes.
Result<std::vector<DeviceBytes>> VulkanKvCache::bytesOf(std::uint32_t tokens) const {
    if (tokens > m_plan.tokens)
        return Error{ErrorCode::ContextFull, std::to_string(tokens), std::to_string(m_plan.tokens)};
    std::vector<DeviceBytes> out;
    for (const KvPlan::Layer& kept : m_plan.layers) {
        std::uint64_t at = kept.at;
        // One region after the other, each with room for all slots of every head.
        for (const std::uint64_t bytes :
             {kept.keyBytes, kept.valueBytes, kept.keyScaleBytes, kept.valueScaleBytes}) {
            for (std::uint32_t head = 0; head < kept.heads && bytes > 0; ++head)
                out.push_back({&m_buffers[kept.buffer], at + head * m_plan.tokens * bytes, tokens * bytes});
            at += std::uint64_t{kept.heads} * m_plan.tokens * bytes;
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
