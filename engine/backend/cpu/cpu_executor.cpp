#include "engine/backend/cpu/cpu_executor.h"

#include "engine/backend/batch.h"
#include "engine/base/translatable.h"

namespace ponder::cpu {

CpuExecutor::CpuExecutor(CpuPlan plan, unsigned threads)
    : m_plan(std::move(plan)), m_pool(threads), m_ops(m_plan, m_weights, m_adapters, m_pool) {
    m_adapters = *CpuAdapters::load({}, m_plan.layers, m_plan.config, m_pool);
}

Result<std::unique_ptr<Executor>> CpuExecutor::load(const LoadRequest& request, CpuPlan plan,
                                                    unsigned threads, const Progress& progress,
                                                    const std::stop_token& stop) {
    std::unique_ptr<CpuExecutor> executor(new CpuExecutor(std::move(plan), threads));
    Result<CpuWeights> weights =
        CpuWeights::load(executor->m_plan, request.file, executor->m_pool, progress, stop);
    if (!weights) return weights.error();
    executor->m_weights = std::move(*weights);
    if (request.plan.adapters)
        if (const auto set = executor->setAdapters(*request.plan.adapters); !set) return set.error();
    return std::unique_ptr<Executor>(std::move(executor));
}

Result<std::unique_ptr<KvCache>> CpuExecutor::createCache(std::uint32_t tokens, KvType type) {
    if (tokens == 0)
        return Error{ErrorCode::BadArgument, "context",
                     Detail{PONDER_TR_NOOP("ErrorDetail", "at least 1 token"), {}}};
    return CpuCache::create(m_plan.planCache(tokens, type), m_cacheBytes);
}

Result<void> CpuExecutor::setAdapters(const AdapterSet& set) {
    if (set.sameAdapters(m_adapterSet)) {
        m_adapters.setStrengths(set);
        return {};
    }
    Result<CpuAdapters> made = CpuAdapters::load(set, m_plan.layers, m_plan.config, m_pool);
    if (!made) return made.error();
    m_adapters = std::move(*made);
    m_adapterSet = set;
    return {};
}

MemoryUse CpuExecutor::memory() const {
    return {m_weights.bytes() + m_adapters.bytes(),
            *m_cacheBytes,
            m_ops.bytes(),
            0,
            m_plan.mappedBytes,
            m_plan.kv.snapshotBytes()};
}

Result<void> CpuExecutor::run(const Batch& batch, KvCache& cache, std::stop_token stop,
                              std::vector<float>& logits) {
    const BatchLimits limits{maxBatch(), cache.capacity(), m_plan.config.vocabulary,
                             m_plan.layers.first == 0 ? 0 : m_plan.config.width};
    if (const Result<void> good = checkBatch(batch, limits); !good) return good;
    auto& own = static_cast<CpuCache&>(cache);
    if (const Result<void> begun = own.begin(batch); !begun) return begun;
    m_ops.begin(batch, own, stop, logits);
    forward(m_ops, m_plan.config, m_plan.layers.first, m_plan.layers.end);
    if (m_ops.stopped()) return Error{ErrorCode::Cancelled, {}, {}};
    own.end(batch);
    return {};
}

} // namespace ponder::cpu
