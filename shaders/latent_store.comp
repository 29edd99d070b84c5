// Of latent attention: normalises c and turns k_pe by its position, appends both to the cache as one key, and
// turns each head's q_pe, which ends that head's query.
//
// Workgroup (row, share): the first share is the row of the cache, for one subgroup; the others are q_pe of all
// heads, four values for each invocation. A query is [c's values, q_pe], with zeros up to headSize; what is
// written of it leaves multiplied by the scores' scale. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#define PUSH_FIELDS                                                                                          \
    uint kept; /* c, then k_pe */                                                                            \
    uint keptStride;                                                                                         \
    uint q; /* of all heads, each keySize values with q_pe at the end */                                     \
    uint qStride;                                                                                            \
    uint query;                                                                                              \
    uint queryStride;                                                                                        \
    uint heads;                                                                                              \
    uint keySize;                                                                                            \
    uint rank;   /* values of c */                                                                           \
    uint rotary; /* of k_pe and q_pe */                                                                      \
    uint headSize; /* of a key and a query, with its padding */                                              \
    uint norm;                                                                                               \
    float epsilon;                                                                                           \
    uint turns; /* piece of the cosines and sines in step */                                                 \
    uint cacheAt;                                                                                            \
    uint capacity; /* positions */                                                                           \
    uint branches; /* piece of the rows' branches in step */                                                 \
    float scale;                                                                                             \
    float growth; /* q: times 1 + growth * ln(1 + position / growthLength) */                                \
    uint growthLength;
layout(local_size_x_id = 0) in;
#include "loads.glsl"
#define CACHE_ROWS push.capacity
#include "cache_store.glsl"
#include "turns.glsl"
#include "query_scale.glsl"

// Values 4 four to 4 four + 3 of those that are turned, the first of which are in piece `first`; zeros beyond.
vec4 turnedFour(uint first, uint four, uint column) {
    if (four * 4u >= push.rotary) return vec4(0.0);
    const uint turn = push.turns + column * (push.rotary / 4u);
    const vec4 v = loadScratch(first + four);
    if (ROPE_HALVES == 0u) return turnAdjacent(v, turn + four);
    const uint halfFours = push.rotary / 8u;
    const bool low = four < halfFours;
    const uint other = low ? four + halfFours : four - halfFours;
    return turnHalves(v, loadScratch(first + other), turn + min(four, other) * 2u, low ? -1.0 : 1.0);
}

vec4 keptFour(uint first, uint four, uint column, float normScale) {
    const uint fours = push.rank / 4u;
    if (four >= fours) return turnedFour(first + fours, four - fours, column);
    return loadScratch(first + four) * normScale * loadScratch(push.norm + four);
}

// Each lane takes 64 values at once, for scales of q8_0 go in pairs.
void storeKept(uint column) {
    const uint lane = gl_SubgroupInvocationID;
    const uint lanes = subgroupAdd(1u);
    const uint first = push.kept + column * push.keptStride;
    float sum = 0.0;
    for (uint four = lane; four < push.rank / 4u; four += lanes) {
        const vec4 v = loadScratch(first + four);
        sum = dot4(v, v, sum);
    }
    const float normScale = inversesqrt(subgroupAdd(sum) / float(push.rank) + push.epsilon);
    const uint row = slotOf(column);
    for (uint pair = lane; pair * 64u < push.headSize; pair += lanes) {
        uint scales = 0u;
        for (uint n = 0u; n < 2u; ++n) {
            const uint block = pair * 2u + n;
            if (block * 32u >= push.headSize) break;
            vec4 v[8];
            [[unroll]] for (uint i = 0u; i < 8u; ++i) v[i] = keptFour(first, block * 8u + i, column, normScale);
            if (KV_TYPE == 2u) scales |= storeByteBlock(row, block, v) << (16u * n);
            else [[unroll]] for (uint i = 0u; i < 4u; ++i) storeEight(row, block * 4u + i, v[2u * i], v[2u * i + 1u]);
        }
        if (KV_TYPE == 2u) storeByteScales(row, pair, scales);
    }
}

void main() {
    const uint column = gl_WorkGroupID.x;
    if (column >= stepRows()) return;
    if (gl_WorkGroupID.y == 0u) {
        if (gl_SubgroupID == 0u) storeKept(column);
        return;
    }
    const uint fours = (push.headSize - push.rank) / 4u;
    const uint n = (gl_WorkGroupID.y - 1u) * gl_WorkGroupSize.x + gl_LocalInvocationIndex;
    const uint head = n / fours, four = n % fours;
    if (head >= push.heads) return;
    const uint first = push.q + column * push.qStride + head * (push.keySize / 4u) + (push.keySize - push.rotary) / 4u;
    storeScratch(push.query + column * push.queryStride + head * (push.headSize / 4u) + push.rank / 4u + four,
                 turnedFour(first, four, column) * queryScale(column));
}
