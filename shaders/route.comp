// Which experts of a mixture each row uses, and how much each counts, from the router's logits: a subgroup a row.
//
// Of a single row the places and tiles are written as well (experts.glsl): each expert has one user. Twin:
// engine/model/expert_choice.h.
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#define PUSH_FIELDS                                                                                          \
    uint logits; /* [row]: of the experts, then of the share */                                              \
    uint logitStride;                                                                                        \
    uint squares;                                                                                            \
    uint squarePieces;                                                                                       \
    float width;                                                                                             \
    float epsilon;                                                                                           \
    uint bias;                                                                                               \
    uint experts;                                                                                            \
    uint used;                                                                                               \
    uint groups;                                                                                             \
    uint usedGroups;                                                                                         \
    float scale;                                                                                             \
    uint choices;                                                                                            \
    uint facts;                                                                                              \
    uint users; /* of a single row; 0: none are written */                                                   \
    uint tiles;
layout(local_size_x_id = 0) in;
#include "loads.glsl"
layout(constant_id = 1) const uint GATING = 0u;     // as engine/model/layer.h counts them
layout(constant_id = 2) const uint NORMALISES = 0u; // 1: the weights add up to 1 before they are scaled
const uint SOFTMAX = 0u, SIGMOID = 1u, SOFTMAX_OF_CHOSEN = 2u;
const uint MOST_EXPERTS = 1024u, MOST_USED = 256u, MOST_GROUPS = 64u;
const float LEAST_SUM = 6.103515625e-5;
const float NEVER = -3.402823466e38;

shared float probabilities[MOST_EXPERTS];
shared float scores[MOST_EXPERTS];
shared uint taken[MOST_EXPERTS];
shared float groupScores[MOST_GROUPS];
shared uint chosen[MOST_USED];

float valueAt(uint at, uint i) { return loadScratch(at + i / 4u)[i & 3u]; }
float sigmoid(float x) { return 1.0 / (1.0 + exp(-x)); }
void meet() {
    subgroupMemoryBarrierShared();
    subgroupBarrier();
}

void makeProbabilities(uint at, uint lane, uint lanes) {
    float most = NEVER;
    for (uint e = lane; e < push.experts; e += lanes) most = max(most, valueAt(at, e));
    most = subgroupMax(most);
    float sum = 0.0;
    for (uint e = lane; e < push.experts; e += lanes) {
        const float logit = valueAt(at, e);
        const float p = GATING == SIGMOID ? sigmoid(logit) : GATING == SOFTMAX_OF_CHOSEN ? logit : exp(logit - most);
        probabilities[e] = p;
        sum += p;
    }
    sum = subgroupAdd(sum);
    for (uint e = lane; e < push.experts; e += lanes) {
        if (GATING != SIGMOID && GATING != SOFTMAX_OF_CHOSEN) probabilities[e] /= sum;
        scores[e] = probabilities[e] + valueAt(push.bias, e);
        taken[e] = 0u;
    }
    meet();
}

// A group's score is its best under a softmax, else the sum of its two best.
void keepBestGroups(uint lane, uint lanes) {
    const uint size = push.experts / push.groups;
    for (uint g = lane; g < push.groups; g += lanes) {
        float best = NEVER, second = NEVER;
        for (uint e = g * size; e < (g + 1u) * size; ++e) {
            second = max(second, min(best, scores[e]));
            best = max(best, scores[e]);
        }
        groupScores[g] = GATING != SOFTMAX && size > 1u ? best + second : best;
    }
    meet();
    for (uint g = lane; g < push.groups; g += lanes) {
        uint better = 0u;
        for (uint other = 0u; other < push.groups; ++other)
            if (groupScores[other] > groupScores[g] || (groupScores[other] == groupScores[g] && other < g)) ++better;
        if (better < push.usedGroups) continue;
        for (uint e = g * size; e < (g + 1u) * size; ++e) scores[e] = NEVER;
    }
    meet();
}

// The best expert that is left, the first of several. Each lane looks at its own.
uint bestLeft(uint lane, uint lanes) {
    const uint none = push.experts;
    uint own = none;
    for (uint e = lane; e < push.experts; e += lanes)
        if (taken[e] == 0u && (own == none || scores[e] > scores[own])) own = e;
    const float most = subgroupMax(own == none ? NEVER : scores[own]);
    const uint best = subgroupMin(own != none && scores[own] == most ? own : none);
    const uint any = subgroupMin(own);
    return best != none ? best : any; // of nothing but NaN, any: nobody is chosen twice
}

void main() {
    if (gl_SubgroupID != 0u) return;
    const uint lanes = subgroupAdd(1u);
    const uint lane = gl_SubgroupInvocationID;
    const uint row = gl_WorkGroupID.x;
    if (row >= stepRows()) return;
    const uint logits = push.logits + row * push.logitStride;
    float squares = 0.0;
    for (uint p = lane; p < push.squarePieces; p += lanes) {
        const vec4 part = loadScratch(push.squares + row * push.squarePieces + p);
        squares += (part.x + part.y) + (part.z + part.w);
    }
    const float scale = inversesqrt(subgroupAdd(squares) / push.width + push.epsilon);
    makeProbabilities(logits, lane, lanes);
    if (push.usedGroups < push.groups) keepBestGroups(lane, lanes);
    float most = NEVER;
    for (uint s = 0u; s < push.used; ++s) {
        const uint expert = bestLeft(lane, lanes);
        if (lane == 0u) {
            chosen[s] = expert;
            taken[expert] = 1u;
        }
        meet();
        most = max(most, probabilities[expert]);
    }
    float sum = 0.0;
    for (uint s = 0u; s < push.used; ++s)
        sum += GATING == SOFTMAX_OF_CHOSEN ? exp(probabilities[chosen[s]] - most) : probabilities[chosen[s]];
    const bool divides = NORMALISES != 0u || GATING == SOFTMAX_OF_CHOSEN;
    const float factor = push.scale / (divides ? max(sum, LEAST_SUM) : 1.0);
    for (uint s = lane; s < push.used; s += lanes) {
        const float p = probabilities[chosen[s]];
        const float weight = factor * (GATING == SOFTMAX_OF_CHOSEN ? exp(p - most) : p);
        storeScratch(push.choices + row * push.used + s, vec4(uintBitsToFloat(chosen[s]), weight, 0.0, 0.0));
        if (push.users == 0u) continue;
        storeScratch(push.users + s, uintBitsToFloat(uvec4(s, 0u, 0u, 0u)));
        storeScratch(push.tiles + s, uintBitsToFloat(uvec4(chosen[s], s, 1u, 0u)));
    }
    if (lane == 0u)
        storeScratch(push.facts + row,
                     vec4(scale, sigmoid(valueAt(logits, (push.experts + 3u) / 4u * 4u)), 0.0, 0.0));
}
