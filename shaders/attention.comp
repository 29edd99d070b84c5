// a = softmax(q·Kᵀ, causal) · V, streaming over the cache with an online softmax (Milakov & Gimelshein 2018).
//
// A subgroup takes QUERIES rows (a row is a token and one of the query heads that share a key head) and a part
// of the positions. HEAD_LANES neighbouring lanes (at most eight) cover a head, each HEAD_PIECES pieces of eight values; the
// lanes beyond take other positions. With one part the result goes to `out`, else each part leaves its sums
// and (maximum, total) for attention_combine.comp. Scores and sums are f32. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint query;                                                                                              \
    uint queryStride;                                                                                        \
    uint heads, kvHeads;                                                                                     \
    uint headSize;                                                                                           \
    uint cacheAt;                                                                                            \
    uint capacity;                                                                                           \
    uint result;                                                                                             \
    uint resultStride;                                                                                       \
    uint parts; /* piece of the parts' sums: [column][head][part][headSize / 4 + 1] */                       \
    uint partCount;
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#extension GL_KHR_shader_subgroup_shuffle : require
layout(local_size_x_id = 0) in;
layout(constant_id = 6) const uint KV_F32 = 0u;
layout(constant_id = 7) const uint QUERIES = 1u;
layout(constant_id = 8) const uint HEAD_LANES = 8u;
layout(constant_id = 9) const uint HEAD_PIECES = 1u;
#include "loads.glsl"

const float LOWEST = -3.0e38; // stands for minus infinity, which drivers need not keep

// Eight values of a cached row; at counts pieces of eight values.
void loadCached(uint at, out vec4 a, out vec4 b) {
    if (KV_F32 == 1u) {
        a = uintBitsToFloat(loadOther(push.cacheAt + at * 2u));
        b = uintBitsToFloat(loadOther(push.cacheAt + at * 2u + 1u));
    } else {
        const uvec4 w = loadOther(push.cacheAt + at);
        a = vec4(unpackHalf2x16(w.x), unpackHalf2x16(w.y));
        b = vec4(unpackHalf2x16(w.z), unpackHalf2x16(w.w));
    }
}

// The sum over the lanes of a head.
float headSum(float value, uint lanes) {
    if (HEAD_LANES >= lanes) return subgroupAdd(value);
    for (uint step_ = 1u; step_ < HEAD_LANES; step_ *= 2u) value += subgroupShuffleXor(value, step_);
    return value;
}

void main() {
    if (gl_SubgroupID != 0u) return;
    const uint lane = gl_SubgroupInvocationID;
    const uint pieces = push.headSize / 8u;
    const uint headLane = lane % HEAD_LANES;
    const uint slot = lane / HEAD_LANES;
    // Some drivers run narrower subgroups than gl_SubgroupSize says; eight lanes are the narrowest.
    const uint lanes = subgroupAdd(1u);
    const uint slots = max(lanes / HEAD_LANES, 1u);
    const uint group = push.heads / push.kvHeads;
    const uint rows = stepRows() * group;
    const uint firstRow = gl_WorkGroupID.x * QUERIES;
    const uint kvHead = gl_WorkGroupID.y;
    const uint part = gl_WorkGroupID.z;

    vec4 qa[QUERIES][HEAD_PIECES], qb[QUERIES][HEAD_PIECES], sa[QUERIES][HEAD_PIECES], sb[QUERIES][HEAD_PIECES];
    float best[QUERIES], total[QUERIES];
    uint limit[QUERIES]; // positions that the row sees
    uint lastLimit = 0u;
    [[unroll]] for (uint r = 0u; r < QUERIES; ++r) {
        const uint row = min(firstRow + r, rows - 1u);
        const uint column = row / group;
        limit[r] = firstRow + r < rows ? stepFirstPosition() + column + 1u : 0u;
        lastLimit = max(lastLimit, limit[r]);
        best[r] = LOWEST;
        total[r] = 0.0;
        [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k) {
            const uint piece = headLane + k * HEAD_LANES;
            const uint at = push.query + column * push.queryStride +
                            ((kvHead * group + row % group) * pieces + piece) * 2u;
            qa[r][k] = piece < pieces ? loadScratch(at) : vec4(0.0);
            qb[r][k] = piece < pieces ? loadScratch(at + 1u) : vec4(0.0);
            sa[r][k] = vec4(0.0);
            sb[r][k] = vec4(0.0);
        }
    }

    const uint length = stepFirstPosition() + stepRows();
    const uint partLength = (length + push.partCount - 1u) / push.partCount;
    const uint end = min((part + 1u) * partLength, lastLimit);
    const uint keys = kvHead * push.capacity * pieces;
    const uint values = keys + push.kvHeads * push.capacity * pieces;
    for (uint position = part * partLength + slot; position < end; position += slots) {
        vec4 ka[HEAD_PIECES], kb[HEAD_PIECES], va[HEAD_PIECES], vb[HEAD_PIECES];
        [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k) {
            // A lane beyond the head reads the head's last piece; its query is zero and its sum is not stored.
            const uint at = position * pieces + min(headLane + k * HEAD_LANES, pieces - 1u);
            loadCached(keys + at, ka[k], kb[k]);
            loadCached(values + at, va[k], vb[k]);
        }
        [[unroll]] for (uint r = 0u; r < QUERIES; ++r) {
            float score = 0.0;
            [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k)
                score = dot4(qa[r][k], ka[k], dot4(qb[r][k], kb[k], score));
            score = headSum(score, lanes);
            if (position < limit[r]) {
                if (score > best[r]) {
                    const float shrink = exp(best[r] - score);
                    total[r] *= shrink;
                    [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k) {
                        sa[r][k] *= shrink;
                        sb[r][k] *= shrink;
                    }
                    best[r] = score;
                }
                const float weight = exp(score - best[r]);
                total[r] += weight;
                [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k) {
                    sa[r][k] = fma(vec4(weight), va[k], sa[r][k]);
                    sb[r][k] = fma(vec4(weight), vb[k], sb[r][k]);
                }
            }
        }
    }

    // Lanes that took other positions of the same rows are added up.
    [[unroll]] for (uint r = 0u; r < QUERIES; ++r) {
        for (uint step_ = HEAD_LANES; step_ < lanes; step_ *= 2u) {
            const float other = subgroupShuffleXor(best[r], step_);
            const float top = max(best[r], other);
            const float shrink = total[r] > 0.0 ? exp(best[r] - top) : 0.0;
            best[r] = top;
            total[r] *= shrink;
            total[r] += subgroupShuffleXor(total[r], step_);
            [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k) {
                sa[r][k] *= shrink;
                sb[r][k] *= shrink;
                [[unroll]] for (uint e = 0u; e < 4u; ++e) {
                    sa[r][k][e] += subgroupShuffleXor(sa[r][k][e], step_);
                    sb[r][k][e] += subgroupShuffleXor(sb[r][k][e], step_);
                }
            }
        }
    }

    if (slot != 0u) return;
    [[unroll]] for (uint r = 0u; r < QUERIES; ++r) {
        const uint row = firstRow + r;
        if (row >= rows) continue;
        const uint column = row / group;
        const uint head = kvHead * group + row % group;
        const uint partAt = push.parts + ((column * push.heads + head) * push.partCount + part) *
                                             (push.headSize / 4u + 1u);
        const float scale = push.partCount == 1u ? 1.0 / total[r] : 1.0;
        const uint to = push.partCount == 1u ? push.result + column * push.resultStride + head * pieces * 2u : partAt;
        [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k) {
            const uint piece = headLane + k * HEAD_LANES;
            if (piece < pieces) {
                storeScratch(to + piece * 2u, sa[r][k] * scale);
                storeScratch(to + piece * 2u + 1u, sb[r][k] * scale);
            }
        }
        if (push.partCount > 1u && headLane == 0u)
            storeScratch(partAt + push.headSize / 4u, vec4(best[r], total[r], 0.0, 0.0));
    }
}
