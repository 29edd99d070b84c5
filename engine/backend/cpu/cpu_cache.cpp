#include "engine/backend/cpu/cpu_cache.h"

#include "engine/backend/cpu/row_kernels.h"
#include "engine/model/config.h"
#include "engine/plan/kv_type_name.h"
#include "engine/quant/decode.h"

#include <algorithm>
#include <array>
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

// Where one token's part of a head goes: a lane of a block of 16 slots.
struct Lane {
    std::byte* block;
    std::size_t lane, keySize, valueSize;
};

void storeEightBits(const Lane& to, const float* key, const float* value) {
    auto* keys = reinterpret_cast<std::int8_t*>(to.block);
    auto* keyScales = reinterpret_cast<std::uint16_t*>(to.block + kCacheSlots * to.keySize);
    auto* values = reinterpret_cast<std::int8_t*>(keyScales + kCacheSlots * to.keySize / 32);
    auto* valueScales = reinterpret_cast<std::uint16_t*>(values + kCacheSlots * to.valueSize);
    for (std::size_t at = 0; at < to.keySize; at += 32) {
        const EightBits k(key + at);
        for (std::size_t i = 0; i < 32; ++i)
            keys[(at + i) * kCacheSlots + to.lane] = k.quants[i];
        keyScales[at / 32 * kCacheSlots + to.lane] = k.scale;
    }
    for (std::size_t at = 0; at < to.valueSize; at += 32) {
        const EightBits v(value + at);
        std::memcpy(values + to.lane * to.valueSize + at, v.quants, 32);
        valueScales[to.lane * (to.valueSize / 32) + at / 32] = v.scale;
    }
}

// A key's values stand kCacheSlots apart.
template<class Stored>
void scatter(const Stored* from, std::size_t size, Stored* to) {
    for (std::size_t i = 0; i < size; ++i)
        to[i * kCacheSlots] = from[i];
}

void storeFloats(const Lane& to, const float* key, const float* value) {
    auto* keys = reinterpret_cast<float*>(to.block);
    scatter(key, to.keySize, keys + to.lane);
    std::copy_n(value, to.valueSize, keys + kCacheSlots * to.keySize + to.lane * to.valueSize);
}

void storeHalves(const Lane& to, const float* key, const float* value) {
    auto* keys = reinterpret_cast<std::uint16_t*>(to.block);
    std::array<std::uint16_t, kMaxHeadSize> halves;
    toHalves(key, to.keySize, halves.data());
    scatter(halves.data(), to.keySize, keys + to.lane);
    toHalves(value, to.valueSize, keys + kCacheSlots * to.keySize + to.lane * to.valueSize);
}

// A key that begins with its value: one row.
void storeRow(KvType type, const Lane& to, const float* row) {
    const std::size_t size = to.keySize, at = to.lane * size;
    if (type == KvType::F32)
        std::copy_n(row, size, reinterpret_cast<float*>(to.block) + at);
    else if (type == KvType::F16)
        toHalves(row, size, reinterpret_cast<std::uint16_t*>(to.block) + at);
    if (type != KvType::Q8_0) return;
    auto* scales = reinterpret_cast<std::uint16_t*>(to.block + kCacheSlots * size);
    for (std::size_t i = 0; i < size; i += 32) {
        const EightBits k(row + i);
        std::memcpy(to.block + at + i, k.quants, 32);
        scales[(at + i) / 32] = k.scale;
    }
}

// The values of a head, with zeros up to the size that is kept.
const float* filledUp(const float* values, std::uint32_t length, std::uint32_t size,
                      std::array<float, kMaxHeadSize>& room) {
    if (length == size) return values;
    std::copy_n(values, length, room.begin());
    std::fill_n(room.begin() + length, size - length, 0.0F);
    return room.data();
}

std::vector<std::uint32_t> stateLengths(const CpuKvPlan& plan) {
    std::vector<std::uint32_t> lengths;
    for (const CpuKvPlan::Layer& layer : plan.layers)
        lengths.push_back(layer.stateLength);
    return lengths;
}

} // namespace

CpuCache::CpuCache(const CpuKvPlan& plan, HostBuffer memory, std::shared_ptr<std::uint64_t> inUse)
    : m_plan(plan), m_memory(std::move(memory)), m_states(stateLengths(plan), plan.snapshots),
      m_inUse(std::move(inUse)) {
    count();
}

CpuCache::~CpuCache() { *m_inUse -= m_counted; }

void CpuCache::count() {
    *m_inUse += bytes() - m_counted; // fewer wrap around, twice
    m_counted = bytes();
}

Result<void> CpuCache::begin(const Batch& batch) {
    const Result<void> begun = m_states.begin(batch);
    count();
    return begun;
}

Result<std::unique_ptr<KvCache>> CpuCache::create(const CpuKvPlan& plan,
                                                  std::shared_ptr<std::uint64_t> inUse) {
    Result<HostBuffer> memory = HostBuffer::create(plan.slotBytes);
    if (!memory) return memory.error();
    return std::unique_ptr<KvCache>(new CpuCache(plan, std::move(*memory), std::move(inUse)));
}

std::byte* CpuCache::head(std::uint32_t layer, std::uint32_t head) {
    return m_memory.data() + m_plan.layers[layer].at + head * m_plan.layers[layer].headBytes;
}

void CpuCache::store(std::uint32_t layer, std::uint32_t head, std::uint32_t slot, const float* key,
                     const float* value) {
    const CpuKvPlan::Layer& sizes = m_plan.layers[layer];
    const Lane lane{this->head(layer, head) + slot / kCacheSlots * sizes.blockBytes(), slot % kCacheSlots,
                    sizes.keySize, sizes.valueSize};
    if (sizes.rows()) return storeRow(m_plan.type, lane, key);
    std::array<float, kMaxHeadSize> keyRoom, valueRoom;
    key = filledUp(key, sizes.keyFilled, sizes.keySize, keyRoom);
    value = filledUp(value, sizes.valueFilled, sizes.valueSize, valueRoom);
    switch (m_plan.type) {
    case KvType::F32:
        return storeFloats(lane, key, value);
    case KvType::F16:
        return storeHalves(lane, key, value);
    case KvType::Q8_0:
        return storeEightBits(lane, key, value);
    }
}

std::string CpuCache::layoutName() const {
    std::string name = "cpu 2, [layer][16 slots][head], layers of";
    for (const CpuKvPlan::Layer& layer : m_plan.layers)
        name += " " + std::to_string(layer.heads) + "x" + std::to_string(layer.keySize) + "+" +
                std::to_string(layer.valueSize);
    if (m_states.any()) name += ", states of " + std::to_string(m_plan.stateBytes) + " bytes";
    return name + ", type " + nameOf(m_plan.type);
}

// Whole blocks: what lies after the last token in its block is written over before it is read.
Result<void> CpuCache::save(std::uint32_t tokens, const ByteSink& sink) const {
    const std::size_t blocks = (std::size_t{tokens} + kCacheSlots - 1) / kCacheSlots;
    for (const CpuKvPlan::Layer& layer : m_plan.layers)
        if (auto saved = sink({m_memory.data() + layer.at, blocks * layer.blockBytes()}); !saved)
            return saved;
    return m_states.save(tokens, sink);
}

Result<void> CpuCache::restore(std::uint32_t tokens, const ByteSource& source) {
    const std::size_t blocks = (std::size_t{tokens} + kCacheSlots - 1) / kCacheSlots;
    for (const CpuKvPlan::Layer& layer : m_plan.layers)
        if (auto read = source({m_memory.data() + layer.at, blocks * layer.blockBytes()}); !read) return read;
    return m_states.restore(tokens, source);
}

} // namespace ponder::cpu
