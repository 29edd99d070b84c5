#include "engine/backend/reference/reference_cache.h"

#include "engine/quant/decode.h"

#include <algorithm>

namespace ponder {

ReferenceCache::ReferenceCache(const ModelConfig& config, std::uint32_t tokens, KvType type,
                               std::uint64_t& bytesInUse)
    : m_capacity(tokens), m_rowLength(config.kvLength()), m_type(type), m_bytesInUse(bytesInUse),
      m_keys(config.layers), m_values(config.layers) {}

ReferenceCache::~ReferenceCache() { m_bytesInUse -= m_bytes; }

void ReferenceCache::store(std::uint32_t layer, std::uint32_t position, std::span<const float> key,
                           std::span<const float> value) {
    const std::size_t at = std::size_t{position} * m_rowLength;
    const auto put = [&](std::vector<float>& rows, std::span<const float> row) {
        if (rows.size() < at + m_rowLength) {
            const std::size_t added = at + m_rowLength - rows.size();
            rows.resize(at + m_rowLength);
            m_bytes += added * sizeof(float);
            m_bytesInUse += added * sizeof(float);
        }
        std::transform(row.begin(), row.end(), rows.begin() + static_cast<std::ptrdiff_t>(at),
                       [&](float x) { return m_type == KvType::F16 ? halfToFloat(floatToHalf(x)) : x; });
    };
    put(m_keys[layer], key);
    put(m_values[layer], value);
}

} // namespace ponder
