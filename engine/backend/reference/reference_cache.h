// Keys [slot x kvHeads*keySize] and values [slot x kvHeads*valueSize] of one conversation in host memory, for
// each layer of the executor, growing with use; of recurrent layers the states instead. With KvType::F16
// every value is rounded to half precision when stored, as a device would hold it; with KvType::Q8_0 every 32
// values of a head to 8 bits and a half precision scale.
//
// Owner: the engine session. Thread: its device's.
#pragma once

#include "engine/backend/backend.h"
#include "engine/backend/host_states.h"

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
    std::uint32_t reusable(std::uint32_t tokens) const override { return m_states.reusable(tokens); }
    Result<void> rewind(std::uint32_t reusable) override {
        m_states.rewind(reusable);
        return {};
    }
    Result<void> keepState() override {
        m_states.keep();
        return {};
    }
    void forgetState(std::uint32_t tokens) override { m_states.forget(tokens); }
    std::string layoutName() const override;
    Result<void> save(std::uint32_t tokens, const ByteSink& sink) const override;
    Result<void> restore(std::uint32_t tokens, const ByteSource& source) override;

    void store(std::uint32_t layer, std::uint32_t slot, std::span<const float> key,
               std::span<const float> value);
    float* state(const Batch& batch, std::uint32_t layer, std::size_t row) {
        return m_states.of(batch, layer - m_layers.first, row);
    }
    Result<void> begin(const Batch& batch); // before a run, and after it
    void end(const Batch& batch) { m_states.end(batch); }
    const float* keys(std::uint32_t layer) const { return m_kept[layer - m_layers.first].keys.data(); }
    const float* values(std::uint32_t layer) const { return m_kept[layer - m_layers.first].values.data(); }

private:
    struct Kept { // of one layer
        std::size_t keyLength = 0, valueLength = 0;
        std::vector<float> keys, values;
    };
    void reserve(std::vector<float>& rows, std::size_t values);
    void countStates();

    std::uint32_t m_capacity;
    KvType m_type;
    std::uint64_t m_bytes = 0, m_stateBytes = 0;
    std::uint64_t& m_bytesInUse; // the executor's count
    LayerRange m_layers;
    std::vector<Kept> m_kept; // of these layers
    HostStates m_states;      // likewise
};

} // namespace ponder
