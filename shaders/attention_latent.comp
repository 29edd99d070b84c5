// a = softmax(q·Kᵀ) · V where all heads share one key a position and its beginning is the value: latent
// attention (DeepSeek-AI 2024), streaming over the cache with an online softmax (Milakov & Gimelshein 2018).
//
// A workgroup takes QUERIES rows, HEAD_LANES neighbouring lanes of a subgroup each, and brings AHEAD keys at
// once into shared memory for all of them, so that the cache is read once for many heads. A lane has every
// HEAD_LANES-th piece of its row's query and sums. Sibling: attention_latent_rows.comp. Twin:
// engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
layout(constant_id = 8) const uint HEAD_LANES = 8u;
layout(constant_id = 9) const uint KEY_PIECES = 1u;   // pieces of a key that a lane has
layout(constant_id = 1) const uint VALUE_PIECES = 1u; // and of its beginning
#define CACHE_ROWS push.capacity
#define SUM_SIZE push.resultSize
#include "attention.glsl"
const uint AHEAD = 4u; // of the longest keys they fill 16 KiB

shared vec4 sharedKeys[AHEAD * KEY_PIECES * HEAD_LANES]; // [position][piece]
uint sharedAt(uint ahead, uint piece, uint lane) { return (ahead * KEY_PIECES + piece) * HEAD_LANES + lane; }

void bringKeys(Tile tile, uint first) {
    const uint eights = push.headSize / 8u;
    for (uint n = gl_LocalInvocationIndex; n < AHEAD * eights; n += gl_WorkGroupSize.x) {
        vec4 a, b;
        loadCached(keyRow(tile, min(first + n / eights, tile.end - 1u)), n % eights, a, b);
        sharedKeys[n * 2u] = a;
        sharedKeys[n * 2u + 1u] = b;
    }
}

void main() {
    const uint r = gl_LocalInvocationIndex / HEAD_LANES;
    const uint lane = gl_LocalInvocationIndex % HEAD_LANES;
    const Tile tile = tileOfWorkgroup();
    const uint end = min(limitOf(tile, r), tile.end);
    vec4 q[KEY_PIECES], sums[VALUE_PIECES];
    [[unroll]] for (uint k = 0u; k < KEY_PIECES; ++k)
        q[k] = loadScratch(queryAt(tile, r, 0u) + k * HEAD_LANES + lane);
    [[unroll]] for (uint k = 0u; k < VALUE_PIECES; ++k) sums[k] = vec4(0.0);
    float best = LOWEST;
    float total = 0.0;

    for (uint first = tile.begin; first < tile.end; first += AHEAD) {
        barrier();
        bringKeys(tile, first);
        barrier();
        float score[AHEAD];
        float top = best;
        [[unroll]] for (uint u = 0u; u < AHEAD; ++u) {
            vec4 part = vec4(0.0);
            [[unroll]] for (uint k = 0u; k < KEY_PIECES; ++k) part = fma(q[k], sharedKeys[sharedAt(u, k, lane)], part);
            score[u] = (part.x + part.y) + (part.z + part.w);
            for (uint step_ = 1u; step_ < HEAD_LANES; step_ *= 2u) score[u] += subgroupShuffleXor(score[u], step_);
            if (first + u < end) top = max(top, score[u]);
        }
        const float shrink = exp(best - top);
        best = top;
        total *= shrink;
        [[unroll]] for (uint u = 0u; u < AHEAD; ++u) {
            score[u] = first + u < end ? exp(score[u] - top) : 0.0; // a weight from here on
            total += score[u];
        }
        [[unroll]] for (uint k = 0u; k < VALUE_PIECES; ++k) {
            vec4 sum = sums[k] * shrink;
            [[unroll]] for (uint u = 0u; u < AHEAD; ++u)
                sum = fma(vec4(score[u]), sharedKeys[sharedAt(u, k, lane)], sum);
            sums[k] = sum;
        }
    }

    if (tile.firstRow + r >= tile.endRow) return;
    const uint to = sumsAt(tile, r);
    const float scale = sumScale(total);
    [[unroll]] for (uint k = 0u; k < VALUE_PIECES; ++k)
        storeScratch(to + k * HEAD_LANES + lane, sums[k] * scale);
    if (lane == 0u) storeEnds(to, best, total);
}
