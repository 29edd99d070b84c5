#include "engine/backend/vulkan/step/attention_calls.h"

#include <algorithm>
#include <bit>

namespace ponder {
namespace {

constexpr std::uint32_t kNarrowestSubgroup = 8; // lanes, where the driver may choose below what it says
constexpr std::uint32_t kMostLanePieces = 64;   // queries times pieces that a lane of attention_slots holds
constexpr std::uint32_t kLatentWorkgroup = 128; // invocations of attention_latent

enum Range : std::uint32_t { Causal = 0, Shared = 1, Own = 2 }; // as in shaders/include/attention.glsl

// Few rows are spread evenly over their tiles: none computes rows that are not there.
std::uint32_t rowsOfTile(std::uint32_t rows, std::uint32_t most) {
    return rows <= 2 * most ? ceilDiv(rows, ceilDiv(rows, most)) : most;
}

PipelineKey latentKey(const KernelTuning& tuning, const AttentionPlace& place, std::uint32_t rows) {
    PipelineKey key{"attention_latent_rows", {tuning.attentionWorkgroup, place.resultSize / 8}};
    key.constants[6] = static_cast<std::uint32_t>(place.type);
    if (tuning.attentionBySlots && tuning.attentionWorkgroup >= kNarrowestSubgroup) {
        key.constants[7] = rowsOfTile(rows, tuning.attentionWorkgroup);
        key.constants[9] = place.headSize / 8;
        return key;
    }
    key.kernel = "attention_latent";
    const std::uint32_t lanes = std::min(kNarrowestSubgroup, tuning.attentionWorkgroup);
    key.constants[7] = rowsOfTile(rows, kLatentWorkgroup / lanes);
    key.constants[0] = key.constants[7] * lanes;
    key.constants[1] = place.resultSize / 4 / lanes;
    key.constants[8] = lanes;
    key.constants[9] = place.headSize / 4 / lanes;
    return key;
}

// rows: that may go into one tile.
PipelineKey attentionKey(const KernelTuning& tuning, const AttentionPlace& place, std::uint32_t rows) {
    if (place.latent) return latentKey(tuning, place, rows);
    const std::uint32_t pieces = place.headSize / 8;
    PipelineKey key{tuning.attentionBySlots ? "attention_slots" : "attention", {tuning.attentionWorkgroup}};
    std::uint32_t most = tuning.promptQueries;
    std::uint32_t lanes = 1;
    if (tuning.attentionBySlots)
        most = std::clamp(kMostLanePieces / pieces, 1U, most);
    else
        // A power of two that covers the pieces of a head, at most the narrowest subgroup.
        lanes = std::min({std::bit_ceil(pieces), kNarrowestSubgroup, tuning.attentionWorkgroup});
    key.constants[6] = static_cast<std::uint32_t>(place.type);
    key.constants[7] = rowsOfTile(rows, most);
    key.constants[8] = lanes;
    key.constants[9] = ceilDiv(pieces, lanes);
    return key;
}

} // namespace

void recordAttention(CommandRecorder& recorder, const KernelTuning& tuning, const CallBuffers& buffers,
                     const AttentionPlace& place, const AttentionCut& cut, const KernelWork& work) {
    const std::uint32_t group = place.heads / place.kvHeads;
    const std::uint32_t rows = cut.rows * group;
    const std::uint32_t partCount = cut.parts + cut.ownParts;
    AttentionCall call{.query = place.query.at,
                       .queryStride = place.query.stride,
                       .heads = place.heads,
                       .kvHeads = place.kvHeads,
                       .headSize = place.headSize,
                       .cacheAt = place.cacheAt,
                       .capacity = place.capacity,
                       .result = place.result.at,
                       .resultStride = place.result.stride,
                       .parts = place.parts,
                       .partCount = partCount,
                       .firstPart = 0,
                       .range = Causal,
                       .branches = place.branches,
                       .resultSize = place.resultSize,
                       .window = place.window,
                       .gates = place.gates.at,
                       .gateStride = place.gates.stride,
                       .gateHead = place.gateHead};
    const auto share = [&](std::uint32_t parts) {
        return KernelWork(work.cost * parts / partCount, 0, work.bytesPerPosition * parts / partCount);
    };
    if (cut.parts > 0) {
        call.range = cut.ownParts > 0 ? Shared : Causal;
        const PipelineKey key = attentionKey(tuning, place, rows);
        recorder.dispatch(key, buffers, call, {ceilDiv(rows, key.constants[7]), place.kvHeads, cut.parts},
                          share(cut.parts));
    }
    if (cut.ownParts > 0) {
        call.range = Own;
        call.firstPart = cut.parts;
        const PipelineKey key = attentionKey(tuning, place, group);
        recorder.dispatch(key, buffers, call,
                          {cut.rows * ceilDiv(group, key.constants[7]), place.kvHeads, cut.ownParts},
                          share(cut.ownParts));
    }
    if (partCount == 1) return;
    const AttentionCombineCall combine{.heads = place.heads,
                                       .headSize = place.latent ? place.resultSize : place.headSize,
                                       .result = place.result.at,
                                       .resultStride = place.result.stride,
                                       .parts = place.parts,
                                       .partCount = partCount,
                                       .resultSize = place.resultSize,
                                       .gates = place.gates.at,
                                       .gateStride = place.gates.stride,
                                       .gateHead = place.gateHead};
    const std::uint64_t invocations = std::uint64_t{cut.rows} * place.heads * (place.resultSize / 4);
    recorder.dispatch({"attention_combine", {tuning.plainWorkgroup}}, buffers, combine,
                      {ceilDiv(invocations, tuning.plainWorkgroup)},
                      static_cast<double>(invocations) * partCount * 4);
}

} // namespace ponder
