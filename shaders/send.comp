// Hands x on to the layers on another device: copies its rows to where the host reads.
//
// One invocation for a piece. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint x;                                                                                                  \
    uint pieces; /* of all rows */
layout(local_size_x_id = 0) in;
#include "loads.glsl"

void main() {
    const uint piece = gl_GlobalInvocationID.x;
    if (piece < push.pieces) push.other.at[piece] = loadScratchBits(push.x + piece);
}
