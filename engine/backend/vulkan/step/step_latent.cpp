// Latent attention: the part of step_recorder.h that keeps one vector a token for all heads. Each head has
// small matrices of its own; queries with keys absorbed meet the cache, which is read once for many heads.
#include "engine/backend/vulkan/step/step_recorder.h"

#include <algorithm>

namespace ponder {

void StepRecorder::compress(Weight query, Weight keyValue) {
    const ScratchRegion& y = m_plan.scratch.qkv;
    multiplyNormed(stream(), {{query}, {keyValue}}, y);
    m_queries = y;
    m_kept = {y.at + groupsOf(slice(query)), y.stride};
}

void StepRecorder::expandQuery(Weight norm, Weight up) {
    const LatentScratch& l = m_plan.scratch.latent;
    const auto rank = static_cast<std::uint32_t>(tensor(up)->source->rowLength());
    const NormRowsCall call{.x = m_queries.at,
                            .xStride = m_queries.stride,
                            .values = rank,
                            .normed = l.compressed.at,
                            .normedStride = l.compressed.stride,
                            .squares = l.squares.at,
                            .squarePieces = l.squares.stride,
                            .norm = vectorAt(norm),
                            .quants = l.quants.at,
                            .quantStride = l.quants.stride};
    PipelineKey key{"norm_rows", {m_tuning.plainWorkgroup}};
    key.constants[6] = readsQuants(m_shape.rows, {up}) ? kWritesQuants : kWritesFloats;
    const std::uint64_t invocations = std::uint64_t{m_shape.rows} * (l.compressed.stride / 8);
    m_recorder.dispatch(key, activationBuffers(), call, {ceilDiv(invocations, m_tuning.plainWorkgroup)},
                        static_cast<double>(invocations) * 32);
    multiplyNormed({l.compressed, l.quants, l.squares, static_cast<float>(rank), m_plan.config.normEpsilon},
                   {{up}}, l.heads);
    m_queries = l.heads;
}

void StepRecorder::turnAndStoreLatent(std::uint32_t layer, const LatentAttention& latent, Weight norm) {
    const ScratchPlan& s = m_plan.scratch;
    const std::uint32_t size = paddedHead(latent.latentSize());
    const LatentStoreCall call{.kept = m_kept.at,
                               .keptStride = m_kept.stride,
                               .q = m_queries.at,
                               .qStride = m_queries.stride,
                               .query = s.query.at,
                               .queryStride = s.query.stride,
                               .heads = latent.heads,
                               .keySize = latent.keySize(),
                               .rank = latent.kvRank,
                               .rotary = latent.ropeSize,
                               .headSize = size,
                               .norm = vectorAt(norm),
                               .epsilon = m_plan.config.normEpsilon,
                               .turns = m_plan.step.turns,
                               .cacheAt = m_cache.place(layer).at,
                               .capacity = m_cache.capacity(),
                               .branches = m_plan.step.branches,
                               .scale = latent.scale,
                               .growth = latent.growth,
                               .growthLength = latent.growthLength};
    PipelineKey key{"latent_store", {m_tuning.attentionWorkgroup}};
    key.constants[5] = m_plan.config.ropePairs() == RopePairs::Halves ? 1 : 0;
    key.constants[6] = static_cast<std::uint32_t>(m_cache.type());
    const std::uint64_t turned = std::uint64_t{latent.heads} * ((size - latent.kvRank) / 4);
    m_recorder.dispatch(key, buffersOf(layer), call,
                        {m_shape.rows, 1 + ceilDiv(turned, m_tuning.attentionWorkgroup)},
                        static_cast<double>(turned + size) * 4 * m_shape.rows);
}

// y = each head's matrix times x, times the scale of scores.
void StepRecorder::multiplyHeads(Weight stack, const HeadRegion& x, const HeadRegion& y,
                                 const LatentAttention& scales) {
    const WeightSlice& matrices = slice(stack);
    const HeadProductCall call{.x = x.rows.at,
                               .xStride = x.rows.stride,
                               .xHead = x.pieces,
                               .blocks = matrices.layout.blocks,
                               .matrix = matrices.at,
                               .groups = y.values / 4,
                               .stackGroups = groupsOf(matrices),
                               .y = y.rows.at,
                               .yStride = y.rows.stride,
                               .yHead = y.pieces,
                               .scale = scales.scale,
                               .growth = scales.growth,
                               .growthLength = scales.growthLength};
    const std::uint32_t format = kernelFormat(matrices.layout.type);
    const MatrixShape shape = m_tuning.matrix(m_shape.rows, false);
    Workgroups workgroups = shape.workgroups(shape.tiles(call.groups), m_shape.rows);
    workgroups.z = scales.heads;
    m_recorder.dispatch(shape.key(MatrixKernel::HeadProduct, {format, format, format}, kWritesFloats),
                        buffersOf(matrices), call, workgroups, workOf({&matrices}, m_shape.rows));
}

void StepRecorder::absorb(Weight keyUp, const LatentAttention& latent) {
    multiplyHeads(keyUp, {m_queries, latent.keySize() / 4, latent.nopeSize},
                  {m_plan.scratch.query, paddedHead(latent.latentSize()) / 4, latent.kvRank}, latent);
}

void StepRecorder::attendLatent(std::uint32_t layer, const LatentAttention& latent) {
    const ScratchPlan& s = m_plan.scratch;
    const AttentionPlace place{.heads = latent.heads,
                               .kvHeads = 1,
                               .headSize = paddedHead(latent.latentSize()),
                               .resultSize = latent.kvRank,
                               .latent = true,
                               .query = s.query,
                               .result = s.latent.heads,
                               .parts = s.parts,
                               .type = m_cache.type(),
                               .cacheAt = m_cache.place(layer).at,
                               .capacity = m_cache.capacity(),
                               .branches = m_plan.step.branches};
    recordAttention(m_recorder, m_tuning, buffersOf(layer), place,
                    {m_shape.rows, m_shape.parts, m_shape.ownParts},
                    {m_shape.attentionCost, 0, m_cache.bytesPerPosition(layer)});
}

void StepRecorder::expandValues(Weight valueUp, const LatentAttention& latent) {
    LatentAttention unscaled = latent;
    unscaled.scale = 1;
    unscaled.growth = 0;
    multiplyHeads(valueUp, {m_plan.scratch.latent.heads, latent.kvRank / 4, latent.kvRank},
                  {m_plan.scratch.attention, latent.valueSize / 4, latent.valueSize}, unscaled);
}

static_assert(LatentOps<StepRecorder>);

} // namespace ponder
