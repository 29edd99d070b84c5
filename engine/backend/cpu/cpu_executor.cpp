#include "engine/backend/cpu/cpu_executor.h"

#include "engine/base/translatable.h"

namespace ponder::cpu {

CpuExecutor::CpuExecutor(CpuPlan plan, unsigned threads)
    : m_plan(std::move(plan)), m_pool(threads), m_ops(m_plan, m_weights, m_pool) {}

Result<std::unique_ptr<Executor>> CpuExecutor::load(const LoadRequest& request, CpuPlan plan,
                                                    unsigned threads, const Progress& progress,
                                                    const std::stop_token& stop) {
    std::unique_ptr<CpuExecutor> executor(new CpuExecutor(std::move(plan), threads));
    Result<CpuWeights> weights =
        CpuWeights::load(executor->m_plan, request.file, executor->m_pool, progress, stop);
    if (!weights) return weights.error();
    executor->m_weights = std::move(*weights);
    return std::unique_ptr<Executor>(std::move(executor));
}

Result<std::unique_ptr<KvCache>> CpuExecutor::createCache(std::uint32_t tokens, KvType type) {
    if (tokens == 0)
        return Error{ErrorCode::BadArgument, "context",
                     Detail{PONDER_TR_NOOP("ErrorDetail", "at least 1 token"), {}}};
    return CpuCache::create(m_plan, m_plan.planCache(tokens, type), m_cacheBytes);
}

MemoryUse CpuExecutor::memory() const { return {m_weights.bytes(), *m_cacheBytes, m_ops.bytes(), 0}; }

Result<void> CpuExecutor::check(const Batch& batch, const KvCache& cache) const {
    const auto rows = static_cast<std::uint32_t>(batch.tokens.size());
    if (rows == 0 || rows > maxBatch() || batch.firstLogits > rows)
        return Error{ErrorCode::BadArgument, "batch",
                     Detail{PONDER_TR_NOOP("ErrorDetail", "1 to %1 tokens"), {std::to_string(maxBatch())}}};
    std::uint64_t end = std::uint64_t{batch.firstPosition} + (batch.branches ? 1 : rows);
    if (batch.branches)
        for (const std::uint32_t branch : batch.branches->ofRow)
            end = std::max(end, std::uint64_t{batch.firstPosition} + 1 +
                                    std::uint64_t{branch} * batch.branches->length);
    if (end > cache.capacity())
        return Error{ErrorCode::ContextFull, std::to_string(end), std::to_string(cache.capacity())};
    for (const TokenId token : batch.tokens)
        if (static_cast<std::uint32_t>(token) >= m_plan.config.vocabulary)
            return Error{ErrorCode::BadArgument, "token",
                         Detail{PONDER_TR_NOOP("ErrorDetail", "it must be below %1"),
                                {std::to_string(m_plan.config.vocabulary)}}};
    return {};
}

Result<void> CpuExecutor::run(const Batch& batch, KvCache& cache, std::stop_token stop,
                              std::vector<float>& logits) {
    if (const Result<void> good = check(batch, cache); !good) return good;
    m_ops.begin(batch, static_cast<CpuCache&>(cache), stop, logits);
    forward(m_ops, m_plan.weights, m_plan.layers.first, m_plan.layers.end);
    if (m_ops.stopped()) return Error{ErrorCode::Cancelled, {}, {}};
    return {};
}

} // namespace ponder::cpu
