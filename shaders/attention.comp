// a = softmax(q·Kᵀ) · V, streaming over the cache with an online softmax (Milakov & Gimelshein 2018).
//
// HEAD_LANES neighbouring lanes of a subgroup (at most eight) cover a head, each HEAD_PIECES pieces of eight
// values, so that a key is read as one stretch; the lanes beyond take other positions. With one part the
// result goes to `out`, else each part leaves its sums and (maximum, total) for attention_combine.comp. Scores
// and sums are f32. Sibling: attention_slots.comp. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
layout(constant_id = 8) const uint HEAD_LANES = 8u;
layout(constant_id = 9) const uint HEAD_PIECES = 1u;
#include "attention.glsl"

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
    const Tile tile = tileOfWorkgroup();

    vec4 qa[QUERIES][HEAD_PIECES], qb[QUERIES][HEAD_PIECES], sa[QUERIES][HEAD_PIECES], sb[QUERIES][HEAD_PIECES];
    float best[QUERIES], total[QUERIES];
    uint from[QUERIES], limit[QUERIES];
    [[unroll]] for (uint r = 0u; r < QUERIES; ++r) {
        from[r] = beginOf(tile, r);
        limit[r] = limitOf(tile, r);
        best[r] = LOWEST;
        total[r] = 0.0;
        [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k) {
            const uint piece = headLane + k * HEAD_LANES;
            const uint at = queryAt(tile, r, piece);
            qa[r][k] = piece < pieces ? loadScratch(at) : vec4(0.0);
            qb[r][k] = piece < pieces ? loadScratch(at + 1u) : vec4(0.0);
            sa[r][k] = vec4(0.0);
            sb[r][k] = vec4(0.0);
        }
    }

    for (uint position = tile.begin + slot; position < tile.end; position += slots) {
        vec4 ka[HEAD_PIECES], kb[HEAD_PIECES], va[HEAD_PIECES], vb[HEAD_PIECES];
        const uint row = keyRow(tile, position);
        [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k) {
            // A lane beyond the head reads the head's last piece; its query is zero and its sum is not stored.
            const uint piece = min(headLane + k * HEAD_LANES, pieces - 1u);
            loadCached(row, piece, ka[k], kb[k]);
            loadCached(row + valueRows(), piece, va[k], vb[k]);
        }
        [[unroll]] for (uint r = 0u; r < QUERIES; ++r) {
            float score = 0.0;
            [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k)
                score = dot4(qa[r][k], ka[k], dot4(qb[r][k], kb[k], score));
            score = headSum(score, lanes);
            if (position >= from[r] && position < limit[r]) {
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
        if (tile.firstRow + r >= tile.endRow) continue;
        const uint to = sumsAt(tile, r);
        const float scale = sumScale(total[r]);
        [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k) {
            const uint piece = headLane + k * HEAD_LANES;
            const uint low = piece * 2u, high = low + 1u;
            if (low < storedPieces()) storeScratch(to + low, sa[r][k] * scale * sumGate(tile, r, low));
            if (high < storedPieces()) storeScratch(to + high, sb[r][k] * scale * sumGate(tile, r, high));
        }
        if (headLane == 0u) storeEnds(to, best[r], total[r]);
    }
}
