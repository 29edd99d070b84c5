// The gated delta rule, row by row: S = g·S; S = S + k·(b·(v - Sᵀ·k))ᵀ; o = Sᵀ·q (Yang et al. 2024). The state is
// read before the first row and written after the last; the convolution's columns move on as well.
//
// Workgroup (columns, value head, branch): columns of S do not know of each other. LANES neighbouring lanes share
// COLUMNS of them, each lane LANE_PIECES pieces of four rows of S. With products of the S before, one exchange
// between lanes serves both: o = g·(Sᵀ·q) + change·(k·q). Twin: engine/backend/reference (deltaStep).
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#define PUSH_FIELDS                                                                                          \
    uint mixed; /* before the convolution: what its state keeps */                                           \
    uint mixedStride;                                                                                        \
    uint convolved; /* q, k and v after each other */                                                        \
    uint convolvedStride;                                                                                    \
    uint steps; /* by value head how far a row makes S fade, then how much it writes; each from a piece on */ \
    uint stepStride;                                                                                         \
    uint decay, stepBias; /* vectors in scratch, by value head */                                            \
    uint result;                                                                                             \
    uint resultStride;                                                                                       \
    uint keyHeads;                                                                                           \
    uint valueHeads;                                                                                         \
    uint size;        /* of a head */                                                                        \
    uint state;       /* piece of the sequence's state, or of branch 0's */                                  \
    uint statePieces; /* from one branch to the next */                                                      \
    uint branches;    /* piece of the rows' branches in step */
layout(local_size_x_id = 0) in;
layout(constant_id = 5) const uint COLUMNS = 1u;
layout(constant_id = 8) const uint LANES = 1u;
layout(constant_id = 9) const uint LANE_PIECES = 8u;
#include "loads.glsl"
#include "delta.glsl"

uint channelPieces() { return (2u * push.keyHeads + push.valueHeads) * (push.size / 4u); }

float sumOfLanes(float value) {
    [[unroll]] for (uint n = 1u; n < LANES; n *= 2u) value += subgroupShuffleXor(value, n);
    return value;
}

// What S is multiplied by, and how much is written, both 0 to 1.
vec2 fadeAndWrite(uint row, uint head) {
    const uint steps = push.steps + row * push.stepStride;
    const float x = scratchValue(steps, head) + scratchValue(push.stepBias, head);
    const float softplus = x > 20.0 ? x : log(1.0 + exp(x));
    const float wanted = scratchValue(steps + (push.valueHeads + 3u) / 4u, head);
    return vec2(exp(scratchValue(push.decay, head) * softplus), 1.0 / (1.0 + exp(-wanted)));
}

// Each invocation takes a few channels. A column is read before any later one is written over it.
void keepColumns(uint state, uint begin, uint rows) {
    const uint pieces = channelPieces();
    const uint workgroup = gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
    const uint invocations = gl_NumWorkGroups.y * gl_NumWorkGroups.x * gl_WorkGroupSize.x;
    for (uint piece = workgroup * gl_WorkGroupSize.x + gl_LocalInvocationIndex; piece < pieces; piece += invocations)
        [[unroll]] for (uint c = 0u; c + 1u < KERNEL; ++c) {
            vec4 column = vec4(0.0);
            if (c + rows + 1u >= KERNEL)
                column = loadScratch(push.mixed + (begin + c + rows + 1u - KERNEL) * push.mixedStride + piece);
            else if (!beginsAnew())
                column = loadState(state + (c + rows) * pieces + piece);
            storeState(state + c * pieces + piece, column);
        }
}

void main() {
    const uint begin = gl_WorkGroupID.z; // a branch has one row
    const uint end = rowsAreBranches() ? begin + 1u : stepRows();
    if (begin >= stepRows()) return;
    // Lanes that exchange values are neighbours in a subgroup, which may be narrower than it says.
    const uint invocation = gl_SubgroupID * subgroupAdd(1u) + gl_SubgroupInvocationID;
    const uint lane = invocation % LANES;
    const uint head = gl_WorkGroupID.y;
    const uint own = (gl_WorkGroupID.x * gl_WorkGroupSize.x + invocation) / LANES * COLUMNS;
    // Lanes beyond the last column compute that once more and store nothing.
    const uint first = min(own, push.size - COLUMNS);
    const bool stores = own < push.size;
    const uint pieces = push.size / 4u;
    const uint state = stateOf(begin);
    const uint matrix = state + (KERNEL - 1u) * channelPieces() + (head * push.size + first) * pieces + lane;

    vec4 s[COLUMNS][LANE_PIECES];
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
        [[unroll]] for (uint n = 0u; n < LANE_PIECES; ++n)
            s[c][n] = beginsAnew() ? vec4(0.0) : loadState(matrix + c * pieces + n * LANES);

    const uint asked = head % push.keyHeads * pieces + lane;
    for (uint row = begin; row < end; ++row) {
        const uint q = push.convolved + row * push.convolvedStride;
        const uint k = q + push.keyHeads * pieces;
        const uint v = k + (push.keyHeads + head) * pieces;
        float alongK[COLUMNS], alongQ[COLUMNS];
        float both = 0.0;
        vec4 keys[LANE_PIECES];
        [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) alongK[c] = alongQ[c] = 0.0;
        [[unroll]] for (uint n = 0u; n < LANE_PIECES; ++n) {
            keys[n] = loadScratch(k + asked + n * LANES);
            const vec4 query = loadScratch(q + asked + n * LANES);
            both = dot4(keys[n], query, both);
            [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
                alongK[c] = dot4(s[c][n], keys[n], alongK[c]);
                alongQ[c] = dot4(s[c][n], query, alongQ[c]);
            }
        }
        both = sumOfLanes(both);
        const vec2 factors = fadeAndWrite(row, head);
        const uint to = (push.result + row * push.resultStride + head * pieces) * 4u + first;
        [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
            const float faded = factors.x * sumOfLanes(alongK[c]);
            const float change = factors.y * (scratchValue(v, first + c) - faded);
            const float o = fma(change, both, factors.x * sumOfLanes(alongQ[c]));
            [[unroll]] for (uint n = 0u; n < LANE_PIECES; ++n)
                s[c][n] = fma(vec4(change), keys[n], factors.x * s[c][n]);
            if (stores && lane == 0u) storeScratchValue(to + c, o);
        }
    }

    if (stores)
        [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
            [[unroll]] for (uint n = 0u; n < LANE_PIECES; ++n)
                storeState(matrix + c * pieces + n * LANES, s[c][n]);
    keepColumns(state, begin, end - begin);
}
