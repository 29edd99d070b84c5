// The keys and values of one conversation in host memory, laid out for the attention kernels, and the states
// of its recurrent layers.
//
//     [layer][16 slots][key head] of  keys [value][slot], then values [slot][value]
//     where values are the beginning of keys (latent attention): keys [slot][value] only
//     Q8_0: i8 keys, f16 key scales [value / 32][slot], i8 values, f16 value scales [slot][value / 32]
//
// Sixteen keys side by side give sixteen scores without a sum across lanes. Owner: the caller of
// Executor::createCache(). Thread: store() for different slots and keys() from any thread; the rest one at a
// time. Errors: OutOfMemory. Next station: attention_kernels.h.
#pragma once

#include "engine/backend/backend.h"
#include "engine/backend/cpu/host_buffer.h"
#include "engine/backend/host_states.h"
#include "engine/plan/cpu_plan.h"

namespace ponder::cpu {

class CpuCache final : public KvCache {
public:
    static Result<std::unique_ptr<KvCache>> create(const CpuKvPlan& plan,
                                                   std::shared_ptr<std::uint64_t> inUse);
    ~CpuCache() override;

    std::uint32_t capacity() const override { return m_plan.tokens; }
    std::uint64_t bytes() const override { return m_plan.slotBytes + m_states.bytes(); }
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

    KvType type() const { return m_plan.type; }
    // Layers are counted from this executor's first. A head's first block, and the bytes to its next.
    const CpuKvPlan::Layer& layer(std::uint32_t layer) const { return m_plan.layers[layer]; }
    std::byte* head(std::uint32_t layer, std::uint32_t head);

    // key, value: one head's values, which are padded here; value may be null where there are none.
    void store(std::uint32_t layer, std::uint32_t head, std::uint32_t slot, const float* key,
               const float* value);

    // Before a run, and after one that was not stopped.
    Result<void> begin(const Batch& batch);
    void end(const Batch& batch) { m_states.end(batch); }
    float* state(const Batch& batch, std::uint32_t layer, std::uint32_t row) {
        return m_states.of(batch, layer, row);
    }

private:
    void count();
    CpuCache(const CpuKvPlan& plan, HostBuffer memory, std::shared_ptr<std::uint64_t> inUse);

    CpuKvPlan m_plan;
    HostBuffer m_memory;
    HostStates m_states;
    std::shared_ptr<std::uint64_t> m_inUse; // bytes of all caches of the executor
    std::uint64_t m_counted = 0;            // of those, this one's
};

} // namespace ponder::cpu
