// x += W · y for all columns: attention's output and the feed-forward layer's, added to the residual stream.
//
// Prepares the next norm as well: x times that norm's weights, and a sum of squares for every four values.
// Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint y; /* the input */                                                                                  \
    uint yStride;                                                                                            \
    uint blocks;                                                                                             \
    uint matrix;                                                                                             \
    uint groups;                                                                                             \
    uint x; /* the residual stream */                                                                        \
    uint xStride;                                                                                            \
    uint normed; /* x times the next norm's weights, as far apart as x */                                    \
    uint squares;                                                                                            \
    uint squarePieces;                                                                                       \
    uint norm; /* the next norm's weights */
#include "loads.glsl"
#include "matrix.glsl"

void main() {
    const Matrix w = Matrix(FORMAT_A, push.matrix, push.blocks, push.groups);
    const uint column = firstColumn();
    const uint columns = stepRows();
    FOR_EACH_GROUP(gl_WorkGroupID.x, group, push.groups) {
        vec4 sums[COLUMNS];
        product(w, group, push.y, push.yStride, column, sums);
        if (storesResult()) {
            const vec4 norm = loadScratch(push.norm + group);
            [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
                if (column + c < columns) {
                    const uint at = (column + c) * push.xStride + group;
                    const vec4 x = loadScratch(push.x + at) + sums[c];
                    storeScratch(push.x + at, x);
                    storeScratch(push.normed + at, x * norm);
                    storeScratchValue((push.squares + (column + c) * push.squarePieces) * 4u + group, dot(x, x));
                }
        }
    }
}
