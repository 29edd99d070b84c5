// RoPE, the cache, and attention over it: the part of cpu_ops.h that looks at positions.
#include "engine/backend/cpu/cpu_ops.h"

#include "engine/backend/cpu/row_kernels.h"
#include "engine/model/rope_table.h"

#include <algorithm>

namespace ponder::cpu {
namespace {

constexpr std::uint32_t kRowsAtOnce = 16;

} // namespace

void CpuOps::makeAngles() {
    if (!m_angles.empty()) return;
    const CpuTensor* factors = m_plan.weights[Slot::RopeFactors];
    const std::size_t count = factors ? factors->source->rowLength() : 0;
    m_angles = ropeTable(m_config, {m_weights.vector(factors), count}, m_batch.firstPosition,
                         m_batch.branches ? 1 : m_rows);
}

const float* CpuOps::anglesOf(std::uint32_t row) const {
    return &m_angles[std::size_t{positionOf(row) - m_batch.firstPosition} * m_config.rotary];
}

void CpuOps::turnAndStore(std::uint32_t layer, const HeadAttention& heads, Weight queryNorm, Weight keyNorm) {
    if (stopped()) return;
    const KernelClock::Measure measure(m_clock, "rope", 0);
    makeAngles();
    const float* norms[] = {m_weights.vector(m_plan.weights[queryNorm]),
                            m_weights.vector(m_plan.weights[keyNorm])};
    const bool adjacent = m_config.ropePairs() == RopePairs::Adjacent;
    const auto turnHead = [&](float* head, const float* weight, const float* angles) {
        if (heads.normsHeads) rmsNorm(head, weight, heads.keySize, m_config.normEpsilon, head);
        if (heads.turns) rotateHead(head, m_config.rotary, adjacent, angles);
        if (heads.normsTurned) rmsNorm(head, weight, heads.keySize, m_config.normEpsilon, head);
    };
    const std::uint32_t own = layer - m_plan.layers.first, size = heads.keySize;
    const std::size_t grain = std::clamp<std::size_t>(m_rows / m_pool.threads(), 1, kRowsAtOnce);
    m_pool.forEach(m_rows, grain, [&](std::size_t first, std::size_t end, unsigned) {
        for (auto t = static_cast<std::uint32_t>(first); t < end; ++t) {
            float* row = &m_qkv[t * m_qkvStride];
            const float* angles = anglesOf(t);
            for (std::uint32_t head = 0; head < heads.heads; ++head) {
                float* query = row + head * heads.askedSize();
                turnHead(query, norms[0], angles);
                multiplyBy(heads.scale * heads.growthAt(positionOf(t)), query, size);
            }
            for (std::uint32_t head = 0; head < heads.kvHeads; ++head) {
                float* key = row + m_kAt + head * size;
                turnHead(key, norms[1], angles);
                m_cache->store(own, head, slotOf(t), key, row + m_vAt + head * heads.valueSize);
            }
        }
    });
}

void CpuOps::attend(std::uint32_t index, const HeadAttention& heads) {
    if (stopped()) return;
    m_attended.length = (heads.attendedLength() + 31) / 32 * 32; // layers differ
    const Place place = attendedPlace(heads);
    attend({heads, index - m_plan.layers.first, m_qkv.data(), m_qkvStride, heads.askedSize(), place.first,
            place.stride});
    if (heads.gated) gateAttended(heads);
}

// Each head's gate follows its query.
void CpuOps::gateAttended(const HeadAttention& heads) {
    m_pool.forEach(m_rows, 1, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t t = first; t < end; ++t)
            for (std::size_t head = 0; head < heads.heads; ++head)
                multiplySigmoid(&m_attended.values[t * m_attended.length + head * heads.valueSize],
                                &m_qkv[t * m_qkvStride + head * heads.askedSize() + heads.keySize],
                                heads.valueSize);
    });
}

// A unit of work: some rows of the batch, all queries of one key head's group.
void CpuOps::attend(const AttendedLayer& layer) {
    const HeadAttention& heads = layer.heads;
    const PositionRange seen{seenBy(layer, 0).begin, seenBy(layer, m_rows - 1).end};
    const KernelClock::Measure measure(
        m_clock, "attention", (seen.end - seen.begin) * m_cache->layer(layer.own).blockBytes() / kCacheSlots);
    if (m_rows == 1 && !m_batch.branches) return attendInParts(layer, seen);
    const std::uint32_t tileRows = std::max(1U, kMaxQueries / heads.group());
    const std::uint32_t tiles = (m_rows + tileRows - 1) / tileRows;
    const std::size_t units = std::size_t{tiles} * heads.kvHeads;
    const std::size_t grain = std::max<std::size_t>(1, units / (std::size_t{64} * m_pool.threads()));
    m_pool.forEach(units, grain, [&](std::size_t first, std::size_t end, unsigned thread) {
        for (std::size_t unit = first; unit < end && !stopped(); ++unit) {
            // The last rows see most: they are taken first.
            const std::uint32_t row =
                (tiles - 1 - static_cast<std::uint32_t>(unit / heads.kvHeads)) * tileRows;
            attendRows(layer, static_cast<std::uint32_t>(unit % heads.kvHeads),
                       {row, std::min(tileRows, m_rows - row)}, thread);
        }
    });
}

HeadBlocks CpuOps::headBlocks(const AttendedLayer& layer, std::uint32_t kvHead) const {
    // What a query's neighbours hold counts for nothing: the key is zero there.
    return {m_cache->head(layer.own, kvHead),
            m_cache->layer(layer.own).blockBytes(),
            paddedHead(layer.heads.keySize),
            paddedHead(layer.heads.valueSize),
            m_cache->type(),
            m_cache->layer(layer.own).rows()};
}

// Where the kernels leave what attention gives, heads by padded heads.
CpuOps::Place CpuOps::attendedPlace(const HeadAttention& heads) {
    const std::uint32_t size = paddedHead(heads.valueSize);
    if (size == heads.valueSize) return {m_attended.values.data(), m_attended.length};
    return {m_wide.data(), std::size_t{heads.heads} * size};
}

// From there to where the next product reads it.
void CpuOps::narrow(const HeadAttention& heads, std::uint32_t row, std::uint32_t firstHead,
                    std::uint32_t count) {
    const std::uint32_t size = heads.valueSize, wide = paddedHead(size);
    if (size == wide) return;
    const Place from = attendedPlace(heads);
    for (std::size_t head = firstHead; head < firstHead + count; ++head)
        std::copy_n(from.first + row * from.stride + head * wide, size,
                    &m_attended.values[std::size_t{row} * m_attended.length + head * size]);
}

Slots CpuOps::slotsOf(std::uint32_t row) const {
    if (!m_batch.branches) return {};
    return {m_batch.branches->shared, m_batch.branches->ofRow[row] * m_batch.branches->length};
}

PositionRange CpuOps::seenBy(const AttendedLayer& layer, std::uint32_t row) const {
    const std::uint32_t position = positionOf(row);
    return {layer.heads.firstSeen(position), position + 1};
}

// Part by part, each folded into what was before: as attendInParts() does with a single row.
void CpuOps::attendRows(const AttendedLayer& layer, std::uint32_t kvHead, RowRange rows, unsigned thread) {
    const std::uint32_t size = paddedHead(layer.heads.valueSize);
    const std::uint32_t group = layer.heads.group();
    const std::uint32_t first = seenBy(layer, rows.first).begin / kStepPositions * kStepPositions;
    const std::uint32_t secondPart = (first / kPartPositions + 1) * kPartPositions;
    const std::uint32_t end = seenBy(layer, rows.first + rows.count - 1).end;
    const HeadBlocks head = headBlocks(layer, kvHead);
    for (std::uint32_t done = 0; done < group; done += kMaxQueries) {
        const std::uint32_t some = std::min(kMaxQueries, group - done);
        const std::size_t firstHead = std::size_t{kvHead} * group + done;
        const auto queriesInto = [&](float* out, std::size_t rowStride) {
            Queries queries;
            for (std::uint32_t t = 0; t < rows.count; ++t)
                for (std::uint32_t q = 0; q < some; ++q)
                    queries.add(layer.queries + (rows.first + t) * layer.queryStride +
                                    (firstHead + q) * layer.queryHead,
                                seenBy(layer, rows.first + t),
                                AttentionState::nothing(out + t * rowStride + q * size, size));
            return queries;
        };
        Queries whole =
            queriesInto(layer.out + rows.first * layer.outStride + firstHead * size, layer.outStride);
        attendPart(head, rows, {first, std::min(end, secondPart)}, whole);
        for (std::uint32_t begin = secondPart; begin < end; begin += kPartPositions) {
            const PositionRange range{begin, std::min(end, begin + kPartPositions)};
            Queries part = queriesInto(m_threads[thread].part.data(), std::size_t{some} * size);
            attendPart(head, rows, range, part);
            for (std::uint32_t q = 0; q < part.count; ++q)
                if (part.sees[q].meets(range)) whole.state[q].fold(part.state[q], size);
        }
        for (std::uint32_t q = 0; q < whole.count; ++q)
            whole.state[q].finish(size);
        for (std::uint32_t t = 0; t < rows.count; ++t)
            narrow(layer.heads, rows.first + t, static_cast<std::uint32_t>(firstHead), some);
    }
}

// Together as far as all rows find the positions in the same slots, then each row by itself.
void CpuOps::attendPart(const HeadBlocks& head, RowRange rows, PositionRange range, Queries& queries) const {
    const std::uint32_t together =
        m_batch.branches
            ? std::clamp(m_batch.branches->shared / kStepPositions * kStepPositions, range.begin, range.end)
            : range.end;
    ponder::cpu::attend(head, {}, range.begin, together, queries, 0, queries.count);
    const std::uint32_t perRow = queries.count / rows.count;
    for (std::uint32_t t = 0; t < rows.count; ++t)
        ponder::cpu::attend(head, slotsOf(rows.first + t), together, range.end, queries, t * perRow, perRow);
}

// One row: all threads share the parts of its cache.
void CpuOps::attendInParts(const AttendedLayer& layer, const PositionRange& seen) {
    const std::uint32_t heads = layer.heads.heads, kvHeads = layer.heads.kvHeads;
    const std::uint32_t size = paddedHead(layer.heads.valueSize);
    const std::uint32_t group = layer.heads.group();
    const std::size_t length = std::size_t{heads} * size;
    const std::uint32_t firstPart = seen.begin / kPartPositions;
    const std::uint32_t parts = (seen.end + kPartPositions - 1) / kPartPositions - firstPart;
    m_parts.resize(parts * length);
    m_states.resize(std::size_t{parts} * heads);
    const std::uint32_t sets = (group + kMaxQueries - 1) / kMaxQueries; // of queries that share a key
    const std::size_t units = std::size_t{parts} * kvHeads * sets;
    m_pool.forEach(units, 1, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t unit = first; unit < end; ++unit) {
            const auto part = static_cast<std::uint32_t>(unit / sets / kvHeads);
            const auto kvHead = static_cast<std::uint32_t>(unit / sets % kvHeads);
            const auto done = static_cast<std::uint32_t>(unit % sets) * kMaxQueries;
            float* out = part == 0 ? layer.out : &m_parts[part * length];
            const std::uint32_t firstHead = kvHead * group + done;
            Queries queries;
            for (std::uint32_t h = firstHead; h < firstHead + std::min(kMaxQueries, group - done); ++h)
                queries.add(layer.queries + std::size_t{h} * layer.queryHead, seen,
                            AttentionState::nothing(out + std::size_t{h} * size, size));
            const std::uint32_t begin = (firstPart + part) * kPartPositions;
            const std::uint32_t firstStep = seen.begin / kStepPositions * kStepPositions;
            ponder::cpu::attend(headBlocks(layer, kvHead), {}, std::max(begin, firstStep),
                                std::min(seen.end, begin + kPartPositions), queries, 0, queries.count);
            std::copy_n(queries.state.begin(), queries.count, &m_states[part * heads + firstHead]);
        }
    });
    for (std::uint32_t head = 0; head < heads; ++head) {
        AttentionState& whole = m_states[head];
        for (std::uint32_t part = 1; part < parts; ++part)
            whole.fold(m_states[part * heads + head], size);
        whole.finish(size);
    }
    narrow(layer.heads, 0, 0, heads);
}

} // namespace ponder::cpu
