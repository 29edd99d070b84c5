// q, k, v = W · rms(x) + b for all columns: [columns x (q, k, v)].
//
// x comes already multiplied by the norm's weights; only the scale 1/rms is missing, and it is the same for
// all rows. Each of the three matrices has its own format. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint x; /* piece of the first column */                                                                  \
    uint xStride;                                                                                            \
    uint squares; /* sums of squares */                                                                      \
    uint squarePieces;                                                                                       \
    float width;                                                                                             \
    float epsilon;                                                                                           \
    uint blocks;                                                                                             \
    uint y;                                                                                                  \
    uint yStride;                                                                                            \
    uint matrixA, matrixB, matrixC;                                                                          \
    uint groupsA, groupsB, groupsC;                                                                          \
    uint biasA, biasB, biasC; /* pieces in scratch; zeros where the model has none */
#include "loads.glsl"
#include "matrix.glsl"

void main() {
    uint tile = gl_WorkGroupID.x;
    Matrix w = Matrix(FORMAT_A, push.matrixA, push.blocks, push.groupsA);
    uint bias = push.biasA;
    uint y = push.y;
    const uint tilesA = (push.groupsA + GROUPS - 1u) / GROUPS;
    const uint tilesB = (push.groupsB + GROUPS - 1u) / GROUPS;
    if (tile >= tilesA + tilesB) {
        tile -= tilesA + tilesB;
        w = Matrix(FORMAT_C, push.matrixC, push.blocks, push.groupsC);
        bias = push.biasC;
        y += push.groupsA + push.groupsB;
    } else if (tile >= tilesA) {
        tile -= tilesA;
        w = Matrix(FORMAT_B, push.matrixB, push.blocks, push.groupsB);
        bias = push.biasB;
        y += push.groupsA;
    }
    const uint column = firstColumn();
    const uint columns = stepRows();
    float scales[COLUMNS];
    normScales(push.squares, push.squarePieces, column, push.width, push.epsilon, scales);
    FOR_EACH_GROUP(tile, group, w.groups) {
        vec4 sums[COLUMNS];
        product(w, group, push.x, push.xStride, column, sums);
        if (storesResult()) {
            const vec4 b = loadScratch(bias + group);
            [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
                if (column + c < columns)
                    storeScratch(y + (column + c) * push.yStride + group, fma(sums[c], vec4(scales[c]), b));
        }
    }
}
