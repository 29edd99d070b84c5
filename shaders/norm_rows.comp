// The beginning of rows, times a norm's weights, and a sum of squares for every four values: what a matrix
// kernel needs of normed rows besides the stream's.
//
// One invocation for every 32 values; those beyond `values` are zeros. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint x;                                                                                                  \
    uint xStride;                                                                                            \
    uint values; /* of a row */                                                                              \
    uint normed;                                                                                             \
    uint normedStride;                                                                                       \
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
    vec4 squares[2];
    vec4 normed[8];
    [[unroll]] for (uint i = 0u; i < 8u; ++i) {
        const uint four = block * 8u + i;
        const vec4 x = four * 4u < push.values ? loadScratch(push.x + column * push.xStride + four) : vec4(0.0);
        normed[i] = x * loadScratch(push.norm + four);
        if ((WRITES & WRITES_FLOATS) != 0u)
            storeScratch(push.normed + column * push.normedStride + four, normed[i]);
        squares[i / 4u][i & 3u] = dot(x, x);
    }
    const uint squareAt = push.squares + column * push.squarePieces + block * 2u;
    storeScratch(squareAt, squares[0]);
    storeScratch(squareAt + 1u, squares[1]);
    if ((WRITES & WRITES_QUANTS) != 0u)
        storeQuants(push.quants + column * push.quantStride + block * QUANT_PIECES, normed);
}
