// x, as the layers on another device left it, and what the next norm needs of it.
//
// One invocation for 16 values. The host has put the rows into step, as far apart as those of x. Twin:
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
    uint norm;
layout(local_size_x_id = 0) in;
#include "loads.glsl"

void main() {
    const uint column = gl_GlobalInvocationID.x / push.squarePieces;
    const uint part = gl_GlobalInvocationID.x % push.squarePieces;
    if (column >= stepRows()) return;
    const uint at = column * push.xStride + part * 4u;
    vec4 squares;
    [[unroll]] for (uint i = 0u; i < 4u; ++i) {
        const vec4 x = uintBitsToFloat(loadStep(push.from + at + i));
        storeScratch(push.x + at + i, x);
        storeScratch(push.normed + at + i, x * loadScratch(push.norm + part * 4u + i));
        squares[i] = dot(x, x);
    }
    storeScratch(push.squares + column * push.squarePieces + part, squares);
}
