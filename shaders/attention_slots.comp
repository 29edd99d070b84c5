// The same as attention.comp for devices whose lanes are cheap and whose exchanges between lanes are not: each
// lane takes whole keys and values, AHEAD positions at once, and lanes meet only behind the last position.
//
// Nothing is skipped for a lane that has no position left: software devices run both sides of a branch.
// Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
layout(constant_id = 9) const uint HEAD_PIECES = 1u; // all of a head
#include "attention.glsl"
const uint AHEAD = 4u;

vec4 lanesSum(vec4 value) {
    return vec4(subgroupAdd(value.x), subgroupAdd(value.y), subgroupAdd(value.z), subgroupAdd(value.w));
}

void main() {
    if (gl_SubgroupID != 0u) return;
    const uint lane = gl_SubgroupInvocationID;
    const uint lanes = subgroupAdd(1u);
    const Tile tile = tileOfWorkgroup();

    vec4 qa[QUERIES][HEAD_PIECES], qb[QUERIES][HEAD_PIECES], sa[QUERIES][HEAD_PIECES], sb[QUERIES][HEAD_PIECES];
    float best[QUERIES], total[QUERIES];
    uint limit[QUERIES];
    [[unroll]] for (uint r = 0u; r < QUERIES; ++r) {
        limit[r] = limitOf(tile, r);
        best[r] = LOWEST;
        total[r] = 0.0;
        [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k) {
            const uint at = queryAt(tile, r, k);
            qa[r][k] = loadScratch(at);
            qb[r][k] = loadScratch(at + 1u);
            sa[r][k] = vec4(0.0);
            sb[r][k] = vec4(0.0);
        }
    }

    for (uint first = tile.begin; first < tile.end; first += lanes * AHEAD) {
        uint position[AHEAD], row[AHEAD];
        float score[QUERIES][AHEAD], shrink[QUERIES];
        [[unroll]] for (uint u = 0u; u < AHEAD; ++u) {
            position[u] = first + u * lanes + lane;
            row[u] = keyRow(tile, min(position[u], tile.end - 1u));
            [[unroll]] for (uint r = 0u; r < QUERIES; ++r) score[r][u] = 0.0;
        }
        [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k) {
            vec4 a[AHEAD], b[AHEAD];
            [[unroll]] for (uint u = 0u; u < AHEAD; ++u) loadCached(row[u], k, a[u], b[u]);
            [[unroll]] for (uint r = 0u; r < QUERIES; ++r)
                [[unroll]] for (uint u = 0u; u < AHEAD; ++u)
                    score[r][u] = dot4(qa[r][k], a[u], dot4(qb[r][k], b[u], score[r][u]));
        }
        // Scores become weights.
        [[unroll]] for (uint r = 0u; r < QUERIES; ++r) {
            float top = best[r];
            [[unroll]] for (uint u = 0u; u < AHEAD; ++u)
                top = max(top, position[u] < min(limit[r], tile.end) ? score[r][u] : LOWEST);
            shrink[r] = exp(best[r] - top);
            best[r] = top;
            total[r] *= shrink[r];
            [[unroll]] for (uint u = 0u; u < AHEAD; ++u) {
                score[r][u] = position[u] < min(limit[r], tile.end) ? exp(score[r][u] - top) : 0.0;
                total[r] += score[r][u];
            }
        }
        [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k) {
            vec4 a[AHEAD], b[AHEAD];
            [[unroll]] for (uint u = 0u; u < AHEAD; ++u) loadCached(row[u] + valueRows(), k, a[u], b[u]);
            [[unroll]] for (uint r = 0u; r < QUERIES; ++r) {
                vec4 sumA = sa[r][k] * shrink[r], sumB = sb[r][k] * shrink[r];
                [[unroll]] for (uint u = 0u; u < AHEAD; ++u) {
                    sumA = fma(vec4(score[r][u]), a[u], sumA);
                    sumB = fma(vec4(score[r][u]), b[u], sumB);
                }
                sa[r][k] = sumA;
                sb[r][k] = sumB;
            }
        }
    }

    [[unroll]] for (uint r = 0u; r < QUERIES; ++r) {
        const float top = subgroupMax(best[r]);
        const float shrink = total[r] > 0.0 ? exp(best[r] - top) : 0.0;
        const float sum = subgroupAdd(total[r] * shrink);
        const uint to = sumsAt(tile, r);
        const bool stores = lane == 0u && tile.firstRow + r < tile.endRow;
        [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k) {
            const vec4 a = lanesSum(sa[r][k] * shrink) * sumScale(sum);
            const vec4 b = lanesSum(sb[r][k] * shrink) * sumScale(sum);
            if (stores) {
                storeScratch(to + k * 2u, a);
                storeScratch(to + k * 2u + 1u, b);
            }
        }
        if (stores) storeEnds(to, top, sum);
    }
}
