// The sum of weights of every range of the vocabulary, and lists of the likelier tokens, by level.
//
// One workgroup for a range. The lists have no order, so the order in which workgroups run decides nothing.
// Twin: engine/sample/sampler.h.
#version 460
#extension GL_GOOGLE_include_directive : require
layout(local_size_x_id = 0) in;
#include "sampling.glsl"

shared float values[256];
shared uint counts[LEVELS];

float largestLogit() {
    const uint lane = gl_LocalInvocationIndex;
    float value = LOWEST;
    for (uint range = lane; range < push.ranges; range += gl_WorkGroupSize.x)
        value = max(value, uintBitsToFloat(loadStep(push.parts + range).x));
    values[lane] = value;
    for (uint half_ = gl_WorkGroupSize.x / 2u; half_ > 0u; half_ /= 2u) {
        barrier();
        if (lane < half_) values[lane] = max(values[lane], values[lane + half_]);
    }
    barrier();
    value = values[0];
    barrier();
    return value;
}

void main() {
    const uint lane = gl_LocalInvocationIndex;
    const uint range = gl_WorkGroupID.x;
    if (lane < LEVELS) counts[lane] = 0u;
    const float largest = largestLogit();
    // Twice: the first round counts, so that the second knows where to write.
    float sum = 0.0;
    for (uint round_ = 0u; round_ < 2u; ++round_) {
        for (uint piece = lane; piece < RANGE / 4u; piece += gl_WorkGroupSize.x) {
            const uint first = range * RANGE + piece * 4u;
            if (first >= push.vocabulary) break;
            const vec4 distances = vec4(largest) - loadLogits(first / 4u);
            [[unroll]] for (uint e = 0u; e < 4u; ++e) {
                if (first + e >= push.vocabulary) continue;
                if (round_ == 0u) sum += weightOf(distances[e]);
                const float level = distances[e] / push.temperature;
                if (!(level < float(LEVELS))) continue;
                const uint to = atomicAdd(counts[uint(level)], 1u);
                if (round_ == 0u || to >= CANDIDATES) continue;
                const uint at = push.candidates * 4u + (uint(level) * CANDIDATES + to) * 2u;
                Words(push.step).at[at] = floatBitsToUint(distances[e]);
                Words(push.step).at[at + 1u] = first + e;
            }
        }
        barrier();
        if (round_ == 0u && lane < LEVELS) {
            const uint own = counts[lane];
            counts[lane] = own == 0u ? 0u : atomicAdd(Words(push.step).at[(push.counters + 1u) * 4u + lane], own);
        }
        barrier();
    }
    values[lane] = sum;
    for (uint half_ = gl_WorkGroupSize.x / 2u; half_ > 0u; half_ /= 2u) {
        barrier();
        if (lane < half_) values[lane] += values[lane + half_];
    }
    barrier();
    if (lane == 0u) Words(push.step).at[(push.parts + range) * 4u + 2u] = floatBitsToUint(values[0]);
}
