// Turns q and k by their position (RoPE, Su et al. 2021) and appends k and v to the cache. Where heads are
// normed (HEAD_NORMS) each head of q and k is divided by its root mean square before or after that, times the
// norm's weights.
//
// One invocation for eight values of a head, which is kept and attended to with zeros up to headSize. Cosines
// and sines come from the host, in f32. q leaves multiplied by the scores' scale, and by what it grows with
// its position. The cache of a layer: keys [head][position][headSize], then values the same.
// Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint qkv;                                                                                                \
    uint qkvStride;                                                                                          \
    uint query;                                                                                              \
    uint queryStride;                                                                                        \
    uint heads, kvHeads;                                                                                     \
    uint headSize; /* with its padding */                                                                    \
    uint rotary;                                                                                             \
    uint turns; /* piece of the cosines and sines in step: two pairs a piece, rotary / 2 pairs a column */   \
    uint cacheAt;  /* piece of the layer's keys */                                                           \
    uint capacity; /* positions */                                                                           \
    float scale;                                                                                             \
    uint branches; /* piece of the rows' branches in step */                                                 \
    uint queryNorm, keyNorm; /* pieces of the weights of the heads' norms */                                 \
    float epsilon;                                                                                           \
    uint size;         /* of a head in q, k and v */                                                         \
    float growth;      /* q: times 1 + growth * ln(1 + position / growthLength) */                           \
    uint growthLength;                                                                                       \
    uint askedSize; /* from one head's query to the next: a gate may follow it */
layout(local_size_x_id = 0) in;
layout(constant_id = 7) const uint HEAD_NORMS = 0u; // 1: heads of q and k are normed before, 2: after
#include "loads.glsl"
#include "cache_store.glsl"
#include "turns.glsl"
#include "query_scale.glsl"

struct Eight { vec4 a; vec4 b; };

uint turnsOf(uint column) { return push.turns + column * (push.rotary / 4u); }
uint headAt(uint column, uint head) {
    const uint queries = min(head, push.heads); // before it
    return push.qkv + column * push.qkvStride + queries * (push.askedSize / 4u) + (head - queries) * (push.size / 4u);
}
uint normOf(uint head) { return head < push.heads ? push.queryNorm : push.keyNorm; }

// By what a head of q or k is multiplied besides its norm's weights. A turn leaves a pair as long as it was,
// but for the length of (cos, sin).
float headScale(uint column, uint head) {
    if (HEAD_NORMS == 0u || head >= push.heads + push.kvHeads) return 1.0;
    const vec4 turn = uintBitsToFloat(loadStep(turnsOf(column)));
    const float grows = HEAD_NORMS == 2u ? dot(turn.xy, turn.xy) : 1.0;
    const uint first = headAt(column, head);
    float sum = 0.0;
    for (uint i = 0u; i < push.size / 4u; ++i) {
        const vec4 v = loadScratch(first + i);
        sum = dot4(v * (i * 4u < push.rotary ? grows : 1.0), v, sum);
    }
    return inversesqrt(sum / float(push.size) + push.epsilon);
}

// Four values of a head: normed and turned, where it is one of q or k; none beyond the head.
vec4 turnedFour(uint column, uint head, uint four, float scale) {
    if (four * 4u >= push.size) return vec4(0.0);
    const uint first = headAt(column, head);
    vec4 v = loadScratch(first + four);
    if (head >= push.heads + push.kvHeads) return v;
    const uint norm = normOf(head);
    if (HEAD_NORMS == 1u) v = v * scale * loadScratch(norm + four);
    if (four * 4u < push.rotary) {
        const uint halfFours = push.rotary / 8u;
        if (ROPE_HALVES == 0u) {
            v = turnAdjacent(v, turnsOf(column) + four);
        } else {
            const bool low = four < halfFours;
            const uint other = low ? four + halfFours : four - halfFours;
            vec4 partner = loadScratch(first + other);
            if (HEAD_NORMS == 1u) partner = partner * scale * loadScratch(norm + other);
            v = turnHalves(v, partner, turnsOf(column) + min(four, other) * 2u, low ? -1.0 : 1.0);
        }
    }
    return HEAD_NORMS == 2u ? v * scale * loadScratch(norm + four) : v;
}

Eight turned(uint column, uint head, uint piece, float scale) {
    return Eight(turnedFour(column, head, piece * 2u, scale), turnedFour(column, head, piece * 2u + 1u, scale));
}

// 64 values of a row of the cache, or what is left of it, from piece `first` on.
void storeBytes(uint row, uint column, uint head, uint first, float scaled) {
    uint scales = 0u;
    for (uint block = 0u; block < 2u; ++block) {
        const uint begin = first + block * 4u;
        if (begin * 8u >= push.headSize) break;
        vec4 v[8];
        [[unroll]] for (uint i = 0u; i < 4u; ++i) {
            const Eight eight = turned(column, head, begin + i, scaled);
            v[2u * i] = eight.a;
            v[2u * i + 1u] = eight.b;
        }
        scales |= storeByteBlock(row, begin / 4u, v) << (16u * block);
    }
    storeByteScales(row, first / 8u, scales);
}

void main() {
    const uint pieces = push.headSize / 8u; // of a head
    const uint perColumn = (push.heads + 2u * push.kvHeads) * pieces;
    const uint column = gl_GlobalInvocationID.x / perColumn;
    const uint head = gl_GlobalInvocationID.x % perColumn / pieces;
    const uint piece = gl_GlobalInvocationID.x % pieces;
    if (column >= stepRows()) return;
    const float normScale = headScale(column, head);

    if (head < push.heads) {
        const Eight v = turned(column, head, piece, normScale);
        const uint to = push.query + column * push.queryStride + (head * pieces + piece) * 2u;
        const float scale = queryScale(column);
        storeScratch(to, v.a * scale);
        storeScratch(to + 1u, v.b * scale);
        return;
    }
    // Keys of all heads, then values: the same order as in q, k, v.
    const uint row = (head - push.heads) * push.capacity + slotOf(column);
    if (KV_TYPE == 2u) {
        if (piece % 8u == 0u) storeBytes(row, column, head, piece, normScale);
        return;
    }
    const Eight v = turned(column, head, piece, normScale);
    storeEight(row, piece, v.a, v.b);
}
