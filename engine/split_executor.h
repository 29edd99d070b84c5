// One model on two devices: the first layers on one, the rest and the head on the other. Only the residual
// stream crosses, one row for every token of a run.
//
// Owner: the Model; it owns both executors. Thread: that of both. Errors: those of both. Previous station:
// model_placement.h.
#pragma once

#include "engine/backend/backend.h"

namespace ponder {

class SplitExecutor final : public Executor {
public:
    // `back` begins where `front` ends; together they are the whole model.
    SplitExecutor(std::unique_ptr<Executor> front, std::unique_ptr<Executor> back)
        : m_front(std::move(front)), m_back(std::move(back)) {}

    std::uint32_t maxBatch() const override { return std::min(m_front->maxBatch(), m_back->maxBatch()); }
    Result<std::unique_ptr<KvCache>> createCache(std::uint32_t tokens, KvType type) override;
    Result<void> run(const Batch& batch, KvCache& cache, std::stop_token stop,
                     std::vector<float>& logits) override;
    MemoryUse memory() const override;
    Result<void> setAdapters(const AdapterSet& set) override;
    LayerRange layers() const override { return {m_front->layers().first, m_back->layers().end}; }
    void profile(bool on) override;
    std::vector<KernelTime> kernelTimes() const override;

private:
    std::unique_ptr<Executor> m_front, m_back;
    AdapterSet m_adapters;       // of both
    std::vector<float> m_stream; // between the two, reused
};

} // namespace ponder
