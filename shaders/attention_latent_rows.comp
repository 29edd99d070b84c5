// The same as attention_latent.comp for devices whose lanes are cheap and whose shared memory is not: every lane
// takes a whole row.
//
// All lanes take the same position: eight of them fetch a piece of its key each, and hand it round. On software
// devices a fetch costs some sixty instructions, a shuffle with a constant lane costs one. Subgroups of eight
// lanes or more. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
layout(constant_id = 9) const uint KEY_PIECES = 1u;   // of eight values, of a key
layout(constant_id = 1) const uint VALUE_PIECES = 1u; // and of its beginning
#define CACHE_ROWS push.capacity
#define SUM_SIZE push.resultSize
#include "attention.glsl"
const uint AHEAD = 2u;
const uint FETCHES = (KEY_PIECES + 7u) / 8u; // of a lane, for one key

void main() {
    const uint r = gl_LocalInvocationIndex;
    const uint ownPiece = gl_SubgroupInvocationID & 7u;
    const Tile tile = tileOfWorkgroup();
    const bool stores = r < QUERIES && tile.firstRow + r < tile.endRow;
    const uint end = stores ? min(limitOf(tile, r), tile.end) : 0u;
    vec4 qa[KEY_PIECES], qb[KEY_PIECES], sa[VALUE_PIECES], sb[VALUE_PIECES];
    [[unroll]] for (uint k = 0u; k < KEY_PIECES; ++k) {
        const uint at = queryAt(tile, r, k);
        qa[k] = loadScratch(at);
        qb[k] = loadScratch(at + 1u);
    }
    [[unroll]] for (uint k = 0u; k < VALUE_PIECES; ++k) {
        sa[k] = vec4(0.0);
        sb[k] = vec4(0.0);
    }
    float best = LOWEST;
    float total = 0.0;

    for (uint first = tile.begin; first < tile.end; first += AHEAD) {
        vec4 a[FETCHES * AHEAD], b[FETCHES * AHEAD];
        [[unroll]] for (uint u = 0u; u < AHEAD; ++u)
            [[unroll]] for (uint n = 0u; n < FETCHES; ++n)
                loadCached(keyRow(tile, min(first + u, tile.end - 1u)), min(n * 8u + ownPiece, KEY_PIECES - 1u),
                           a[n * AHEAD + u], b[n * AHEAD + u]);
        vec4 low[AHEAD], high[AHEAD];
        [[unroll]] for (uint u = 0u; u < AHEAD; ++u) {
            low[u] = vec4(0.0);
            high[u] = vec4(0.0);
        }
        [[unroll]] for (uint k = 0u; k < KEY_PIECES; ++k)
            [[unroll]] for (uint u = 0u; u < AHEAD; ++u) {
                low[u] = fma(qa[k], subgroupShuffle(a[k / 8u * AHEAD + u], k & 7u), low[u]);
                high[u] = fma(qb[k], subgroupShuffle(b[k / 8u * AHEAD + u], k & 7u), high[u]);
            }
        float weight[AHEAD];
        float top = best;
        [[unroll]] for (uint u = 0u; u < AHEAD; ++u) {
            const vec4 both = low[u] + high[u];
            weight[u] = (both.x + both.y) + (both.z + both.w); // a score so far
            top = max(top, first + u < end ? weight[u] : LOWEST);
        }
        const float shrink = exp(best - top);
        best = top;
        total *= shrink;
        [[unroll]] for (uint u = 0u; u < AHEAD; ++u) {
            weight[u] = first + u < end ? exp(weight[u] - top) : 0.0;
            total += weight[u];
        }
        [[unroll]] for (uint k = 0u; k < VALUE_PIECES; ++k) {
            vec4 sumA = sa[k] * shrink, sumB = sb[k] * shrink;
            [[unroll]] for (uint u = 0u; u < AHEAD; ++u) {
                sumA = fma(vec4(weight[u]), subgroupShuffle(a[k / 8u * AHEAD + u], k & 7u), sumA);
                sumB = fma(vec4(weight[u]), subgroupShuffle(b[k / 8u * AHEAD + u], k & 7u), sumB);
            }
            sa[k] = sumA;
            sb[k] = sumB;
        }
    }

    if (!stores) return;
    const uint to = sumsAt(tile, r);
    const float scale = sumScale(total);
    [[unroll]] for (uint k = 0u; k < VALUE_PIECES; ++k) {
        storeScratch(to + k * 2u, sa[k] * scale);
        storeScratch(to + k * 2u + 1u, sb[k] * scale);
    }
    storeEnds(to, best, total);
}
