// One layer's keys and values: rows of headSize values, keys [head][slot], then values the same.
//
// f16, f32, or q8_0: 8 bits a value and, after all rows, an f16 scale for every 32 values of a row, two to a
// word, rows padded to whole words. "Eight" counts pieces of eight values. Includer: declares cacheAt, headSize
// and capacity as push constants, kvHeads unless it says how many CACHE_ROWS there are, and includes loads.glsl
// first. Of latent attention there are keys only, for values are their beginnings.
#ifndef CACHE_ROWS
#define CACHE_ROWS (2u * push.kvHeads * push.capacity)
#endif
layout(constant_id = 6) const uint KV_TYPE = 0u; // as KvType: 0 f16, 1 f32, 2 q8_0

uint scaleWords() { return (push.headSize + 63u) / 64u; } // of a row
uint scalesAt() { return push.cacheAt + CACHE_ROWS * (push.headSize / 16u); }

vec4 signedBytes(uint word) {
    const int w = int(word);
    return vec4(w << 24 >> 24, w << 16 >> 24, w << 8 >> 24, w >> 24);
}

// Eight values of a row.
void loadCached(uint row, uint eight, out vec4 a, out vec4 b) {
    if (KV_TYPE == 1u) {
        const uint at = push.cacheAt + row * (push.headSize / 4u) + eight * 2u;
        a = uintBitsToFloat(loadOther(at));
        b = uintBitsToFloat(loadOther(at + 1u));
    } else if (KV_TYPE == 2u) {
        const uvec4 w = loadOther(push.cacheAt + row * (push.headSize / 16u) + eight / 2u);
        const uint scaleAt = row * scaleWords() + eight / 8u;
        const vec2 scales = unpackHalf2x16(loadOther(scalesAt() + scaleAt / 4u)[scaleAt & 3u]);
        const float scale = (eight & 4u) == 0u ? scales.x : scales.y;
        a = signedBytes((eight & 1u) == 0u ? w.x : w.z) * scale;
        b = signedBytes((eight & 1u) == 0u ? w.y : w.w) * scale;
    } else {
        const uvec4 w = loadOther(push.cacheAt + row * (push.headSize / 8u) + eight);
        a = vec4(unpackHalf2x16(w.x), unpackHalf2x16(w.y));
        b = vec4(unpackHalf2x16(w.z), unpackHalf2x16(w.w));
    }
}
