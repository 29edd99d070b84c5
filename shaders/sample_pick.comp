// Picks the token: top-k, top-p, min-p and a draw over the weights; then moves the stream's state one token on.
//
// One workgroup. Three ways: the largest logit (temperature 0); in the order of ids, where nothing limits the
// choice; likeliest first otherwise. There the lists of candidates are put in order as far as they fit, and
// where those do not decide (flat distributions), the whole vocabulary is searched (sample_select.glsl). The
// way never shows in the result. Twin: engine/sample/sampler.h.
#version 460
#extension GL_GOOGLE_include_directive : require
layout(local_size_x_id = 0) in;
#include "sampling.glsl"

shared vec4 lanes4[256];
shared uint sortedBits[CANDIDATES];
shared uint sortedIds[CANDIDATES];
shared float sharedValue;
shared uint sharedCounts[3];
#include "sample_select.glsl"

const uint NOTHING = 0xffffffffu;
float drawOfStep() { return uintBitsToFloat(push.weights.at[(loadStep(push.counters).x % RING) * (1u + push.turnPieces)].x); }

// The largest logit, the smallest id that has it, and the sum of all weights.
void wholeOf(out float largest, out uint id, out float sum) {
    const uint lane = gl_LocalInvocationIndex;
    float value = LOWEST, own = 0.0;
    uint at = 0u;
    for (uint range = lane; range < push.ranges; range += gl_WorkGroupSize.x) {
        const uvec4 part = loadStep(push.parts + range);
        own += uintBitsToFloat(part.z);
        if (uintBitsToFloat(part.x) > value || range == lane) {
            value = uintBitsToFloat(part.x);
            at = part.y;
        }
    }
    lanes4[lane] = vec4(value, own, 0.0, 0.0);
    sortedIds[lane] = at; // free until candidates are gathered
    for (uint half_ = gl_WorkGroupSize.x / 2u; half_ > 0u; half_ /= 2u) {
        barrier();
        if (lane < half_) {
            const vec4 a = lanes4[lane], b = lanes4[lane + half_];
            const bool other = b.x > a.x || (b.x == a.x && sortedIds[lane + half_] < sortedIds[lane]);
            if (other) sortedIds[lane] = sortedIds[lane + half_];
            lanes4[lane] = vec4(max(a.x, b.x), a.y + b.y, 0.0, 0.0);
        }
    }
    barrier();
    largest = lanes4[0].x;
    id = sortedIds[0];
    sum = lanes4[0].y;
    barrier();
}

// Every token may be drawn, in the order of ids.
uint drawFromAll(float largest, float sum) {
    const uint lane = gl_LocalInvocationIndex;
    const float target = drawOfStep() * sum;
    if (lane == 0u) {
        float before = 0.0;
        uint range = 0u;
        for (; range + 1u < push.ranges; ++range) {
            const float own = uintBitsToFloat(loadStep(push.parts + range).z);
            if (before + own > target) break;
            before += own;
        }
        sharedValue = before;
        sharedCounts[0] = range;
        sharedCounts[1] = 0u;
    }
    barrier();
    const uint range = sharedCounts[0];
    const uint each = RANGE / gl_WorkGroupSize.x;
    const uint first = range * RANGE + lane * each;
    float own = 0.0, total;
    for (uint id = first; id < min(first + each, push.vocabulary); ++id)
        own += weightOf(largest - loadLogits(id / 4u)[id & 3u]);
    float reached = sharedValue + addBefore(own, total);
    uint passed = 0u;
    for (uint id = first; id < min(first + each, push.vocabulary); ++id) {
        reached += weightOf(largest - loadLogits(id / 4u)[id & 3u]);
        if (reached <= target) ++passed;
    }
    atomicAdd(sharedCounts[1], passed);
    barrier();
    return min(range * RANGE + sharedCounts[1], push.vocabulary - 1u);
}

// Copies the lists, likeliest first, as far as they all fit, and gives their number of levels.
uint gather(out uint count) {
    uint levels = 0u;
    count = 0u;
    for (uint next = 0u; levels < LEVELS; ++levels) {
        next = levelCount(levels);
        if (count + next > CANDIDATES) break;
        for (uint i = gl_LocalInvocationIndex; i < next; i += gl_WorkGroupSize.x) {
            const uvec4 two = loadStep(push.candidates + (levels * CANDIDATES + i) / 2u);
            sortedBits[count + i] = (i & 1u) == 0u ? two.x : two.z;
            sortedIds[count + i] = (i & 1u) == 0u ? two.y : two.w;
        }
        count += next;
    }
    return levels;
}

// Batcher's bitonic sort (1968) by distance and id; gives the number of places, a power of two.
uint sortCandidates(uint count) {
    const uint lane = gl_LocalInvocationIndex;
    uint places = 2u;
    while (places < count) places *= 2u;
    for (uint i = count + lane; i < places; i += gl_WorkGroupSize.x) sortedBits[i] = sortedIds[i] = NOTHING;
    for (uint size = 2u; size <= places; size *= 2u)
        for (uint gap = size / 2u; gap > 0u; gap /= 2u) {
            barrier();
            for (uint pair = lane; pair < places / 2u; pair += gl_WorkGroupSize.x) {
                const uint a = pair / gap * gap * 2u + pair % gap;
                const uint b = a + gap;
                const bool later = sortedBits[a] > sortedBits[b] ||
                                   (sortedBits[a] == sortedBits[b] && sortedIds[a] > sortedIds[b]);
                if (later != ((a & size) == 0u)) continue;
                const uint bits = sortedBits[a], id = sortedIds[a];
                sortedBits[a] = sortedBits[b];
                sortedIds[a] = sortedIds[b];
                sortedBits[b] = bits;
                sortedIds[b] = id;
            }
        }
    barrier();
    return places;
}

bool limitsCount() { return push.topK > 0u && push.topK < push.vocabulary; }

// Among the candidates, or NOTHING where they do not decide.
uint drawFromCandidates(float sum) {
    const uint lane = gl_LocalInvocationIndex;
    uint count;
    const uint levels = gather(count);
    if (levels == 0u) return NOTHING;
    sortCandidates(count);
    const uint each = (count + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;
    const uint first = min(lane * each, count), end = min(first + each, count);
    float own = 0.0, all;
    for (uint i = first; i < end; ++i) own += weightOf(uintBitsToFloat(sortedBits[i]));
    const float before = addBefore(own, all);
    if (lane < 3u) sharedCounts[lane] = 0u;
    // What top-p takes its share of: the first top-k tokens, of which some may not be here. Those weigh less
    // than `edge` each.
    const float edge = exactExp(-float(levels));
    float share = sum;
    float spread = 0.0;
    if (limitsCount() && count >= push.topK) {
        float reached = before;
        for (uint i = first; i < end; ++i) {
            reached += weightOf(uintBitsToFloat(sortedBits[i]));
            if (i + 1u == push.topK) sharedValue = reached;
        }
        barrier();
        share = sharedValue;
    } else if (limitsCount()) {
        share = all;
        spread = min(float(push.topK - count) * edge, max(sum - all, 0.0));
    }
    const float few = push.topP * share, many = push.topP * (share + spread);
    barrier();
    // Tokens kept: with the smallest and the largest share that may be wanted.
    uint kept = 0u, keptOfMany = 0u;
    float reached = before;
    for (uint i = first; i < end; ++i) {
        const float weight = weightOf(uintBitsToFloat(sortedBits[i]));
        const bool in_ = i == 0u || (weight >= push.minP && (!limitsCount() || i < push.topK));
        if (in_ && (i == 0u || push.topP >= 1.0 || reached < few)) ++kept;
        if (in_ && (i == 0u || push.topP >= 1.0 || reached < many)) ++keptOfMany;
        reached += weight;
    }
    atomicAdd(sharedCounts[0], kept);
    atomicAdd(sharedCounts[1], keptOfMany);
    barrier();
    kept = sharedCounts[0];
    const bool ends = (limitsCount() && push.topK <= count) || push.minP >= edge || count == push.vocabulary ||
                      (push.topP < 1.0 && all >= many);
    if (kept != sharedCounts[1] || (kept == count && !ends)) return NOTHING;
    reached = before;
    for (uint i = first; i < end; ++i) {
        reached += weightOf(uintBitsToFloat(sortedBits[i]));
        if (i + 1u == kept) sharedValue = reached;
    }
    barrier();
    const float target = drawOfStep() * sharedValue;
    uint passed = 0u;
    reached = before;
    for (uint i = first; i < min(end, kept); ++i) {
        reached += weightOf(uintBitsToFloat(sortedBits[i]));
        if (reached <= target) ++passed;
    }
    atomicAdd(sharedCounts[2], passed);
    barrier();
    return sortedIds[min(sharedCounts[2], kept - 1u)];
}

// The same with the whole vocabulary in view.
uint drawFromOrder(float largest, float sum) {
    float share = sum;
    uint kept = push.vocabulary;
    if (limitsCount()) {
        kept = push.topK;
        const Place last = select(largest, BY_COUNT, float(push.topK));
        share = last.sum + float(push.topK - last.before) * last.weight;
    }
    if (push.topP < 1.0) {
        const float wanted = push.topP * share;
        const Place last = select(largest, BY_SUM, wanted);
        const float ties = last.weight > 0.0 ? ceil((wanted - last.sum) / last.weight) : 1.0;
        kept = min(kept, last.before + uint(clamp(ties, 1.0, float(last.ties))));
    }
    if (push.minP > 0.0) {
        float own = 0.0;
        for (uint id = gl_LocalInvocationIndex; id < push.vocabulary; id += gl_WorkGroupSize.x)
            if (weightOf(largest - loadLogits(id / 4u)[id & 3u]) >= push.minP) own += 1.0;
        kept = min(kept, max(1u, uint(addLanes(vec4(own)).x)));
    }
    const Place last = select(largest, BY_COUNT, float(kept));
    const float target = drawOfStep() * (last.sum + float(kept - last.before) * last.weight);
    const Place drawn = select(largest, BEYOND, target);
    float ties = drawn.weight > 0.0 ? floor((target - drawn.sum) / drawn.weight) : 0.0;
    ties = clamp(ties, 0.0, float(drawn.ties - 1u));
    if (drawn.before + uint(ties) >= kept) return idOf(largest, last, kept - 1u - last.before);
    return idOf(largest, drawn, uint(ties));
}

void main() {
    float largest, sum;
    uint id;
    wholeOf(largest, id, sum);
    if (push.temperature > 0.0) {
        if (!limitsCount() && push.topP >= 1.0 && push.minP <= 0.0) id = drawFromAll(largest, sum);
        else {
            id = drawFromCandidates(sum);
            if (id == NOTHING) id = drawFromOrder(largest, sum);
        }
    }
    const uvec4 counters = loadStep(push.counters);
    barrier();
    const uint entry = (counters.x % RING) * (1u + push.turnPieces) + 1u;
    for (uint i = gl_LocalInvocationIndex; i < push.turnPieces; i += gl_WorkGroupSize.x)
        push.step.at[push.turns + i] = push.weights.at[entry + i];
    if (gl_LocalInvocationIndex != 0u) return;
    Words(push.scratch).at[counters.x % RING] = id;
    Words(push.step).at[push.tokens * 4u] = id;
    Words(push.step).at[1] = stepFirstPosition() + 1u;
    if (push.window > 0u) Words(push.step).at[push.history * 4u + counters.y % push.window] = id;
    push.step.at[push.counters] = uvec4(counters.x + 1u, counters.y + 1u, 0u, 0u);
}
