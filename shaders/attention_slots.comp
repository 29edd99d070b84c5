// The same as attention.comp for devices whose lanes are cheap and whose exchanges between lanes are not: each
// lane takes whole keys and values, AHEAD positions at once, and lanes meet only after the last position.
//
// Nothing is skipped for a lane that has no position left: software devices run both sides of a branch.
// Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
layout(constant_id = 9) const uint HEAD_PIECES = 1u; // all of a head
#include "attention.glsl"
const uint AHEAD = 4u;

// Of two values, one is summed over this lane and the one `step_` away, the other over there.
float halved(float here, float there, uint step_) {
    const bool odd = (gl_SubgroupInvocationID & step_) != 0u;
    return (odd ? there : here) + subgroupShuffleXor(odd ? here : there, step_);
}

// Sums eight values of row r over all lanes and stores them, each lane one: lane i ends up with value i. A subgroup of
// another width than eight adds up each value by itself, which takes software devices several times as long.
void storeSums(Tile tile, uint r, uint at, uint piece, vec4 a, vec4 b, bool stores) {
    const uint lane = gl_SubgroupInvocationID;
    if (gl_WorkGroupSize.x == 8u) {
        const float low = halved(halved(a.x, a.y, 1u), halved(a.z, a.w, 1u), 2u);
        const float high = halved(halved(b.x, b.y, 1u), halved(b.z, b.w, 1u), 2u);
        const float sum = halved(low, high, 4u);
        const uint own = piece + lane / 4u;
        if (stores && own < storedPieces())
            storeScratchValue((at + piece) * 4u + lane, sum * sumGate(tile, r, own)[lane & 3u]);
        return;
    }
    a = vec4(subgroupAdd(a.x), subgroupAdd(a.y), subgroupAdd(a.z), subgroupAdd(a.w));
    b = vec4(subgroupAdd(b.x), subgroupAdd(b.y), subgroupAdd(b.z), subgroupAdd(b.w));
    if (stores && lane == 0u) {
        if (piece < storedPieces()) storeScratch(at + piece, a * sumGate(tile, r, piece));
        if (piece + 1u < storedPieces()) storeScratch(at + piece + 1u, b * sumGate(tile, r, piece + 1u));
    }
}

void main() {
    if (gl_SubgroupID != 0u) return;
    const uint lane = gl_SubgroupInvocationID;
    const uint lanes = subgroupAdd(1u);
    const Tile tile = tileOfWorkgroup();

    vec4 qa[QUERIES][HEAD_PIECES], qb[QUERIES][HEAD_PIECES], sa[QUERIES][HEAD_PIECES], sb[QUERIES][HEAD_PIECES];
    float best[QUERIES], total[QUERIES];
    uint from[QUERIES], limit[QUERIES];
    [[unroll]] for (uint r = 0u; r < QUERIES; ++r) {
        from[r] = beginOf(tile, r);
        limit[r] = min(limitOf(tile, r), tile.end);
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
                top = max(top, position[u] >= from[r] && position[u] < limit[r] ? score[r][u] : LOWEST);
            shrink[r] = exp(best[r] - top);
            best[r] = top;
            total[r] *= shrink[r];
            [[unroll]] for (uint u = 0u; u < AHEAD; ++u) {
                score[r][u] = position[u] >= from[r] && position[u] < limit[r] ? exp(score[r][u] - top) : 0.0;
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
        const bool stores = tile.firstRow + r < tile.endRow;
        const float scale = shrink * sumScale(sum);
        [[unroll]] for (uint k = 0u; k < HEAD_PIECES; ++k)
            storeSums(tile, r, to, k * 2u, sa[r][k] * scale, sb[r][k] * scale, stores);
        if (stores && lane == 0u) storeEnds(to, top, sum);
    }
}
