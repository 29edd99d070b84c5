// The largest logit of every range of the vocabulary and its id; the smaller id of a tie.
//
// One workgroup for a range. Also sets the counts of candidates to zero. Twin: engine/sample/sampler.h.
#version 460
#extension GL_GOOGLE_include_directive : require
layout(local_size_x_id = 0) in;
#include "sampling.glsl"

shared float values[256];
shared uint ids[256];

void main() {
    const uint lane = gl_LocalInvocationIndex;
    const uint range = gl_WorkGroupID.x;
    float value = LOWEST;
    uint id = range * RANGE;
    for (uint piece = lane; piece < RANGE / 4u; piece += gl_WorkGroupSize.x) {
        const uint first = range * RANGE + piece * 4u;
        if (first >= push.vocabulary) break;
        const vec4 four = loadLogits(first / 4u);
        [[unroll]] for (uint e = 0u; e < 4u; ++e)
            if (first + e < push.vocabulary && four[e] > value) {
                value = four[e];
                id = first + e;
            }
    }
    values[lane] = value;
    ids[lane] = id;
    for (uint half_ = gl_WorkGroupSize.x / 2u; half_ > 0u; half_ /= 2u) {
        barrier();
        if (lane < half_) {
            const float other = values[lane + half_];
            if (other > values[lane] || (other == values[lane] && ids[lane + half_] < ids[lane])) {
                values[lane] = other;
                ids[lane] = ids[lane + half_];
            }
        }
    }
    barrier();
    if (lane == 0u) push.step.at[push.parts + range] = uvec4(floatBitsToUint(values[0]), ids[0], 0u, 0u);
    if (range == 0u && lane < LEVELS / 4u) push.step.at[push.counters + 1u + lane] = uvec4(0u);
}
