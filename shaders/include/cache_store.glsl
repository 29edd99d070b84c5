// How kernels append to the cache (cache.glsl). Includer: declares branches, the piece of the rows' branches in
// step, besides what cache.glsl asks for.
#include "cache.glsl"

// The slot of a row: that of its position, or the one that its branch keeps it in.
uint slotOf(uint column) {
    return stepFirstPosition() +
           (stepBranchLength() == 0u ? column : stepBranch(push.branches, column) * stepBranchLength());
}

// Eight values of f16 or f32.
void storeEight(uint row, uint eight, vec4 a, vec4 b) {
    if (KV_TYPE == 1u) {
        const uint to = push.cacheAt + row * (push.headSize / 4u) + eight * 2u;
        push.other.at[to] = floatBitsToUint(a);
        push.other.at[to + 1u] = floatBitsToUint(b);
    } else {
        push.other.at[push.cacheAt + row * (push.headSize / 8u) + eight] =
            uvec4(packHalf2x16(a.xy), packHalf2x16(a.zw), packHalf2x16(b.xy), packHalf2x16(b.zw));
    }
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

// 32 values of q8_0; gives their scale, a half.
uint storeByteBlock(uint row, uint block, const vec4 v[8]) {
    float largest = 0.0;
    [[unroll]] for (uint i = 0u; i < 8u; ++i) largest = max(largest, largestOf(v[i]));
    const float scale = largest / 127.0;
    [[unroll]] for (uint i = 0u; i < 2u; ++i)
        push.other.at[push.cacheAt + row * (push.headSize / 16u) + block * 2u + i] =
            uvec4(signedByteWord(v[4u * i], scale), signedByteWord(v[4u * i + 1u], scale),
                  signedByteWord(v[4u * i + 2u], scale), signedByteWord(v[4u * i + 3u], scale));
    return nearestHalf(scale);
}
// The scales of two blocks of a row.
void storeByteScales(uint row, uint pair, uint scales) {
    Words(push.other).at[scalesAt() * 4u + row * scaleWords() + pair] = scales;
}
