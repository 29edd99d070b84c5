// Rows of activations once more for each expert that they use, in the order of the places (experts.glsl): so
// that an expert's columns lie next to each other. An invocation a piece; floats and quants alike.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint from;                                                                                               \
    uint fromStride;                                                                                         \
    uint users;                                                                                              \
    uint used;                                                                                               \
    uint to;
layout(local_size_x_id = 0) in;
#include "loads.glsl"

void main() {
    const uint place = gl_GlobalInvocationID.x / push.fromStride;
    const uint piece = gl_GlobalInvocationID.x % push.fromStride;
    if (place >= stepRows() * push.used) return;
    const uint row = loadScratchBits(push.users + place).y;
    storeScratch(push.to + place * push.fromStride + piece,
                 loadScratch(push.from + row * push.fromStride + piece));
}
