// What the sampling kernels share: their constants, what lies where, and weights of logits.
//
// The four buffers of loads.glsl mean here: weights: what the host wrote ahead, RING entries of (uniform number,
// 0, 0, 0) and the cosines and sines of the position; scratch: RING token ids for the host; other: logits;
// step: the stream's state, that is the step parameters and, after them,
//     counters    (picks so far, tokens in history, 0, 0), then LEVELS counts of candidates
//     parts       of every range of the vocabulary: (largest logit, its id, sum of weights, 0)
//     candidates  [LEVELS][CANDIDATES] pairs (distance, id), in no order
//     history     the last tokens, WINDOW at most, in no order
// A distance is the largest logit minus the logit: never negative, so its bits sort as it does. A weight is
// exp(-distance / temperature). Candidates of level n have weights from exp(-n) down to exp(-n - 1).
// Twin: engine/sample/sampler.h, whose order of operations is kept.
#define PUSH_FIELDS                                                                                          \
    uint logits;     /* piece */                                                                             \
    uint vocabulary;                                                                                         \
    uint ranges;                                                                                             \
    uint counters;                                                                                           \
    uint parts;                                                                                              \
    uint candidates;                                                                                         \
    uint history;                                                                                            \
    uint tokens;     /* piece of the step's token */                                                         \
    uint turns;      /* piece of its cosines and sines */                                                    \
    uint turnPieces;                                                                                         \
    float temperature;                                                                                       \
    uint topK;                                                                                               \
    float topP;                                                                                              \
    float minP;                                                                                              \
    float repetition;                                                                                        \
    float frequency;                                                                                         \
    uint window;
#include "loads.glsl"

// As in engine/plan/vulkan_plan.h.
#define RANGE 1024u
#define LEVELS 16u
#define CANDIDATES 1024u
#define RING 64u

const float LOWEST = -3.4e38; // stands for minus infinity, which drivers need not keep

vec4 loadLogits(uint piece) { return uintBitsToFloat(loadOther(push.logits + piece)); }
uint levelCount(uint level) { return loadStep(push.counters + 1u + level / 4u)[level & 3u]; }

// exp of a number that is not positive, to about one unit in the last place: a driver's own may be far worse
// for large arguments, and weights decide which tokens are in the nucleus.
float exactExp(float x) {
    if (!(x > -87.0)) return 0.0;
    const float n = round(x * 1.44269504);
    const float r = fma(n, 2.12194440e-4, fma(n, -0.693359375, x)); // ln 2 = 0.693359375 - 2.1219444e-4
    float sum = 1.0 / 5040.0;
    sum = fma(sum, r, 1.0 / 720.0);
    sum = fma(sum, r, 1.0 / 120.0);
    sum = fma(sum, r, 1.0 / 24.0);
    sum = fma(sum, r, 1.0 / 6.0);
    sum = fma(sum, r, 0.5);
    sum = fma(sum, r * r, r) + 1.0;
    return sum * uintBitsToFloat(uint(int(n) + 127) << 23);
}
float weightOf(float distance_) { return exactExp(-distance_ / push.temperature); }
