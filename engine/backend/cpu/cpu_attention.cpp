// RoPE, the cache, and attention over it: the part of cpu_ops.h that looks at positions.
#include "engine/backend/cpu/cpu_ops.h"

#include "engine/backend/cpu/row_kernels.h"
#include "engine/model/rope_table.h"

#include <algorithm>
#include <cmath>

namespace ponder::cpu {
namespace {

constexpr std::uint32_t kRowsAtOnce = 16;
constexpr std::uint32_t kLongCache = 256; // slots that are worth a part of their own

} // namespace

void CpuOps::ropeStore(std::uint32_t index, Tensor factors) {
    if (stopped()) return;
    const KernelClock::Measure measure(m_clock, "rope", 0);
    if (m_angles.empty()) {
        const float* divisors = m_weights.vector(factors);
        const std::size_t count = divisors ? factors->source->rowLength() : 0;
        m_angles =
            ropeTable(m_config, {divisors, count}, m_batch.firstPosition, m_batch.branches ? 1 : m_rows);
    }
    const std::uint32_t size = m_config.headSize;
    const float scale = 1.0F / std::sqrt(static_cast<float>(size));
    const bool adjacent = m_config.ropePairs == RopePairs::Adjacent;
    const std::size_t grain = std::clamp<std::size_t>(m_rows / m_pool.threads(), 1, kRowsAtOnce);
    m_pool.forEach(m_rows, grain, [&](std::size_t first, std::size_t end, unsigned) {
        for (auto t = static_cast<std::uint32_t>(first); t < end; ++t) {
            float* row = &m_qkv[t * m_qkvStride];
            const float* angles =
                &m_angles[std::size_t{positionOf(t) - m_batch.firstPosition} * m_config.rotary];
            for (std::uint32_t head = 0; head < m_config.heads; ++head)
                rotateHead(row + head * size, m_config.rotary, adjacent, angles);
            multiplyBy(scale, row, m_config.queryLength());
            for (std::uint32_t head = 0; head < m_config.kvHeads; ++head) {
                float* key = row + m_kAt + head * size;
                rotateHead(key, m_config.rotary, adjacent, angles);
                m_cache->store(index - m_plan.layers.first, head, slotOf(t), key, row + m_vAt + head * size);
            }
        }
    });
}

// A unit of work: some rows of the batch, some queries of one key head's group. Rows see what all of them see
// together, then their own slots each.
void CpuOps::attention(std::uint32_t index) {
    if (stopped()) return;
    const std::uint32_t seen = positionOf(m_rows - 1) + 1;
    const KernelClock::Measure measure(m_clock, "attention", seen * m_cache->blockStride() / kCacheSlots);
    if (m_rows == 1 && m_pool.threads() > 1 && seen >= 2 * kLongCache) return attendInParts(index, seen);
    const std::uint32_t group = m_config.heads / m_config.kvHeads;
    const std::uint32_t tileRows = std::max(1U, kMaxQueries / group);
    const std::uint32_t tiles = (m_rows + tileRows - 1) / tileRows;
    const std::size_t units = std::size_t{tiles} * m_config.kvHeads;
    const std::size_t grain = std::max<std::size_t>(1, units / (std::size_t{64} * m_pool.threads()));
    m_pool.forEach(units, grain, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t unit = first; unit < end && !stopped(); ++unit) {
            // The last rows see most: they are taken first.
            const std::uint32_t row =
                (tiles - 1 - static_cast<std::uint32_t>(unit / m_config.kvHeads)) * tileRows;
            attendRows(index, static_cast<std::uint32_t>(unit % m_config.kvHeads), row,
                       std::min(tileRows, m_rows - row));
        }
    });
}

HeadBlocks CpuOps::headBlocks(std::uint32_t index, std::uint32_t kvHead) const {
    return {m_cache->head(index - m_plan.layers.first, kvHead), m_cache->blockStride(), m_config.headSize,
            m_cache->type()};
}

void CpuOps::attendRows(std::uint32_t index, std::uint32_t kvHead, std::uint32_t firstRow,
                        std::uint32_t rows) {
    const std::uint32_t group = m_config.heads / m_config.kvHeads, size = m_config.headSize;
    const HeadBlocks head = headBlocks(index, kvHead);
    const std::uint32_t together = m_batch.branches ? m_batch.branches->shared : positionOf(firstRow) + 1;
    for (std::uint32_t done = 0; done < group; done += kMaxQueries) {
        const std::uint32_t some = std::min(kMaxQueries, group - done);
        const std::size_t at = (std::size_t{kvHead} * group + done) * size;
        Queries queries;
        for (std::uint32_t t = firstRow; t < firstRow + rows; ++t)
            for (std::uint32_t q = 0; q < some; ++q)
                queries.add(&m_qkv[t * m_qkvStride + at + q * size],
                            &m_attended.values[std::size_t{t} * m_attended.length + at + q * size], size);
        attendSlots(head, 0, together, queries, 0, queries.count);
        for (std::uint32_t t = firstRow; t < firstRow + rows; ++t) {
            const std::uint32_t slot = slotOf(t);
            const std::uint32_t own = m_batch.branches ? slot - (positionOf(t) - together) : together;
            attendSlots(head, own, slot + 1, queries, (t - firstRow) * some, some);
        }
        finishAttention(queries, size);
    }
}

// One row over a long cache: every key head's slots are cut into parts, so that all threads have work.
void CpuOps::attendInParts(std::uint32_t index, std::uint32_t seen) {
    const std::uint32_t group = m_config.heads / m_config.kvHeads, size = m_config.headSize;
    const std::uint32_t parts = std::min(seen / kLongCache, 4 * m_pool.threads());
    m_parts.resize(std::size_t{parts} * m_config.queryLength());
    m_partials.resize(std::size_t{parts} * m_config.heads);
    m_pool.forEach(
        std::size_t{parts} * m_config.kvHeads, 1, [&](std::size_t first, std::size_t end, unsigned) {
            for (std::size_t unit = first; unit < end; ++unit) {
                const auto part = static_cast<std::uint32_t>(unit / m_config.kvHeads);
                const auto kvHead = static_cast<std::uint32_t>(unit % m_config.kvHeads);
                const auto cut = [&](std::uint32_t p) {
                    return p == parts ? seen
                                      : static_cast<std::uint32_t>(std::uint64_t{seen} * p / parts /
                                                                   kCacheSlots * kCacheSlots);
                };
                for (std::uint32_t q = 0; q < group; q += kMaxQueries) {
                    Queries queries;
                    for (std::uint32_t i = q; i < std::min(group, q + kMaxQueries); ++i) {
                        const std::size_t headIndex = std::size_t{kvHead} * group + i;
                        queries.add(&m_qkv[headIndex * size],
                                    &m_parts[part * std::size_t{m_config.queryLength()} + headIndex * size],
                                    size);
                    }
                    attendSlots(headBlocks(index, kvHead), cut(part), cut(part + 1), queries, 0,
                                queries.count);
                    for (std::uint32_t i = 0; i < queries.count; ++i)
                        m_partials[(std::size_t{kvHead} * group + q + i) * parts + part] = {
                            queries.largest[i], queries.sum[i], queries.out[i]};
                }
            }
        });
    for (std::uint32_t head = 0; head < m_config.heads; ++head)
        mergeAttention(std::span(m_partials).subspan(std::size_t{head} * parts, parts), size,
                       &m_attended.values[std::size_t{head} * size]);
}

} // namespace ponder::cpu
