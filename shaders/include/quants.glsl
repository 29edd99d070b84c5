// Activations as the integer kernels read them: blocks of 32 numbers of eight bits with one scale, x = d * q.
//
// A block is three pieces: words 0 to 7 hold values 4i to 4i+3; then d, d times the sums of the lower and of the
// upper 16, and of all 32. The sums take the offsets m of the weights. Twin: reference::roundToEightBits().
#define QUANT_PIECES 3u
#define WRITES_FLOATS 1u
#define WRITES_QUANTS 2u
// Adapters have left in `other` what is added to the kernel's first product, or to its second; or what a
// kernel receives is added to what is there.
#define ADDS_TO_FIRST 4u
#define ADDS_TO_SECOND 8u
// The kernel's product takes the place of what it would be added to.
#define REPLACES 16u
layout(constant_id = 6) const uint WRITES = WRITES_FLOATS; // what a kernel leaves for the one that reads next

float largest(vec4 v) {
    const vec4 a = abs(v);
    return max(max(a.x, a.y), max(a.z, a.w));
}
float inverseScale(float most) { return most > 0.0 ? 127.0 / most : 0.0; }
uint packBytes(ivec4 q) {
    const uvec4 b = uvec4(q) & 255u;
    return b.x | b.y << 8 | b.z << 16 | b.w << 24;
}
int sumOf(ivec4 q) { return (q.x + q.y) + (q.z + q.w); }

// A whole block by one invocation. at: its first piece.
void storeQuants(uint at, const vec4 x[8]) {
    float most = 0.0;
    [[unroll]] for (uint i = 0u; i < 8u; ++i) most = max(most, largest(x[i]));
    const float inverse = inverseScale(most);
    uvec4 lower, upper;
    int low = 0, high = 0;
    [[unroll]] for (uint i = 0u; i < 4u; ++i) {
        const ivec4 a = ivec4(roundEven(x[i] * inverse));
        const ivec4 b = ivec4(roundEven(x[i + 4u] * inverse));
        lower[i] = packBytes(a);
        upper[i] = packBytes(b);
        low += sumOf(a);
        high += sumOf(b);
    }
    storeScratch(at, uintBitsToFloat(lower));
    storeScratch(at + 1u, uintBitsToFloat(upper));
    storeScratch(at + 2u, most / 127.0 * vec4(1.0, low, high, low + high));
}
