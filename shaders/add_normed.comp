// x += rms(given) * w, for what a part of a layer gives; and what the next norm needs of x.
//
// One invocation for every 32 values, as in receive.comp. project_add.comp has left `given` and its squares.
// Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint given; /* as far apart as x, its squares as those of x */                                           \
    uint givenSquares;                                                                                       \
    uint after; /* weights of its norm */                                                                    \
    float width;                                                                                             \
    float epsilon;                                                                                           \
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
    vec4 sum = vec4(0.0);
    for (uint p = 0u; p < push.squarePieces; ++p)
        sum += loadScratch(push.givenSquares + column * push.squarePieces + p);
    const float scale = inversesqrt(((sum.x + sum.y) + (sum.z + sum.w)) / push.width + push.epsilon);
    const uint at = column * push.xStride + block * 8u;
    vec4 x[8];
    [[unroll]] for (uint i = 0u; i < 8u; ++i)
        x[i] = loadScratch(push.x + at + i) +
               loadScratch(push.given + at + i) * scale * loadScratch(push.after + block * 8u + i);
    storeStream(column, block, x);
}
