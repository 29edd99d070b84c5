// Turns q and k by their position (RoPE, Su et al. 2021) and appends k and v to the cache. Where heads are
// normed (HEAD_NORMS) each head of q and k is divided by its root mean square first, times the norm's weights.
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
    float scale;                                                                                             \
    uint branches; /* piece of the rows' branches in step */                                                 \
    uint queryNorm, keyNorm; /* pieces of the weights of the heads' norms */                                 \
    float epsilon;
layout(local_size_x_id = 0) in;
layout(constant_id = 7) const uint HEAD_NORMS = 0u; // 1: heads of q and k are normed
layout(constant_id = 5) const uint ROPE_HALVES = 0u; // 1: pairs (i, i + rotary/2); 0: (2i, 2i + 1)
#include "loads.glsl"
#include "cache.glsl"

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

// By what a head is multiplied before its norm's weights.
float headScale(uint first) {
    float sum = 0.0;
    for (uint i = 0u; i < push.headSize / 4u; ++i) {
        const vec4 v = loadScratch(first + i);
        sum = dot4(v, v, sum);
    }
    return inversesqrt(sum / float(push.headSize) + push.epsilon);
}

Eight normedEight(Eight v, float scale, uint weights) {
    return Eight(v.a * scale * loadScratch(weights), v.b * scale * loadScratch(weights + 1u));
}

// Eight values of a head after each other: turned, where the head is one of q or k and they are among those.
Eight turned(uint column, uint head, uint piece) {
    const uint at = push.qkv + column * push.qkvStride + (head * (push.headSize / 8u) + piece) * 2u;
    Eight v = loadEight(at);
    if (head >= push.heads + push.kvHeads) return v;
    const uint norm = head < push.heads ? push.queryNorm : push.keyNorm;
    float scale = 1.0;
    if (HEAD_NORMS != 0u) {
        scale = headScale(at - piece * 2u);
        v = normedEight(v, scale, norm + piece * 2u);
    }
    if (piece * 8u >= push.rotary) return v;
    const uint turns = push.turns + column * (push.rotary / 4u);
    const uint halfPieces = push.rotary / 16u;
    if (ROPE_HALVES == 0u) return turnAdjacent(v, turns + piece * 2u);
    const bool first = piece < halfPieces;
    const uint other = first ? piece + halfPieces : piece - halfPieces;
    Eight partner = loadEight(at - piece * 2u + other * 2u);
    if (HEAD_NORMS != 0u) partner = normedEight(partner, scale, norm + other * 2u);
    return turnHalves(v, partner, turns + min(piece, other) * 4u, first ? -1.0 : 1.0);
}

float largestOf(vec4 v) {
    const vec4 a = abs(v);
    return max(max(a.x, a.y), max(a.z, a.w));
}

// The half nearest to a positive value; drivers' own conversion may cut off.
uint nearestHalf(float value) {
    const uint cut = packHalf2x16(vec2(value, 0.0)) & 0xffffu;
    uint best = cut == 0u ? 0u : cut - 1u;
    const uint first = best;
    for (uint i = 1u; i <= 2u; ++i) {
        const float apart = abs(unpackHalf2x16(first + i).x - value), closest = abs(unpackHalf2x16(best).x - value);
        if (apart < closest || (apart == closest && ((first + i) & 1u) == 0u)) best = first + i;
    }
    return best;
}

uint signedByteWord(vec4 v, float scale) {
    const ivec4 q = scale > 0.0 ? ivec4(sign(v) * floor(abs(v) / scale + 0.5)) : ivec4(0);
    return (uint(q.x) & 255u) | (uint(q.y) & 255u) << 8 | (uint(q.z) & 255u) << 16 | uint(q.w) << 24;
}

// 64 values of a row of the cache, or what is left of it, from piece `first` on.
void storeBytes(uint row, uint column, uint head, uint first) {
    uint scales = 0u;
    for (uint block = 0u; block < 2u; ++block) {
        const uint begin = first + block * 4u;
        if (begin * 8u >= push.headSize) break;
        Eight v[4];
        float largest = 0.0;
        [[unroll]] for (uint i = 0u; i < 4u; ++i) {
            v[i] = turned(column, head, begin + i);
            largest = max(largest, max(largestOf(v[i].a), largestOf(v[i].b)));
        }
        const float scale = largest / 127.0;
        scales |= nearestHalf(scale) << (16u * block);
        [[unroll]] for (uint i = 0u; i < 2u; ++i)
            push.other.at[push.cacheAt + row * (push.headSize / 16u) + begin / 2u + i] =
                uvec4(signedByteWord(v[2u * i].a, scale), signedByteWord(v[2u * i].b, scale),
                      signedByteWord(v[2u * i + 1u].a, scale), signedByteWord(v[2u * i + 1u].b, scale));
    }
    Words(push.other).at[scalesAt() * 4u + row * scaleWords() + first / 8u] = scales;
}

void main() {
    const uint pieces = push.headSize / 8u; // of a head
    const uint perColumn = (push.heads + 2u * push.kvHeads) * pieces;
    const uint column = gl_GlobalInvocationID.x / perColumn;
    const uint head = gl_GlobalInvocationID.x % perColumn / pieces;
    const uint piece = gl_GlobalInvocationID.x % pieces;
    if (column >= stepRows()) return;

    if (head < push.heads) {
        const Eight v = turned(column, head, piece);
        const uint to = push.query + column * push.queryStride + (head * pieces + piece) * 2u;
        storeScratch(to, v.a * push.scale);
        storeScratch(to + 1u, v.b * push.scale);
        return;
    }
    const uint further = stepBranchLength() == 0u ? column : stepBranch(push.branches, column) * stepBranchLength();
    // Keys of all heads, then values: the same order as in q, k, v.
    const uint row = (head - push.heads) * push.capacity + stepFirstPosition() + further;
    if (KV_TYPE == 2u) {
        if (piece % 8u == 0u) storeBytes(row, column, head, piece);
        return;
    }
    const Eight v = turned(column, head, piece);
    if (KV_TYPE == 1u) {
        const uint to = push.cacheAt + (row * pieces + piece) * 2u;
        push.other.at[to] = floatBitsToUint(v.a);
        push.other.at[to + 1u] = floatBitsToUint(v.b);
    } else {
        push.other.at[push.cacheAt + row * pieces + piece] =
            uvec4(packHalf2x16(v.a.xy), packHalf2x16(v.a.zw), packHalf2x16(v.b.xy), packHalf2x16(v.b.zw));
    }
}
