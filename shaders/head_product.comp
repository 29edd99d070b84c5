// scale · W_h · x_h for every head h, whose matrices stand one after the other in a stack: what latent attention
// makes of queries before it attends and of values after it (DeepSeek-AI 2024).
//
// gl_WorkGroupID.z is the head. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint x;                                                                                                  \
    uint xStride;                                                                                            \
    uint xHead; /* pieces from one head to the next */                                                       \
    uint blocks;                                                                                             \
    uint matrix;                                                                                             \
    uint groups; /* of a head */                                                                             \
    uint stackGroups;                                                                                        \
    uint y;                                                                                                  \
    uint yStride;                                                                                            \
    uint yHead;                                                                                              \
    float scale;                                                                                             \
    float growth; /* times 1 + growth * ln(1 + position / growthLength) */                                   \
    uint growthLength;
#include "loads.glsl"
#include "matrix.glsl"
#include "query_scale.glsl"

void main() {
    const Matrix w = Matrix(FORMAT_A, push.matrix, push.blocks, push.stackGroups);
    const uint head = gl_WorkGroupID.z;
    const uint column = firstColumn();
    const uint columns = stepRows();
    FOR_EACH_GROUP(gl_WorkGroupID.x, group, push.groups) {
        vec4 sums[COLUMNS];
        product(w, head * push.groups + group, push.x + head * push.xHead, push.xStride, column, sums);
        if (storesResult()) {
            [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
                if (column + c < columns)
                    storeScratch(push.y + (column + c) * push.yStride + head * push.yHead + group,
                                 sums[c] * queryScale(column + c));
        }
    }
}
