// Lowers the logits of tokens that were seen lately: repetition and frequency penalties, in place.
//
// One workgroup. The first place of a token in the history does the work for all its places. Twin:
// engine/sample/sampler.h.
#version 460
#extension GL_GOOGLE_include_directive : require
layout(local_size_x_id = 0) in;
#include "sampling.glsl"

uint seen(uint i) { return loadStep(push.history + i / 4u)[i & 3u]; }

void main() {
    const uint count = min(loadStep(push.counters).y, push.window);
    for (uint i = gl_LocalInvocationIndex; i < count; i += gl_WorkGroupSize.x) {
        const uint id = seen(i);
        uint times = 0u;
        bool first = true;
        for (uint j = 0u; j < count; ++j) {
            if (seen(j) != id) continue;
            first = first && j >= i;
            ++times;
        }
        if (!first || id >= push.vocabulary) continue;
        float value = loadLogits(id / 4u)[id & 3u];
        value = value > 0.0 ? value / push.repetition : value * push.repetition;
        value -= push.frequency * float(times);
        Words(push.other).at[push.logits * 4u + id] = floatBitsToUint(value);
    }
}
