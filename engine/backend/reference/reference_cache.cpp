#include "engine/backend/reference/reference_cache.h"

#include "engine/plan/kv_type_name.h"
#include "engine/plan/state_room.h"
#include "engine/quant/decode.h"

#include <algorithm>
#include <cmath>

namespace ponder {
namespace {

constexpr std::size_t kBlock = 32; // values of one Q8_0 scale

// As GGUF's Q8_0: scale = largest / 127 in half precision, values rounded to nearest.
void roundToQ8(std::span<float> values) {
    for (std::size_t at = 0; at < values.size(); at += kBlock) {
        const auto block = values.subspan(at, std::min(kBlock, values.size() - at));
        float largest = 0;
        for (const float x : block)
            largest = std::max(largest, std::abs(x));
        const float scale = largest / 127.0f;
        const float stored = halfToFloat(floatToHalf(scale));
        for (float& x : block)
            x = scale > 0 ? std::round(x / scale) * stored : 0.0f;
    }
}

std::vector<std::uint32_t> stateLengths(const ModelConfig& config, const LayerRange& layers) {
    std::vector<std::uint32_t> lengths;
    for (std::uint32_t i = layers.first; i < layers.end; ++i)
        lengths.push_back(config.layer(i).keptState().length());
    return lengths;
}

void roundTo(KvType type, std::span<float> values) {
    if (type == KvType::F16)
        for (float& x : values)
            x = halfToFloat(floatToHalf(x));
    if (type == KvType::Q8_0) roundToQ8(values);
}

} // namespace

ReferenceCache::ReferenceCache(const ModelConfig& config, const LayerRange& layers, std::uint32_t tokens,
                               KvType type, std::uint64_t& bytesInUse)
    : m_capacity(tokens), m_type(type), m_bytesInUse(bytesInUse), m_layers(layers),
      m_states(stateLengths(config, layers), stateSnapshots(config)) {
    for (std::uint32_t i = layers.first; i < layers.end; ++i) {
        const KeptValues kept = config.layer(i).kept();
        m_kept.push_back({kept.keyLength(), kept.valueLength(), {}, {}});
    }
    countStates();
}

ReferenceCache::~ReferenceCache() { m_bytesInUse -= m_bytes; }

void ReferenceCache::reserve(std::vector<float>& rows, std::size_t values) {
    if (rows.size() >= values) return;
    const std::size_t added = (values - rows.size()) * sizeof(float);
    rows.resize(values);
    m_bytes += added;
    m_bytesInUse += added;
}

void ReferenceCache::countStates() {
    const std::uint64_t now = m_states.bytes();
    m_bytes += now - m_stateBytes; // fewer bytes wrap around, twice
    m_bytesInUse += now - m_stateBytes;
    m_stateBytes = now;
}

Result<void> ReferenceCache::begin(const Batch& batch) {
    const Result<void> begun = m_states.begin(batch);
    countStates();
    return begun;
}

void ReferenceCache::store(std::uint32_t layer, std::uint32_t slot, std::span<const float> key,
                           std::span<const float> value) {
    const auto put = [&](std::vector<float>& rows, std::span<const float> row) {
        const std::size_t at = slot * row.size();
        reserve(rows, at + row.size());
        const auto place = std::span(rows).subspan(at, row.size());
        std::copy(row.begin(), row.end(), place.begin());
        roundTo(m_type, place);
    };
    Kept& kept = m_kept[layer - m_layers.first];
    put(kept.keys, key);
    put(kept.values, value);
}

std::string ReferenceCache::layoutName() const {
    std::string name = "reference 2, f32 [layer][key, value][slot], layers " +
                       std::to_string(m_layers.first) + " to " + std::to_string(m_layers.end) + " of";
    for (const Kept& kept : m_kept)
        name += " " + std::to_string(kept.keyLength) + "+" + std::to_string(kept.valueLength);
    if (m_states.any()) name += ", states of " + std::to_string(m_stateBytes) + " bytes";
    return name + ", type " + nameOf(m_type);
}

Result<void> ReferenceCache::save(std::uint32_t tokens, const ByteSink& sink) const {
    for (const Kept& kept : m_kept)
        for (const auto& [rows, length] :
             {std::pair(&kept.keys, kept.keyLength), std::pair(&kept.values, kept.valueLength)})
            if (const auto saved = sink(std::as_bytes(std::span(*rows).first(tokens * length))); !saved)
                return saved;
    return m_states.save(tokens, sink);
}

Result<void> ReferenceCache::restore(std::uint32_t tokens, const ByteSource& source) {
    for (Kept& kept : m_kept)
        for (const auto& [rows, length] :
             {std::pair(&kept.keys, kept.keyLength), std::pair(&kept.values, kept.valueLength)}) {
            reserve(*rows, tokens * length);
            const auto place = std::as_writable_bytes(std::span(*rows).first(tokens * length));
            if (const auto restored = source(place); !restored) return restored;
        }
    return m_states.restore(tokens, source);
}

} // namespace ponder
