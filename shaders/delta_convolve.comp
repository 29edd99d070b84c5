// u = silu(a causal convolution of u over positions, each channel by itself); then each head of q and k to length 1,
// and q over sqrt(size).
//
// Workgroup (row, head): a head of q, k or v, for one subgroup. Columns of rows before the first are in the state,
// which delta_step.comp moves on. Twin: engine/backend/reference (convolve, toUnitLength).
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#define PUSH_FIELDS                                                                                          \
    uint mixed; /* q, k, v of all heads after each other */                                                  \
    uint mixedStride;                                                                                        \
    uint convolved; /* likewise */                                                                           \
    uint convolvedStride;                                                                                    \
    uint taps; /* [channel][KERNEL], the newest column last */                                               \
    uint keyHeads;                                                                                           \
    uint valueHeads;                                                                                         \
    uint size;        /* of a head */                                                                        \
    uint state;       /* piece of the sequence's state, or of branch 0's */                                  \
    uint statePieces; /* from one branch to the next */                                                      \
    uint branches;    /* piece of the rows' branches in step */                                              \
    float epsilon;
layout(local_size_x_id = 0) in;
layout(constant_id = 9) const uint LANE_PIECES = 1u; // of four channels of a head, at most
#include "loads.glsl"
#include "delta.glsl"

// Four channels of the column that stands `back` before a row's own.
vec4 columnBefore(uint row, uint back, uint piece) {
    const uint earlier = rowsAreBranches() ? 0u : row; // rows of the sequence before this one
    if (back <= earlier) return loadScratch(push.mixed + (row - back) * push.mixedStride + piece);
    if (beginsAnew()) return vec4(0.0);
    const uint channelPieces = (2u * push.keyHeads + push.valueHeads) * (push.size / 4u);
    return loadState(stateOf(row) + (KERNEL - 1u + earlier - back) * channelPieces + piece);
}

vec4 convolve(uint row, uint piece) {
    vec4 columns[KERNEL];
    [[unroll]] for (uint k = 0u; k < KERNEL; ++k) columns[k] = columnBefore(row, KERNEL - 1u - k, piece);
    vec4 sum = vec4(0.0);
    [[unroll]] for (uint i = 0u; i < 4u; ++i) {
        const uint first = (piece * 4u + i) * KERNEL;
        vec4 some = loadScratch(push.taps + first / 4u);
        [[unroll]] for (uint k = 0u; k < KERNEL; ++k) {
            if (k > 0u && ((first + k) & 3u) == 0u) some = loadScratch(push.taps + (first + k) / 4u);
            sum[i] = fma(some[(first + k) & 3u], columns[k][i], sum[i]);
        }
    }
    return sum / (1.0 + exp(-sum));
}

void main() {
    if (gl_SubgroupID != 0u) return;
    const uint row = gl_WorkGroupID.x, head = gl_WorkGroupID.y;
    if (row >= stepRows()) return;
    const uint lanes = subgroupAdd(1u);
    const uint pieces = push.size / 4u;
    vec4 u[LANE_PIECES];
    float squares = 0.0;
    [[unroll]] for (uint n = 0u; n < LANE_PIECES; ++n) {
        const uint piece = gl_SubgroupInvocationID + n * lanes;
        u[n] = piece < pieces ? convolve(row, head * pieces + piece) : vec4(0.0);
        squares = dot4(u[n], u[n], squares);
    }
    float scale = 1.0;
    if (head < 2u * push.keyHeads) scale = inversesqrt(subgroupAdd(squares) + push.epsilon);
    if (head < push.keyHeads) scale *= inversesqrt(float(push.size));
    [[unroll]] for (uint n = 0u; n < LANE_PIECES; ++n) {
        const uint piece = gl_SubgroupInvocationID + n * lanes;
        if (piece < pieces)
            storeScratch(push.convolved + row * push.convolvedStride + head * pieces + piece, u[n] * scale);
    }
}
