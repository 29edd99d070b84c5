// RoPE, the cache, and attention over it: the part of cpu_ops.h that looks at positions.
#include "engine/backend/cpu/cpu_ops.h"

#include "engine/backend/cpu/row_kernels.h"
#include "engine/model/rope_table.h"

#include <algorithm>
#include <cmath>

namespace ponder::cpu {
namespace {

constexpr std::uint32_t kRowsAtOnce = 16;

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

// A unit of work: some rows of the batch, all queries of one key head's group.
void CpuOps::attention(std::uint32_t index) {
    if (stopped()) return;
    const std::uint32_t seen = positionOf(m_rows - 1) + 1;
    const KernelClock::Measure measure(m_clock, "attention", seen * m_cache->blockStride() / kCacheSlots);
    if (m_rows == 1 && !m_batch.branches) return attendInParts(index, seen);
    const std::uint32_t tileRows = std::max(1U, kMaxQueries / group());
    const std::uint32_t tiles = (m_rows + tileRows - 1) / tileRows;
    const std::size_t units = std::size_t{tiles} * m_config.kvHeads;
    const std::size_t grain = std::max<std::size_t>(1, units / (std::size_t{64} * m_pool.threads()));
    m_pool.forEach(units, grain, [&](std::size_t first, std::size_t end, unsigned thread) {
        for (std::size_t unit = first; unit < end && !stopped(); ++unit) {
            // The last rows see most: they are taken first.
            const std::uint32_t row =
                (tiles - 1 - static_cast<std::uint32_t>(unit / m_config.kvHeads)) * tileRows;
            attendRows(index, static_cast<std::uint32_t>(unit % m_config.kvHeads),
                       {row, std::min(tileRows, m_rows - row)}, thread);
        }
    });
}

HeadBlocks CpuOps::headBlocks(std::uint32_t index, std::uint32_t kvHead) const {
    return {m_cache->head(index - m_plan.layers.first, kvHead), m_cache->blockStride(), m_config.headSize,
            m_cache->type()};
}

std::uint32_t CpuOps::group() const { return m_config.heads / m_config.kvHeads; }

Slots CpuOps::slotsOf(std::uint32_t row) const {
    if (!m_batch.branches) return {};
    return {m_batch.branches->shared, m_batch.branches->ofRow[row] * m_batch.branches->length};
}

// Part by part, each folded into what was before: as attendInParts() does with a single row.
void CpuOps::attendRows(std::uint32_t index, std::uint32_t kvHead, RowRange rows, unsigned thread) {
    const std::uint32_t size = m_config.headSize, end = positionOf(rows.first + rows.count - 1) + 1;
    const HeadBlocks head = headBlocks(index, kvHead);
    for (std::uint32_t done = 0; done < group(); done += kMaxQueries) {
        const std::uint32_t some = std::min(kMaxQueries, group() - done);
        const std::size_t at = (std::size_t{kvHead} * group() + done) * size;
        const auto queriesInto = [&](float* out, std::size_t rowStride) {
            Queries queries;
            for (std::uint32_t t = 0; t < rows.count; ++t)
                for (std::uint32_t q = 0; q < some; ++q)
                    queries.add(&m_qkv[(rows.first + t) * m_qkvStride + at + q * size],
                                positionOf(rows.first + t) + 1,
                                AttentionState::nothing(out + t * rowStride + q * size, size));
            return queries;
        };
        Queries whole = queriesInto(&m_attended.values[std::size_t{rows.first} * m_attended.length + at],
                                    m_attended.length);
        attendPart(head, rows, {0, std::min(end, kPartPositions)}, whole);
        for (std::uint32_t begin = kPartPositions; begin < end; begin += kPartPositions) {
            Queries part = queriesInto(m_threads[thread].part.data(), std::size_t{some} * size);
            attendPart(head, rows, {begin, std::min(end, begin + kPartPositions)}, part);
            for (std::uint32_t q = 0; q < part.count; ++q)
                if (part.sees[q] > begin) whole.state[q].fold(part.state[q], size);
        }
        for (std::uint32_t q = 0; q < whole.count; ++q)
            whole.state[q].finish(size);
    }
}

// Together as far as all rows find the positions in the same slots, then each row by itself.
void CpuOps::attendPart(const HeadBlocks& head, RowRange rows, PositionRange range, Queries& queries) const {
    const std::uint32_t together =
        m_batch.branches
            ? std::clamp(m_batch.branches->shared / kStepPositions * kStepPositions, range.begin, range.end)
            : range.end;
    attend(head, {}, range.begin, together, queries, 0, queries.count);
    const std::uint32_t perRow = queries.count / rows.count;
    for (std::uint32_t t = 0; t < rows.count; ++t)
        attend(head, slotsOf(rows.first + t), together, range.end, queries, t * perRow, perRow);
}

// One row: all threads share the parts of its cache.
void CpuOps::attendInParts(std::uint32_t index, std::uint32_t seen) {
    const std::uint32_t size = m_config.headSize, heads = m_config.heads;
    const std::uint32_t parts = (seen + kPartPositions - 1) / kPartPositions;
    m_parts.resize(std::size_t{parts} * m_config.queryLength());
    m_states.resize(std::size_t{parts} * heads);
    m_pool.forEach(
        std::size_t{parts} * m_config.kvHeads, 1, [&](std::size_t first, std::size_t end, unsigned) {
            for (std::size_t unit = first; unit < end; ++unit) {
                const auto part = static_cast<std::uint32_t>(unit / m_config.kvHeads);
                const auto kvHead = static_cast<std::uint32_t>(unit % m_config.kvHeads);
                float* out = part == 0 ? m_attended.values.data() : &m_parts[part * m_config.queryLength()];
                for (std::uint32_t done = 0; done < group(); done += kMaxQueries) {
                    const std::uint32_t firstHead = kvHead * group() + done;
                    Queries queries;
                    for (std::uint32_t h = firstHead; h < firstHead + std::min(kMaxQueries, group() - done);
                         ++h)
                        queries.add(&m_qkv[std::size_t{h} * size], seen,
                                    AttentionState::nothing(out + std::size_t{h} * size, size));
                    attend(headBlocks(index, kvHead), {}, part * kPartPositions,
                           std::min(seen, (part + 1) * kPartPositions), queries, 0, queries.count);
                    std::copy_n(queries.state.begin(), queries.count, &m_states[part * heads + firstHead]);
                }
            }
        });
    for (std::uint32_t head = 0; head < heads; ++head) {
        AttentionState& whole = m_states[head];
        for (std::uint32_t part = 1; part < parts; ++part)
            whole.fold(m_states[part * heads + head], size);
        whole.finish(size);
    }
}

} // namespace ponder::cpu
