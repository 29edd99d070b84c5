// Turns q and k by their position (RoPE, Su et al. 2021) and appends k and v to the cache.
//
// One invocation for eight values of a head. Cosines and sines come from the host, in f32. q leaves multiplied
// by 1/sqrt(head size). The cache of a layer: keys [head][position][head size], then values the same.
// Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint qkv;                                                                                                \
    uint qkvStride;                                                                                          \
    uint query;                                                                                              \
    uint queryStride;                                                                                        \
    uint heads, kvHeads;                                                                                     \
    uint headSize;                                                                                           \
    uint rotary;                                                                                             \
    uint turns; /* piece of the cosines and sines in step: two pairs a piece, rotary / 2 pairs a column */   \
    uint cacheAt;  /* piece of the layer's keys */                                                           \
    uint capacity; /* positions */                                                                           \
    float scale;
layout(local_size_x_id = 0) in;
layout(constant_id = 5) const uint ROPE_HALVES = 0u; // 1: pairs (i, i + rotary/2); 0: (2i, 2i + 1)
layout(constant_id = 6) const uint KV_F32 = 0u;
#include "loads.glsl"

// Eight values from piece `at` on.
struct Eight { vec4 a; vec4 b; };
Eight loadEight(uint at) { return Eight(loadScratch(at), loadScratch(at + 1u)); }

Eight turnAdjacent(Eight v, uint turn) {
    const vec4 t0 = uintBitsToFloat(loadStep(turn)); // cos, sin, cos, sin
    const vec4 t1 = uintBitsToFloat(loadStep(turn + 1u));
    return Eight(vec4(v.a.x * t0.x - v.a.y * t0.y, v.a.x * t0.y + v.a.y * t0.x,
                      v.a.z * t0.z - v.a.w * t0.w, v.a.z * t0.w + v.a.w * t0.z),
                 vec4(v.b.x * t1.x - v.b.y * t1.y, v.b.x * t1.y + v.b.y * t1.x,
                      v.b.z * t1.z - v.b.w * t1.w, v.b.z * t1.w + v.b.w * t1.z));
}

// sign: -1 for the first half (v cos - partner sin), +1 for the second.
Eight turnHalves(Eight v, Eight partner, uint turn, float sign) {
    const vec4 t0 = uintBitsToFloat(loadStep(turn));
    const vec4 t1 = uintBitsToFloat(loadStep(turn + 1u));
    const vec4 t2 = uintBitsToFloat(loadStep(turn + 2u));
    const vec4 t3 = uintBitsToFloat(loadStep(turn + 3u));
    return Eight(v.a * vec4(t0.xz, t1.xz) + sign * partner.a * vec4(t0.yw, t1.yw),
                 v.b * vec4(t2.xz, t3.xz) + sign * partner.b * vec4(t2.yw, t3.yw));
}

void main() {
    const uint pieces = push.headSize / 8u; // of a head
    const uint perColumn = (push.heads + 2u * push.kvHeads) * pieces;
    const uint column = gl_GlobalInvocationID.x / perColumn;
    const uint head = gl_GlobalInvocationID.x % perColumn / pieces;
    const uint piece = gl_GlobalInvocationID.x % pieces;
    if (column >= stepRows()) return;

    const uint at = push.qkv + column * push.qkvStride + (head * pieces + piece) * 2u;
    Eight v = loadEight(at);
    const uint turns = push.turns + column * (push.rotary / 4u);
    if (head < push.heads + push.kvHeads && piece * 8u < push.rotary) {
        const uint halfPieces = push.rotary / 16u;
        if (ROPE_HALVES == 0u) v = turnAdjacent(v, turns + piece * 2u);
        else if (piece < halfPieces) v = turnHalves(v, loadEight(at + halfPieces * 2u), turns + piece * 4u, -1.0);
        else v = turnHalves(v, loadEight(at - halfPieces * 2u), turns + (piece - halfPieces) * 4u, 1.0);
    }
    if (head < push.heads) {
        const uint to = push.query + column * push.queryStride + (head * pieces + piece) * 2u;
        storeScratch(to, v.a * push.scale);
        storeScratch(to + 1u, v.b * push.scale);
        return;
    }
    // Keys of all heads, then values: the same order as in q, k, v.
    const uint place = (head - push.heads) * push.capacity + stepFirstPosition() + column;
    if (KV_F32 == 1u) {
        const uint to = push.cacheAt + (place * pieces + piece) * 2u;
        push.other.at[to] = floatBitsToUint(v.a);
        push.other.at[to + 1u] = floatBitsToUint(v.b);
    } else {
        push.other.at[push.cacheAt + place * pieces + piece] =
            uvec4(packHalf2x16(v.a.xy), packHalf2x16(v.a.zw), packHalf2x16(v.b.xy), packHalf2x16(v.b.zw));
    }
}
