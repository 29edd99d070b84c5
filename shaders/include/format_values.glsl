// What the weights of a block are before their scales: q, as bytes or as floats.
//
// Tables are not looked up but computed, for four weights at once: a word has a weight in each byte, and sums
// and products of words do not mix bytes as long as each result fits. Sources of the tables:
// engine/quant/small_numbers.h, which is also what every one of them is compared with.
const uint ONES = 0x01010101u;

// Bytes below 128, negative where `signs` has a one; zero has no sign.
uint withSigns(uint bytes, uint signs) { return (bytes ^ (signs * 255u)) + signs; }

// 8, 25, 43
uint iq2Bytes(uint q) { return 8u * ONES + q * 17u + ((q >> 1) & ONES); }
// 4, 12, 20, 28, 36, 44, 52, 62
uint iq3Bytes(uint q) { return 4u * ONES + (q << 3) + ((q & (q >> 1) & (q >> 2) & ONES) << 1); }
// 0, 1, 2, 3, 4, 6, 8, 12
uint fp4Bytes(uint q) {
    const uint low = q & (3u * ONES);
    const uint upper = ((q >> 2) & ONES) * 255u;
    return low + (upper & (4u * ONES + low + ((q & (q >> 1) & ONES) << 1)));
}

// The curve of IQ4: 16k - 127 + D for k < 8, 16k - 127 - D for the others. A word has eight k; gives their D:
// each of its four bits is a function of the bits of k, for all eight at once.
uint curveSteps(uint k0) {
    const uint k1 = k0 >> 1, k2 = k0 >> 2, k3 = k0 >> 3;
    const uint differ = k1 ^ k2;
    const uint only0 = k0 & ~k2;
    const uint eight = differ | (k2 & ~k0);
    const uint four = ((differ | k0) & ~k3) | (k3 & ~k1 & (k0 | k2));
    const uint three = only0 & k1 & k3; // 8 + 3: sets two bits
    const uint two = three | (~k3 & (only0 | ~(k0 | k1)) & (k2 | k0));
    const uint one = three | (~k3 & ((k1 & k2) | (only0 & ~k1)));
    const uint every = 0x11111111u;
    return (one & every) | (two & every) << 1 | (four & every) << 2 | (eight & every) << 3;
}
uint curveBytes(uint word, uint i) {
    const uint shift = (i & 1u) * 4u;
    const uint k = (word >> shift) & (15u * ONES);
    const uint step_ = (curveSteps(word) >> shift) & (15u * ONES);
    const uint down = step_ & (((k >> 3) & ONES) * 15u);
    return ((k << 4) + step_ - 2u * down + ONES) ^ (128u * ONES);
}

// Weights 4i to 4i+3 of a block as bytes, signed or below 128; piece: the one that holds them; plane: of the row.
uint quantBytes(uint f, uvec4 piece, uvec2 plane, uint i) {
    if (f == Q8_0) return piece[i & 3u];
    WHERE(f, CURVES) return curveBytes(piece[i >> 1], i);
    const uint high = (plane.x >> i) & ONES;
    WHERE(f, TWO_BITS) {
        const uint q = (piece[i >> 2] >> (2u * (i & 3u))) & (3u * ONES);
        if (f == Q3_K) return q | high << 2;
        if (f == IQ1_M) // beside each scale: two bits, of eight weights each
            return q << 2 | ((plane.x >> (i < 4u ? 4u + (i >> 1) : 10u + (i >> 1))) & 1u) * ONES;
        return isOneOf(f, IQ2) ? withSigns(iq2Bytes(q), high) : q;
    }
    WHERE(f, 1u << Q1_0) return high << 1;
    const uint word = piece[i >> 1];
    const uint q = ((i & 1u) == 0u ? word : word >> 4) & (15u * ONES);
    WHERE(f, 1u << Q5_0 | 1u << Q5_1 | 1u << Q5_K) return q | high << 4;
    WHERE(f, 1u << Q6_K)
        return q | (((i < 4u ? plane.x : plane.y) >> (2u * (i & 3u))) & (3u * ONES)) << 4;
    WHERE(f, SMALL_FLOATS | 1u << IQ3_S | 1u << IQ3_XXS) {
        const uint size = q & (7u * ONES);
        const uint signs = (q >> 3) & ONES;
        if (f == IQ3_S) return withSigns(size << 1 | ONES, signs);
        return withSigns(f == IQ3_XXS ? iq3Bytes(size) : fp4Bytes(size), signs);
    }
    return q;
}

vec4 bytesOf(uint w) { return vec4(ivec4(w & 255u, (w >> 8) & 255u, (w >> 16) & 255u, w >> 24)); }
vec4 signedBytesOf(uint w) {
    const int v = int(w);
    return vec4(ivec4((v << 24) >> 24, (v << 16) >> 24, (v << 8) >> 24, v >> 24));
}

// The same as floats, of any format.
vec4 quantsOf(uint f, uvec4 piece, uvec2 plane, uint i) {
    if (f == F32) return uintBitsToFloat(piece);
    if (f == F16 || f == BF16) {
        const uvec2 w = (i & 1u) == 0u ? piece.xy : piece.zw;
        if (f == F16) return vec4(unpackHalf2x16(w.x), unpackHalf2x16(w.y));
        return uintBitsToFloat(uvec4(w.x << 16, w.x & 0xffff0000u, w.y << 16, w.y & 0xffff0000u));
    }
    const uint q = quantBytes(f, piece, plane, i);
    return isOneOf(f, SIGNED) ? signedBytesOf(q) : bytesOf(q);
}
