// Turns pairs of values by their position (RoPE, Su et al. 2021). Cosines and sines come from the host, in step:
// two pairs to a piece.
layout(constant_id = 5) const uint ROPE_HALVES = 0u; // 1: pairs (i, i + rotary/2); 0: (2i, 2i + 1)

vec4 turnAdjacent(vec4 v, uint turn) {
    const vec4 t = uintBitsToFloat(loadStep(turn)); // cos, sin, cos, sin
    return vec4(v.x * t.x - v.y * t.y, v.x * t.y + v.y * t.x, v.z * t.z - v.w * t.w, v.z * t.w + v.w * t.z);
}

// sign: -1 for the first half (v cos - partner sin), +1 for the second.
vec4 turnHalves(vec4 v, vec4 partner, uint turn, float sign) {
    const vec4 t0 = uintBitsToFloat(loadStep(turn));
    const vec4 t1 = uintBitsToFloat(loadStep(turn + 1u));
    return v * vec4(t0.xz, t1.xz) + sign * partner * vec4(t0.yw, t1.yw);
}
