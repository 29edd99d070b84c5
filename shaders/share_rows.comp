// Rows times their share of the shared expert (experts.glsl): floats, quants or both. One invocation for every
// 32 values.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint y;                                                                                                  \
    uint yStride;                                                                                            \
    uint quants;                                                                                             \
    uint quantStride;                                                                                        \
    uint blocks;                                                                                             \
    uint facts;
layout(local_size_x_id = 0) in;
#include "loads.glsl"
#include "quants.glsl"

void main() {
    const uint row = gl_GlobalInvocationID.x / push.blocks;
    const uint block = gl_GlobalInvocationID.x % push.blocks;
    if (row >= stepRows()) return;
    const float share = loadScratch(push.facts + row).y;
    if ((WRITES & WRITES_FLOATS) != 0u)
        for (uint i = 0u; i < 8u; ++i) {
            const uint at = push.y + row * push.yStride + block * 8u + i;
            storeScratch(at, share * loadScratch(at));
        }
    if ((WRITES & WRITES_QUANTS) == 0u) return;
    const uint at = push.quants + row * push.quantStride + block * QUANT_PIECES + 2u; // scale and sums
    storeScratch(at, share * loadScratch(at));
}
