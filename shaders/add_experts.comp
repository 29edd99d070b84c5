// x += the sum of what a row's experts gave, each times its weight; and what the next norm needs of x.
//
// One invocation for every 32 values, as in receive.comp. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint results; /* [row][used] */                                                                          \
    uint choices;                                                                                            \
    uint used;                                                                                               \
    uint x; /* as far apart as the results */                                                                \
    uint xStride;                                                                                            \
    uint normed;                                                                                             \
    uint squares;                                                                                            \
    uint squarePieces;                                                                                       \
    uint norm;                                                                                               \
    uint quants; /* normed once more, for integer kernels */                                                 \
    uint quantStride;
layout(local_size_x_id = 0) in;
#include "loads.glsl"
#include "quants.glsl"

void main() {
    const uint blocks = push.squarePieces / 2u;
    const uint column = gl_GlobalInvocationID.x / blocks;
    const uint block = gl_GlobalInvocationID.x % blocks;
    if (column >= stepRows()) return;
    const uint at = column * push.xStride + block * 8u;
    vec4 sums[8];
    [[unroll]] for (uint i = 0u; i < 8u; ++i) sums[i] = vec4(0.0);
    for (uint s = 0u; s < push.used; ++s) {
        const uint user = column * push.used + s;
        const float weight = loadScratch(push.choices + user).y;
        const uint from = push.results + user * push.xStride + block * 8u;
        [[unroll]] for (uint i = 0u; i < 8u; ++i) sums[i] = fma(vec4(weight), loadScratch(from + i), sums[i]);
    }
    vec4 squares[2];
    vec4 normed[8];
    [[unroll]] for (uint i = 0u; i < 8u; ++i) {
        const vec4 x = loadScratch(push.x + at + i) + sums[i];
        storeScratch(push.x + at + i, x);
        normed[i] = x * loadScratch(push.norm + block * 8u + i);
        if ((WRITES & WRITES_FLOATS) != 0u) storeScratch(push.normed + at + i, normed[i]);
        squares[i / 4u][i & 3u] = dot(x, x);
    }
    const uint squareAt = push.squares + column * push.squarePieces + block * 2u;
    storeScratch(squareAt, squares[0]);
    storeScratch(squareAt + 1u, squares[1]);
    if ((WRITES & WRITES_QUANTS) != 0u)
        storeQuants(push.quants + column * push.quantStride + block * QUANT_PIECES, normed);
}
