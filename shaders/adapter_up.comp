// y = B · low, or y += B · low, for up to three matrices B: what adapters add to products. low is as
// adapter_down.comp left it.
//
// Here `scratch` is the adapters' own memory, where low is, and y is in `other`. Each matrix has its own format
// and length. Twin: reference::addLowRank(), its second half.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint lowStride;                                                                                          \
    uint yStride;                                                                                            \
    uint columns;                                                                                            \
    uint adds; /* 0: what is in y is overwritten */                                                          \
    uint matrixA, matrixB, matrixC;                                                                          \
    uint groupsA, groupsB, groupsC;                                                                          \
    uint blocksA, blocksB, blocksC;                                                                          \
    uint lowA, lowB, lowC;                                                                                   \
    uint yA, yB, yC;
#include "loads.glsl"
#include "matrix.glsl"

void main() {
    uint tile = gl_WorkGroupID.x;
    Matrix w = Matrix(FORMAT_A, push.matrixA, push.blocksA, push.groupsA);
    uint low = push.lowA;
    uint y = push.yA;
    const uint tilesA = (push.groupsA + GROUPS - 1u) / GROUPS;
    const uint tilesB = (push.groupsB + GROUPS - 1u) / GROUPS;
    if (tile >= tilesA + tilesB) {
        tile -= tilesA + tilesB;
        w = Matrix(FORMAT_C, push.matrixC, push.blocksC, push.groupsC);
        low = push.lowC;
        y = push.yC;
    } else if (tile >= tilesA) {
        tile -= tilesA;
        w = Matrix(FORMAT_B, push.matrixB, push.blocksB, push.groupsB);
        low = push.lowB;
        y = push.yB;
    }
    const uint column = firstColumn();
    FOR_EACH_GROUP(tile, group, w.groups) {
        vec4 sums[COLUMNS];
        product(w, group, low, push.lowStride, column, sums);
        if (storesResult()) {
            [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
                const uint at = y + (column + c) * push.yStride + group;
                if (column + c < push.columns) {
                    const vec4 before = push.adds > 0u ? uintBitsToFloat(push.other.at[at]) : vec4(0.0);
                    push.other.at[at] = floatBitsToUint(before + sums[c]);
                }
            }
        }
    }
}
