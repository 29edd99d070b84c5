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
#include "stream.glsl"

void main() {
    const uint column = gl_GlobalInvocationID.x / streamBlocks();
    const uint block = gl_GlobalInvocationID.x % streamBlocks();
    if (column >= stepRows()) return;
    const uint at = block * 8u;
    vec4 x[8];
    [[unroll]] for (uint i = 0u; i < 8u; ++i) {
        x[i] = uintBitsToFloat(loadStep(push.from + column * push.xStride + at + i));
        if ((WRITES & ADDS_TO_FIRST) != 0u) x[i] += loadScratch(push.x + column * push.xStride + at + i);
    }
    storeStream(column, block, x);
}
