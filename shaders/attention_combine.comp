// Puts the parts of attention.comp together: each part's sums weighted by exp(its maximum - the maximum).
//
// One invocation for four values of a head. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint heads;                                                                                              \
    uint headSize; /* with its padding, as the parts have it */                                              \
    uint result;                                                                                             \
    uint resultStride;                                                                                       \
    uint parts;                                                                                              \
    uint partCount;                                                                                          \
    uint resultSize; /* without it */                                                                        \
    uint gates;      /* of the results (result_gate.glsl) */                                                 \
    uint gateStride;                                                                                         \
    uint gateHead; /* pieces from one head's to the next; 0: there are none */
layout(local_size_x_id = 0) in;
#include "loads.glsl"
#include "result_gate.glsl"

const float LOWEST = -3.0e38; // stands for minus infinity, which drivers need not keep

void main() {
    const uint pieces = push.resultSize / 4u, padded = push.headSize / 4u;
    const uint column = gl_GlobalInvocationID.x / (push.heads * pieces);
    const uint head = gl_GlobalInvocationID.x % (push.heads * pieces) / pieces;
    const uint piece = gl_GlobalInvocationID.x % pieces;
    if (column >= stepRows()) return;
    const uint at = push.parts + (column * push.heads + head) * push.partCount * (padded + 1u);
    float best = LOWEST;
    for (uint part = 0u; part < push.partCount; ++part)
        best = max(best, loadScratch(at + part * (padded + 1u) + padded).x);
    float total = 0.0;
    vec4 sum = vec4(0.0);
    for (uint part = 0u; part < push.partCount; ++part) {
        const vec2 ends = loadScratch(at + part * (padded + 1u) + padded).xy;
        if (ends.y == 0.0) continue; // the part saw no position
        const float weight = exp(ends.x - best);
        total = fma(weight, ends.y, total);
        sum += weight * loadScratch(at + part * (padded + 1u) + piece);
    }
    storeScratch(push.result + column * push.resultStride + head * pieces + piece,
                 sum / total * resultGate(column, head, piece));
}
