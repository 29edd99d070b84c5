// x, as the layers on another device left it, and what the next norm needs of it; or x with what experts
// elsewhere add to it.
//
// One invocation for every 32 values. The host has put the rows into step, as far apart as those of x. Twin:
// engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint from; /* piece in step */                                                                           \
    uint x;                                                                                                  \
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
    vec4 squares[2];
    vec4 normed[8];
    [[unroll]] for (uint i = 0u; i < 8u; ++i) {
        vec4 x = uintBitsToFloat(loadStep(push.from + at + i));
        if ((WRITES & ADDS_TO_FIRST) != 0u) x += loadScratch(push.x + at + i);
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
