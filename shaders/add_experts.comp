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
#include "stream.glsl"

void main() {
    const uint column = gl_GlobalInvocationID.x / streamBlocks();
    const uint block = gl_GlobalInvocationID.x % streamBlocks();
    if (column >= stepRows()) return;
    vec4 x[8];
    [[unroll]] for (uint i = 0u; i < 8u; ++i) x[i] = vec4(0.0);
    for (uint s = 0u; s < push.used; ++s) {
        const uint user = column * push.used + s;
        const float weight = loadScratch(push.choices + user).y;
        const uint from = push.results + user * push.xStride + block * 8u;
        [[unroll]] for (uint i = 0u; i < 8u; ++i) x[i] = fma(vec4(weight), loadScratch(from + i), x[i]);
    }
    [[unroll]] for (uint i = 0u; i < 8u; ++i)
        x[i] += loadScratch(push.x + column * push.xStride + block * 8u + i);
    storeStream(column, block, x);
}
