#include "engine/backend/reference/reference_cache.h"

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

void roundTo(KvType type, std::span<float> values) {
    if (type == KvType::F16)
        for (float& x : values)
            x = halfToFloat(floatToHalf(x));
    if (type == KvType::Q8_0) roundToQ8(values);
}

} // namespace

ReferenceCache::ReferenceCache(const ModelConfig& config, const LayerRange& layers, std::uint32_t tokens,
                               KvType type, std::uint64_t& bytesInUse)
    : m_capacity(tokens), m_rowLength(config.kvLength()), m_type(type), m_bytesInUse(bytesInUse),
      m_layers(layers), m_keys(layers.end - layers.first), m_values(m_keys.size()) {}

ReferenceCache::~ReferenceCache() { m_bytesInUse -= m_bytes; }

void ReferenceCache::reserve(std::vector<float>& rows, std::size_t values) {
    if (rows.size() >= values) return;
    const std::size_t added = (values - rows.size()) * sizeof(float);
    rows.resize(values);
    m_bytes += added;
    m_bytesInUse += added;
}

void ReferenceCache::store(std::uint32_t layer, std::uint32_t slot, std::span<const float> key,
                           std::span<const float> value) {
    const std::size_t at = std::size_t{slot} * m_rowLength;
    const auto put = [&](std::vector<float>& rows, std::span<const float> row) {
        reserve(rows, at + m_rowLength);
        const auto place = std::span(rows).subspan(at, m_rowLength);
        std::copy(row.begin(), row.end(), place.begin());
        roundTo(m_type, place);
    };
    put(m_keys[layer - m_layers.first], key);
    put(m_values[layer - m_layers.first], value);
}

std::string ReferenceCache::layoutName() const {
    return "reference 1, f32 [layer][key, value][slot][" + std::to_string(m_rowLength) + "], " + "layers " +
           std::to_string(m_layers.first) + " to " + std::to_string(m_layers.end) + ", type " +
           std::to_string(static_cast<int>(m_type));
}

Result<void> ReferenceCache::save(std::uint32_t tokens, const ByteSink& sink) const {
    for (std::size_t layer = 0; layer < m_keys.size(); ++layer)
        for (const auto* rows : {&m_keys[layer], &m_values[layer]})
            if (const auto saved = sink(std::as_bytes(std::span(*rows).first(tokens * m_rowLength))); !saved)
                return saved;
    return {};
}

Result<void> ReferenceCache::restore(std::uint32_t tokens, const ByteSource& source) {
    for (std::size_t layer = 0; layer < m_keys.size(); ++layer)
        for (auto* rows : {&m_keys[layer], &m_values[layer]}) {
            reserve(*rows, tokens * m_rowLength);
            const auto place = std::as_writable_bytes(std::span(*rows).first(tokens * m_rowLength));
            if (const auto restored = source(place); !restored) return restored;
        }
    return {};
}

} // namespace ponder
