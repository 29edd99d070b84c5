#include "engine/backend/vulkan/step/vulkan_kv_cache.h"

#include "engine/plan/kv_type_name.h"

#include <cstring>

namespace ponder {

VulkanKvCache::VulkanKvCache(VulkanContext& context, PipelineSet& pipelines, KvPlan plan,
                             std::shared_ptr<std::uint64_t> inUse)
    : m_context(context), m_plan(std::move(plan)), m_states(context, pipelines),
      m_snapshots(m_plan.snapshots), m_inUse(std::move(inUse)) {}

Result<std::unique_ptr<VulkanKvCache>> VulkanKvCache::create(VulkanContext& context, PipelineSet& pipelines,
                                                             KvPlan plan,
                                                             std::shared_ptr<std::uint64_t> inUse) {
    std::unique_ptr<VulkanKvCache> cache(
        new VulkanKvCache(context, pipelines, std::move(plan), std::move(inUse)));
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
    for (const KvPlan::Layer& kept : cache->m_plan.layers)
        cache->m_states.add({&cache->m_buffers[kept.buffer], kept.at, kept.state.bytes()});
    return cache;
}

VulkanKvCache::~VulkanKvCache() { *m_inUse -= bytes(); }

Result<void> VulkanKvCache::begin(const Batch& batch) {
    const Result<void> begun = m_states.begin(batch);
    *m_inUse -= m_branchBytes;
    m_branchBytes = m_states.branchBytes();
    *m_inUse += m_branchBytes;
    return begun;
}

VulkanKvCache::LayerPlace VulkanKvCache::place(std::uint32_t index) const {
    const KvPlan::Layer& kept = layer(index);
    return {m_buffers[kept.buffer].address(), m_sets[kept.buffer].set,
            static_cast<std::uint32_t>(kept.at / 16)};
}

StatePlace VulkanKvCache::state(std::uint32_t index, bool ofBranches) const {
    if (ofBranches) return m_states.branches(index - m_plan.range.first);
    const LayerPlace own = place(index);
    return {own.address, own.set, own.at, 0};
}

std::uint64_t VulkanKvCache::bytesPerPosition(std::uint32_t index) const { return layer(index).slotBytes(); }

std::string VulkanKvCache::layoutName() const {
    std::string name = "vulkan 2, " + std::string(nameOf(m_plan.type)) +
                       " [layer][key, value][head][slot], layers " + std::to_string(m_plan.range.first) +
                       " to " + std::to_string(m_plan.range.end) + " of";
    for (const KvPlan::Layer& kept : m_plan.layers)
        if (kept.state.length() > 0)
            name +=
                " state " + std::to_string(kept.state.columns) + "+" + std::to_string(kept.state.matrices);
        else
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

// A layer that has one has nothing else.
std::vector<DeviceBytes> VulkanKvCache::bytesOfStates() const {
    std::vector<DeviceBytes> out;
    for (const KvPlan::Layer& kept : m_plan.layers)
        if (kept.state.length() > 0) out.push_back({&m_buffers[kept.buffer], kept.at, kept.state.bytes()});
    return out;
}

Result<std::vector<float>> VulkanKvCache::statesAfter(std::uint32_t tokens) const {
    if (const std::vector<float>* kept = m_states.areOf(tokens) ? nullptr : m_snapshots.find(tokens))
        return *kept;
    std::vector<float> values;
    const auto sink = [&](std::span<const std::byte> bytes) -> Result<void> {
        const std::size_t before = values.size();
        values.resize(before + bytes.size() / sizeof(float));
        std::memcpy(values.data() + before, bytes.data(), bytes.size());
        return {};
    };
    if (const auto read = readDevice(m_context, bytesOfStates(), sink); !read) return read.error();
    return values;
}

Result<void> VulkanKvCache::setStates(std::span<const float> values, std::uint32_t tokens) {
    m_states.forget();
    std::span<const std::byte> left = std::as_bytes(values);
    const auto source = [&](std::span<std::byte> wanted) -> Result<void> {
        std::memcpy(wanted.data(), left.data(), wanted.size());
        left = left.subspan(wanted.size());
        return {};
    };
    if (const auto written = writeDevice(m_context, bytesOfStates(), source); !written) return written;
    m_states.restored(tokens);
    return {};
}

Result<void> VulkanKvCache::rewind(std::uint32_t reusable) {
    m_snapshots.forgetAfter(reusable);
    if (m_states.areOf(reusable) || reusable == 0) return {}; // a run from 0 begins anew
    return setStates(*m_snapshots.find(reusable), reusable);
}

Result<void> VulkanKvCache::keepState() {
    const std::optional<std::uint32_t> tokens = m_states.tokens();
    if (!tokens || *tokens == 0 || m_snapshots.find(*tokens)) return {};
    const auto values = statesAfter(*tokens);
    if (!values) return values.error();
    m_snapshots.keep(*tokens, *values);
    return {};
}

Result<void> VulkanKvCache::save(std::uint32_t tokens, const ByteSink& sink) const {
    const auto ranges = bytesOf(tokens);
    if (!ranges) return ranges.error();
    if (const auto read = readDevice(m_context, *ranges, sink); !read || !m_states.any()) return read;
    const auto states = statesAfter(tokens);
    if (!states) return states.error();
    if (const auto saved = sink(std::as_bytes(std::span(*states))); !saved) return saved;
    return m_snapshots.save(tokens, sink);
}

Result<void> VulkanKvCache::restore(std::uint32_t tokens, const ByteSource& source) {
    const auto ranges = bytesOf(tokens);
    if (!ranges) return ranges.error();
    m_states.forget();
    if (const auto written = writeDevice(m_context, *ranges, source); !written || !m_states.any())
        return written;
    std::size_t length = 0;
    for (const KvPlan::Layer& kept : m_plan.layers)
        length += kept.state.length();
    std::vector<float> states(length);
    if (const auto read = source(std::as_writable_bytes(std::span(states))); !read) return read;
    if (const auto set = setStates(states, tokens); !set) return set;
    return m_snapshots.restore(length, source);
}

} // namespace ponder
