#include "engine/backend/cpu/cpu_cache.h"

#include "engine/backend/cpu/row_kernels.h"
#include "engine/quant/decode.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ponder::cpu {
namespace {

// As GGUF's Q8_0 and ReferenceCache: scale = largest / 127 in half precision, values rounded to nearest.
struct EightBits {
    std::int8_t quants[32];
    std::uint16_t scale;

    explicit EightBits(const float* values) {
        float largest = 0;
        for (int i = 0; i < 32; ++i)
            largest = std::max(largest, std::abs(values[i]));
        const float step = largest / 127.0F;
        scale = floatToHalf(step);
        for (int i = 0; i < 32; ++i)
            quants[i] = static_cast<std::int8_t>(step > 0 ? std::round(values[i] / step) : 0.0F);
    }
};

void storeEightBits(std::byte* block, std::size_t size, std::size_t lane, const float* key,
                    const float* value) {
    auto* keys = reinterpret_cast<std::int8_t*>(block);
    auto* keyScales = reinterpret_cast<std::uint16_t*>(block + kCacheSlots * size);
    auto* values = reinterpret_cast<std::int8_t*>(keyScales + kCacheSlots * size / 32);
    auto* valueScales = reinterpret_cast<std::uint16_t*>(values + kCacheSlots * size);
    for (std::size_t at = 0; at < size; at += 32) {
        const EightBits k(key + at), v(value + at);
        for (std::size_t i = 0; i < 32; ++i)
            keys[(at + i) * kCacheSlots + lane] = k.quants[i];
        keyScales[at / 32 * kCacheSlots + lane] = k.scale;
        std::memcpy(values + lane * size + at, v.quants, 32);
        valueScales[lane * (size / 32) + at / 32] = v.scale;
    }
}

// A key's values stand kCacheSlots apart.
template<class Stored>
void scatter(const Stored* from, std::size_t size, Stored* to) {
    for (std::size_t i = 0; i < size; ++i)
        to[i * kCacheSlots] = from[i];
}

void storeFloats(std::byte* block, std::size_t size, std::size_t lane, const float* key, const float* value) {
    auto* keys = reinterpret_cast<float*>(block);
    scatter(key, size, keys + lane);
    std::copy_n(value, size, keys + kCacheSlots * size + lane * size);
}

void storeHalves(std::byte* block, std::size_t size, std::size_t lane, const float* key, const float* value) {
    auto* keys = reinterpret_cast<std::uint16_t*>(block);
    std::uint16_t* values = keys + kCacheSlots * size + lane * size;
    toHalves(key, size, values); // the value's place serves for a moment
    scatter(values, size, keys + lane);
    toHalves(value, size, values);
}

} // namespace

CpuCache::CpuCache(const ModelConfig& config, const CpuKvPlan& plan, HostBuffer memory,
                   std::shared_ptr<std::uint64_t> inUse)
    : m_plan(plan), m_heads(config.kvHeads), m_headSize(config.headSize), m_memory(std::move(memory)),
      m_inUse(std::move(inUse)) {
    *m_inUse += m_plan.bytes();
}

CpuCache::~CpuCache() { *m_inUse -= m_plan.bytes(); }

Result<std::unique_ptr<KvCache>> CpuCache::create(const CpuPlan& plan, const CpuKvPlan& kv,
                                                  std::shared_ptr<std::uint64_t> inUse) {
    Result<HostBuffer> memory = HostBuffer::create(kv.bytes());
    if (!memory) return memory.error();
    return std::unique_ptr<KvCache>(new CpuCache(plan.config, kv, std::move(*memory), std::move(inUse)));
}

std::byte* CpuCache::head(std::uint32_t layer, std::uint32_t head) {
    return m_memory.data() + layer * m_plan.layerBytes + head * m_plan.headBytes;
}

void CpuCache::store(std::uint32_t layer, std::uint32_t head, std::uint32_t slot, const float* key,
                     const float* value) {
    std::byte* block = this->head(layer, head) + slot / kCacheSlots * blockStride();
    const std::size_t lane = slot % kCacheSlots;
    switch (m_plan.type) {
    case KvType::F32:
        return storeFloats(block, m_headSize, lane, key, value);
    case KvType::F16:
        return storeHalves(block, m_headSize, lane, key, value);
    case KvType::Q8_0:
        return storeEightBits(block, m_headSize, lane, key, value);
    }
}

std::string CpuCache::layoutName() const {
    return "cpu 1, [layer][16 slots][head], " + std::to_string(m_plan.layers) + " layers, " +
           std::to_string(m_heads) + " heads of " + std::to_string(m_headSize) + ", type " +
           std::to_string(static_cast<int>(m_plan.type));
}

// Whole blocks: what lies behind the last token in its block is written over before it is read.
Result<void> CpuCache::save(std::uint32_t tokens, const ByteSink& sink) const {
    const std::size_t bytes = (std::size_t{tokens} + kCacheSlots - 1) / kCacheSlots * blockStride();
    for (std::uint32_t layer = 0; layer < m_plan.layers; ++layer)
        if (auto saved = sink({m_memory.data() + layer * m_plan.layerBytes, bytes}); !saved) return saved;
    return {};
}

Result<void> CpuCache::restore(std::uint32_t tokens, const ByteSource& source) {
    const std::size_t bytes = (std::size_t{tokens} + kCacheSlots - 1) / kCacheSlots * blockStride();
    for (std::uint32_t layer = 0; layer < m_plan.layers; ++layer)
        if (auto read = source({m_memory.data() + layer * m_plan.layerBytes, bytes}); !read) return read;
    return {};
}

} // namespace ponder::cpu
