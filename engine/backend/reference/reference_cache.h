// Keys and values of one conversation in host memory, per layer of the executor [slot x kvHeads*headSize],
// growing with use. With KvType::F16 every value is rounded to half precision when stored, as a device would
// hold it; with KvType::Q8_0 every 32 values of a head to 8 bits and a half precision scale.
//
// Owner: the engine session. Thread: its device's.
#pragma once

#include "engine/backend/backend.h"

namespace ponder {

class ReferenceCache final : public KvCache {
public:
    ReferenceCache(const ModelConfig& config, const LayerRange& layers, std::uint32_t tokens, KvType type,
                   std::uint64_t& bytesInUse);
    ~ReferenceCache() override;
    ReferenceCache(const ReferenceCache&) = delete;
    ReferenceCache& operator=(const ReferenceCache&) = delete;

    std::uint32_t capacity() const override { return m_capacity; }
    std::uint64_t bytes() const override { return m_bytes; }
    std::string layoutName() const override;
    Result<void> save(std::uint32_t tokens, const ByteSink& sink) const override;
    Result<void> restore(std::uint32_t tokens, const ByteSource& source) override;

    void store(std::uint32_t layer, std::uint32_t slot, std::span<const float> key,
               std::span<const float> value);
    const float* keys(std::uint32_t layer) const { return m_keys[layer - m_layers.first].data(); }
    const float* values(std::uint32_t layer) const { return m_values[layer - m_layers.first].data(); }

private:
    void reserve(std::vector<float>& rows, std::size_t values);

    std::uint32_t m_capacity;
    std::size_t m_rowLength; // kvHeads * headSize
    KvType m_type;
    std::uint64_t m_bytes = 0;
    std::uint64_t& m_bytesInUse; // the executor's count
    LayerRange m_layers;
    std::vector<std::vector<float>> m_keys, m_values; // of these layers
};

} // namespace ponder
