// What the gated delta rule gives: each head normed, times the norm's weights and silu(z).
//
// Workgroup (row, value head), for one subgroup. Twin: engine/backend/reference (rmsNorm, silu).
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#define PUSH_FIELDS                                                                                          \
    uint result; /* of delta_step.comp, changed in place */                                                  \
    uint resultStride;                                                                                       \
    uint gates; /* z */                                                                                      \
    uint gateStride;                                                                                         \
    uint size; /* of a head */                                                                               \
    uint norm;                                                                                               \
    float epsilon;
layout(local_size_x_id = 0) in;
layout(constant_id = 9) const uint LANE_PIECES = 1u; // of four values of a head, at most
#include "loads.glsl"

void main() {
    if (gl_SubgroupID != 0u) return;
    const uint row = gl_WorkGroupID.x, pieces = push.size / 4u;
    if (row >= stepRows()) return;
    const uint lanes = subgroupAdd(1u);
    const uint result = push.result + row * push.resultStride + gl_WorkGroupID.y * pieces;
    const uint gates = push.gates + row * push.gateStride + gl_WorkGroupID.y * pieces;
    vec4 x[LANE_PIECES];
    float squares = 0.0;
    [[unroll]] for (uint n = 0u; n < LANE_PIECES; ++n) {
        const uint piece = gl_SubgroupInvocationID + n * lanes;
        x[n] = piece < pieces ? loadScratch(result + piece) : vec4(0.0);
        squares = dot4(x[n], x[n], squares);
    }
    const float scale = inversesqrt(subgroupAdd(squares) / float(push.size) + push.epsilon);
    [[unroll]] for (uint n = 0u; n < LANE_PIECES; ++n) {
        const uint piece = gl_SubgroupInvocationID + n * lanes;
        if (piece >= pieces) continue;
        const vec4 z = loadScratch(gates + piece);
        storeScratch(result + piece, x[n] * scale * loadScratch(push.norm + piece) * (z / (1.0 + exp(-z))));
    }
}
