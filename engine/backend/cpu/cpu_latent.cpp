// Latent attention: the part of cpu_ops.h that keeps one vector a token for all heads. Each head has small
// matrices of its own, one after the other in a stack; their products are cut by heads and panels.
#include "engine/backend/cpu/cpu_ops.h"

#include "engine/backend/cpu/row_kernels.h"

#include <algorithm>

namespace ponder::cpu {

void CpuOps::compress(Weight query, Weight keyValue) {
    if (stopped()) return;
    const ProjectedPart parts[] = {{adapted(query), nullptr, 0}, {adapted(keyValue), nullptr, m_kAt}};
    norm({0, m_rows}, {parts[0].matrix, parts[1].matrix});
    projectInto(parts);
    m_query = {m_qkv.data(), m_qkvStride, m_config.latent.keySize()};
}

void CpuOps::expandQuery(Weight normWeight, Weight upWeight) {
    if (stopped()) return;
    const Adapted up = adapted(upWeight);
    const float* scale = m_weights.vector(m_plan.weights[normWeight]);
    const std::size_t rank = m_compressed.length;
    const bool quantized = up.matrix->layout.quantized();
    if (quantized) m_compressed.tiles.resize(m_rows, m_compressed.length);
    m_pool.forEach(m_rows, kTileColumns, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t t = first; t < end; ++t) {
            float* out = &m_compressed.values[t * rank];
            rmsNorm(&m_qkv[t * m_qkvStride], scale, rank, m_config.normEpsilon, out);
            if (quantized)
                m_compressed.tiles.quantize(static_cast<std::uint32_t>(t), 0, out,
                                            m_compressed.tiles.blocks());
        }
    });
    descend(m_compressed, m_rows, {up});
    const KernelClock::Measure measure(m_clock, "queries", up.matrix->layout.bytes());
    const std::uint64_t panels = up.matrix->layout.panels();
    const std::size_t stride = panels * kPanelRows;
    m_pool.forEach(panels, panelGrain(panels), [&](std::uint64_t first, std::uint64_t end, unsigned thread) {
        multiply(up, m_compressed, m_rows, first, end, thread, {&m_queries[first * kPanelRows], stride});
    });
    m_query = {m_queries.data(), stride, m_config.latent.keySize()};
}

void CpuOps::turnAndStoreLatent(std::uint32_t layer, const LatentAttention& latent, Weight normWeight) {
    if (stopped()) return;
    const KernelClock::Measure measure(m_clock, "rope", 0);
    makeAngles();
    const float* scale = m_weights.vector(m_plan.weights[normWeight]);
    const bool adjacent = m_config.ropePairs() == RopePairs::Adjacent;
    const std::uint32_t own = layer - m_plan.layers.first;
    m_pool.forEach(m_rows, 1, [&](std::size_t first, std::size_t end, unsigned) {
        for (auto t = static_cast<std::uint32_t>(first); t < end; ++t) {
            for (std::uint32_t head = 0; head < latent.heads; ++head)
                rotateHead(m_query.first + t * m_query.rowStride + head * m_query.headStride +
                               latent.nopeSize,
                           latent.ropeSize, adjacent, anglesOf(t));
            float* kept = &m_qkv[t * m_qkvStride + m_kAt];
            rmsNorm(kept, scale, latent.kvRank, m_config.normEpsilon, kept);
            rotateHead(kept + latent.kvRank, latent.ropeSize, adjacent, anglesOf(t));
            std::fill(kept + latent.latentSize(), kept + keptSize(latent), 0.0F);
            m_cache->store(own, 0, slotOf(t), kept, nullptr);
        }
    });
}

// Each head's rows as whole numbers in tiles of its own.
void CpuOps::quantizeHeads(std::uint32_t heads, std::uint32_t length, const HeadRows& in) {
    const std::size_t bytes = ActivationTiles::bytesFor(m_plan.rounding, m_rows, length);
    m_headMemory.grow(bytes * heads);
    m_headTiles.clear();
    for (std::uint32_t head = 0; head < heads; ++head)
        m_headTiles.push_back(
            ActivationTiles::over(m_headMemory.data() + head * bytes, m_plan.rounding, m_rows, length));
    m_pool.forEach(m_rows, kTileColumns, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t t = first; t < end; ++t)
            for (std::uint32_t head = 0; head < heads; ++head)
                m_headTiles[head].quantize(static_cast<std::uint32_t>(t), 0,
                                           in.first + t * in.rowStride + head * in.headStride,
                                           m_headTiles[head].blocks());
    });
}

// out = in · each head's matrixᵀ. A head's rows need not begin with a panel: what else is in its panels is
// multiplied and dropped.
void CpuOps::multiplyHeads(Tensor stack, std::uint32_t heads, const HeadRows& in, const HeadRows& out) {
    const PanelMatrix matrix = m_weights.matrix(stack);
    const bool quantized = matrix.layout.quantized();
    const std::uint64_t rows = matrix.layout.rows / heads;
    if (quantized) quantizeHeads(heads, matrix.layout.rowLength(), in);
    const std::uint64_t chunks = ((rows + 2 * kPanelRows - 2) / kPanelRows + kChunkPanels - 1) / kChunkPanels;
    m_pool.forEach(heads * chunks, 1, [&](std::uint64_t first, std::uint64_t end, unsigned thread) {
        float* chunk = m_threads[thread].chunk.data();
        for (std::uint64_t unit = first; unit < end; ++unit) {
            const std::uint64_t head = unit / chunks, row = head * rows;
            const std::uint64_t panel = row / kPanelRows + unit % chunks * kChunkPanels;
            const std::uint64_t stop =
                std::min<std::uint64_t>(panel + kChunkPanels, (row + rows + kPanelRows - 1) / kPanelRows);
            if (panel >= stop) continue;
            if (quantized)
                multiplyQuantized(matrix, panel, stop, m_headTiles[head], m_threads[thread].unpacked.data(),
                                  chunk, kChunkRows);
            else
                multiplyFloats(matrix, panel, stop, in.first + head * in.headStride, in.rowStride, m_rows,
                               chunk, kChunkRows);
            const std::uint64_t from = std::max(row, panel * kPanelRows);
            const std::uint64_t to = std::min(row + rows, stop * kPanelRows);
            for (std::uint32_t t = 0; t < m_rows; ++t)
                std::copy_n(chunk + t * kChunkRows + (from - panel * kPanelRows), to - from,
                            out.first + t * out.rowStride + head * out.headStride + (from - row));
        }
    });
}

void CpuOps::absorb(Weight keyUp, const LatentAttention& latent) {
    if (stopped()) return;
    const Tensor stack = m_plan.weights[keyUp];
    const KernelClock::Measure measure(m_clock, "absorb", stack->layout.bytes());
    const std::size_t size = keptSize(latent), stride = latent.heads * size;
    multiplyHeads(stack, latent.heads, m_query, {m_absorbed.data(), stride, size});
    m_pool.forEach(m_rows, 1, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t t = first; t < end; ++t)
            for (std::uint32_t head = 0; head < latent.heads; ++head) {
                float* out = &m_absorbed[t * stride + head * size];
                const float* turned =
                    m_query.first + t * m_query.rowStride + head * m_query.headStride + latent.nopeSize;
                std::copy_n(turned, latent.ropeSize, out + latent.kvRank);
                std::fill(out + latent.latentSize(), out + size, 0.0F);
                multiplyBy(latent.scaleAt(positionOf(static_cast<std::uint32_t>(t))), out, size);
            }
    });
}

// As one key that all heads share.
void CpuOps::attendLatent(std::uint32_t layer, const LatentAttention& latent) {
    if (stopped()) return;
    const HeadAttention heads{latent.heads, 1, keptSize(latent), latent.kvRank, latent.scale};
    attend({heads, layer - m_plan.layers.first, m_absorbed.data(), heads.queryLength(), heads.keySize,
            m_latents.data(), heads.attendedLength()});
}

void CpuOps::expandValues(Weight valueUp, const LatentAttention& latent) {
    if (stopped()) return;
    const Tensor stack = m_plan.weights[valueUp];
    const KernelClock::Measure measure(m_clock, "values", stack->layout.bytes());
    multiplyHeads(stack, latent.heads,
                  {m_latents.data(), std::size_t{latent.heads} * latent.kvRank, latent.kvRank},
                  {m_attended.values.data(), m_attended.length, latent.valueSize});
}

static_assert(LatentOps<CpuOps>);

} // namespace ponder::cpu
