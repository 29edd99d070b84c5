// x += W · y for all columns: attention's output and the feed-forward layer's, added to the residual stream.
//
// Prepares the next norm as well: x times that norm's weights, and a sum of squares for every four values. Where
// what a part gives is normed by itself, that takes the place of x (add_normed.comp).
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
    uint norm; /* the next norm's weights */                                                                 \
    uint quants; /* normed once more, for integer kernels */                                                 \
    uint quantStride;
#include "loads.glsl"
#include "matrix.glsl"

void main() {
    const Matrix w = Matrix(FORMAT_A, push.matrix, push.blocks, push.groups);
    const uint column = firstColumn();
    const uint columns = stepRows();
    FOR_EACH_GROUP(gl_WorkGroupID.x, group, push.groups) {
        vec4 sums[COLUMNS];
        product(w, group, push.y, push.yStride, column, sums);
        const vec4 norm = loadScratch(push.norm + group);
        vec4 normed[COLUMNS];
        [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
            const uint at = (column + c) * push.xStride + group;
            vec4 x = sums[c];
            if ((WRITES & REPLACES) == 0u) x += loadScratch(push.x + at);
            normed[c] = x * norm;
            if (storesResult() && column + c < columns) {
                storeScratch(push.x + at, x);
                if ((WRITES & WRITES_FLOATS) != 0u) storeScratch(push.normed + at, normed[c]);
                storeScratchValue((push.squares + (column + c) * push.squarePieces) * 4u + group, dot(x, x));
            }
        }
        if ((WRITES & WRITES_QUANTS) != 0u) keepForQuants(gl_WorkGroupID.x, group, normed);
    }
    if ((WRITES & WRITES_QUANTS) != 0u)
        writeQuants(gl_WorkGroupID.x, push.groups, push.quants, push.quantStride, column, columns);
}
