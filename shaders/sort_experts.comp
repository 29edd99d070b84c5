// Sorts the rows of a pass by the experts that they use: places and tiles (experts.glsl). One workgroup.
//
// In which order an expert's users stand is left to chance; no result depends on it.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint choices;                                                                                            \
    uint used;                                                                                               \
    uint experts;                                                                                            \
    uint tileColumns; /* places of a tile */                                                                 \
    uint users;                                                                                              \
    uint tiles;                                                                                              \
    uint tileCount; /* of the list */
layout(local_size_x_id = 0) in;
#include "loads.glsl"
const uint MOST_EXPERTS = 1024u;
shared uint next[MOST_EXPERTS]; // how many users; then where the next goes
shared uint written;

void main() {
    const uint lane = gl_LocalInvocationIndex;
    const uint lanes = gl_WorkGroupSize.x;
    const uint count = stepRows() * push.used;
    for (uint e = lane; e < push.experts; e += lanes) next[e] = 0u;
    barrier();
    for (uint i = lane; i < count; i += lanes) atomicAdd(next[loadScratchBits(push.choices + i).x], 1u);
    barrier();
    if (lane == 0u) {
        uint at = 0u;
        uint tile = 0u;
        for (uint e = 0u; e < push.experts; ++e) {
            const uint users = next[e];
            next[e] = at;
            for (uint done = 0u; done < users; done += push.tileColumns)
                storeScratch(push.tiles + tile++,
                             uintBitsToFloat(uvec4(e, at + done, min(push.tileColumns, users - done), 0u)));
            at += users;
        }
        written = tile;
    }
    barrier();
    for (uint tile = written + lane; tile < push.tileCount; tile += lanes)
        storeScratch(push.tiles + tile, vec4(0.0));
    for (uint i = lane; i < count; i += lanes) {
        const uint place = atomicAdd(next[loadScratchBits(push.choices + i).x], 1u);
        storeScratch(push.users + place, uintBitsToFloat(uvec4(i, i / push.used, 0u, 0u)));
    }
}
