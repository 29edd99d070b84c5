// Finds a place in the order of all tokens, likeliest first and smaller ids first among equals, for any number of
// tokens: by the bits of the distance, four at a time, with a look at the whole vocabulary each time.
//
// For one workgroup, all invocations at once; shared memory `lanes4` of the includer. Results are the same in
// every invocation.

// The tokens at one distance, and what lies before them in the order.
struct Place {
    uint bits;   // of the distance
    uint ties;   // tokens there
    uint before; // tokens nearer than it
    float sum;   // of their weights
    float weight;
};

vec4 addLanes(vec4 value) {
    barrier();
    lanes4[gl_LocalInvocationIndex] = value;
    for (uint half_ = gl_WorkGroupSize.x / 2u; half_ > 0u; half_ /= 2u) {
        barrier();
        if (gl_LocalInvocationIndex < half_)
            lanes4[gl_LocalInvocationIndex] += lanes4[gl_LocalInvocationIndex + half_];
    }
    barrier();
    return lanes4[0];
}

// The sum over the lanes before this one; sets `total` to that of all.
float addBefore(float value, out float total) {
    const uint lane = gl_LocalInvocationIndex;
    barrier();
    lanes4[lane].x = value;
    barrier();
    float sum = value;
    for (uint step_ = 1u; step_ < gl_WorkGroupSize.x; step_ *= 2u) {
        if (lane >= step_) sum += lanes4[lane - step_].x;
        barrier();
        lanes4[lane].x = sum;
        barrier();
    }
    total = lanes4[gl_WorkGroupSize.x - 1u].x;
    return lane == 0u ? 0.0 : lanes4[lane - 1u].x;
}

#define BY_COUNT 0u // the first `goal` tokens end here
#define BY_SUM 1u   // their weights reach `goal` here
#define BEYOND 2u   // their weights pass `goal` here

bool reaches(uint how, float value, float goal) { return how == BEYOND ? value > goal : value >= goal; }

Place select(float largest, uint how, float goal) {
    const uint pieces = (push.vocabulary + 3u) / 4u;
    Place found = Place(0u, 0u, 0u, 0.0, 0.0);
    float before = 0.0; // tokens; below 2^24, so exact
    for (int shift = 28; shift >= 0; shift -= 4) {
        vec4 sums[4], counts[4]; // of sixteen digits
        [[unroll]] for (uint d = 0u; d < 4u; ++d) sums[d] = counts[d] = vec4(0.0);
        for (uint piece = gl_LocalInvocationIndex; piece < pieces; piece += gl_WorkGroupSize.x) {
            const vec4 distances = vec4(largest) - loadLogits(piece);
            [[unroll]] for (uint e = 0u; e < 4u; ++e) {
                const uint bits = floatBitsToUint(distances[e]);
                if (piece * 4u + e >= push.vocabulary) continue;
                if (shift < 28 && (bits >> (shift + 4)) != (found.bits >> (shift + 4))) continue;
                const uint digit = bits >> shift & 15u;
                const float weight = weightOf(distances[e]);
                [[unroll]] for (uint d = 0u; d < 4u; ++d) {
                    const vec4 here = vec4(equal(uvec4(digit), uvec4(d * 4u, d * 4u + 1u, d * 4u + 2u, d * 4u + 3u)));
                    sums[d] += here * weight;
                    counts[d] += here;
                }
            }
        }
        // The first digit that reaches the goal; where rounding leaves none, the last that has tokens.
        float sum = found.sum, count = before;
        uint chosen = 0u;
        bool done = false;
        for (uint d = 0u; d < 4u; ++d) {
            const vec4 digitSums = addLanes(sums[d]);
            const vec4 digitCounts = addLanes(counts[d]);
            for (uint e = 0u; e < 4u && !done; ++e) {
                if (digitCounts[e] > 0.0) {
                    chosen = d * 4u + e;
                    found.sum = sum;
                    found.before = uint(count);
                    found.ties = uint(digitCounts[e]);
                }
                sum += digitSums[e];
                count += digitCounts[e];
                done = digitCounts[e] > 0.0 && reaches(how, how == BY_COUNT ? count : sum, goal);
            }
        }
        found.bits |= chosen << shift;
        before = float(found.before);
    }
    found.weight = weightOf(uintBitsToFloat(found.bits));
    return found;
}

// The id of the token that `ties` others at its distance precede.
shared uint tieId;
uint idOf(float largest, Place place, uint ties) {
    const uint pieces = (push.vocabulary + 3u) / 4u;
    const uint each = (pieces + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;
    const uint first = gl_LocalInvocationIndex * each;
    float own = 0.0;
    for (uint round_ = 0u; round_ < 2u; ++round_) {
        float total;
        uint count = uint(addBefore(own, total));
        for (uint piece = first; piece < min(first + each, pieces); ++piece) {
            const vec4 distances = vec4(largest) - loadLogits(piece);
            [[unroll]] for (uint e = 0u; e < 4u; ++e)
                if (piece * 4u + e < push.vocabulary && floatBitsToUint(distances[e]) == place.bits) {
                    if (round_ == 1u && count == ties) tieId = piece * 4u + e;
                    ++count;
                    if (round_ == 0u) own += 1.0;
                }
        }
    }
    barrier();
    return tieId;
}
