// g = silu(Wgate · rms(x)) * (Wup · rms(x)): [columns x hidden]. SwiGLU, Shazeer 2020.
//
// x comes already multiplied by the norm's weights, as in norm_qkv.comp. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint x;                                                                                                  \
    uint xStride;                                                                                            \
    uint squares;                                                                                            \
    uint squarePieces;                                                                                       \
    float width;                                                                                             \
    float epsilon;                                                                                           \
    uint blocks;                                                                                             \
    uint y;                                                                                                  \
    uint yStride;                                                                                            \
    uint gate, up;                                                                                           \
    uint groups;                                                                                             \
    uint quants; /* y once more, for integer kernels */                                                      \
    uint quantStride;                                                                                        \
    uint added; /* in `other`: what adapters add to gate, and behind it to up */                             \
    uint addedStride;
#include "loads.glsl"
#include "matrix.glsl"

void main() {
    const Matrix gate = Matrix(FORMAT_A, push.gate, push.blocks, push.groups);
    const Matrix up = Matrix(FORMAT_B, push.up, push.blocks, push.groups);
    const uint column = firstColumn();
    const uint columns = stepRows();
    float scales[COLUMNS];
    normScales(push.squares, push.squarePieces, column, push.width, push.epsilon, scales);
    FOR_EACH_GROUP(gl_WorkGroupID.x, group, push.groups) {
        vec4 gates[COLUMNS];
        vec4 ups[COLUMNS];
        product(gate, group, push.x, push.xStride, column, gates);
        product(up, group, push.x, push.xStride, column, ups);
        vec4 results[COLUMNS];
        [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
            vec4 g = gates[c] * scales[c];
            vec4 u = ups[c] * scales[c];
            const uint added = push.added + (column + c) * push.addedStride + group;
            if ((WRITES & ADDS_TO_FIRST) != 0u) g += uintBitsToFloat(push.other.at[added]);
            if ((WRITES & ADDS_TO_SECOND) != 0u) u += uintBitsToFloat(push.other.at[added + push.groups]);
            results[c] = g / (1.0 + exp(-g)) * u;
        }
        if ((WRITES & WRITES_FLOATS) != 0u && storesResult()) {
            [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
                if (column + c < columns) storeScratch(push.y + (column + c) * push.yStride + group, results[c]);
        }
        if ((WRITES & WRITES_QUANTS) != 0u) keepForQuants(gl_WorkGroupID.x, group, results);
    }
    if ((WRITES & WRITES_QUANTS) != 0u)
        writeQuants(gl_WorkGroupID.x, push.groups, push.quants, push.quantStride, column, columns);
}
