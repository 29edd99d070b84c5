// low = s * (A · x) for up to three matrices A that share x, as adapters have them: [columns x ranks].
//
// Where x is normed it comes already multiplied by the norm's weights, and 1/rms is missing (width > 0). Each
// matrix has its own format. Twin: reference::addLowRank(), its first half.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint x; /* of the first wanted column */                                                                 \
    uint xStride;                                                                                            \
    uint squares;                                                                                            \
    uint squarePieces;                                                                                       \
    float width; /* 0: x is not normed */                                                                    \
    float epsilon;                                                                                           \
    uint blocks;                                                                                             \
    uint columns;                                                                                            \
    uint lowStride; /* low and s are in `other` */                                                           \
    uint matrixA, matrixB, matrixC;                                                                          \
    uint groupsA, groupsB, groupsC;                                                                          \
    uint lowA, lowB, lowC;                                                                                   \
    uint scalesA, scalesB, scalesC;
#include "loads.glsl"
#include "matrix.glsl"

void main() {
    uint tile = gl_WorkGroupID.x;
    Matrix w = Matrix(FORMAT_A, push.matrixA, push.blocks, push.groupsA);
    uint low = push.lowA;
    uint scaleAt = push.scalesA;
    const uint tilesA = (push.groupsA + GROUPS - 1u) / GROUPS;
    const uint tilesB = (push.groupsB + GROUPS - 1u) / GROUPS;
    if (tile >= tilesA + tilesB) {
        tile -= tilesA + tilesB;
        w = Matrix(FORMAT_C, push.matrixC, push.blocks, push.groupsC);
        low = push.lowC;
        scaleAt = push.scalesC;
    } else if (tile >= tilesA) {
        tile -= tilesA;
        w = Matrix(FORMAT_B, push.matrixB, push.blocks, push.groupsB);
        low = push.lowB;
        scaleAt = push.scalesB;
    }
    const uint column = firstColumn();
    float rms[COLUMNS];
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) rms[c] = 1.0;
    if (push.width > 0.0) normScales(push.squares, push.squarePieces, column, push.width, push.epsilon, rms);
    FOR_EACH_GROUP(tile, group, w.groups) {
        vec4 sums[COLUMNS];
        product(w, group, push.x, push.xStride, column, sums);
        if (storesResult()) {
            const vec4 s = uintBitsToFloat(push.other.at[scaleAt + group]);
            [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
                if (column + c < push.columns)
                    push.other.at[low + (column + c) * push.lowStride + group] =
                        floatBitsToUint(sums[c] * rms[c] * s);
        }
    }
}
