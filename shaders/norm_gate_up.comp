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
    uint quantStride;
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
            const vec4 g = gates[c] * scales[c];
            results[c] = g / (1.0 + exp(-g)) * (ups[c] * scales[c]);
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
