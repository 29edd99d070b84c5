// logits = W · rms(x) for the columns that are wanted: [columns x vocabulary], into memory the host reads.
//
// x comes already multiplied by the norm's weights, as in norm_qkv.comp. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint x; /* of the first wanted column */                                                                 \
    uint xStride;                                                                                            \
    uint squares; /* of the first wanted column */                                                           \
    uint squarePieces;                                                                                       \
    float width;                                                                                             \
    float epsilon;                                                                                           \
    uint blocks;                                                                                             \
    uint matrix;                                                                                             \
    uint groups;  /* of this slice of the rows */                                                            \
    uint logits;  /* where the slice begins in a column of `other` */                                        \
    uint logitStride;                                                                                        \
    uint columns;
#include "loads.glsl"
#include "matrix.glsl"

void main() {
    const Matrix w = Matrix(FORMAT_A, push.matrix, push.blocks, push.groups);
    const uint column = firstColumn();
    float scales[COLUMNS];
    normScales(push.squares, push.squarePieces, column, push.width, push.epsilon, scales);
    FOR_EACH_GROUP(gl_WorkGroupID.x, group, push.groups) {
        vec4 sums[COLUMNS];
        product(w, group, push.x, push.xStride, column, sums);
        if (storesResult()) {
            [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
                if (column + c < push.columns)
                    push.other.at[push.logits + (column + c) * push.logitStride + group] =
                        floatBitsToUint(sums[c] * scales[c]);
        }
    }
}
