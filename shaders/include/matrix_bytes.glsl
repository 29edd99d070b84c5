// Weights as bytes, and their products with quantized activations (quants.glsl): four times four at once.
#extension GL_EXT_spirv_intrinsics : require

// OpSDot of two words of four signed bytes; the compiler at hand knows the instruction by its number only.
spirv_instruction(extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6018, 6019], id = 4450)
int signedDot(uint a, uint b, spirv_literal int packedFormat);

// Weights 4i to 4i+3 of a block as bytes, all below 128 or signed; compare quantsOf().
uint quantBytes(uint f, uvec4 piece, uvec2 plane, uint i) {
    if (f == Q8_0) return piece[i & 3u];
    const uint word = piece[i >> 1];
    uint q = ((i & 1u) == 0u ? word : word >> 4) & 0x0f0f0f0fu;
    if (hasOnePlane(f)) q |= ((plane.x >> i) & 0x01010101u) << 4;
    if (f == Q6_K) q |= (((i < 4u ? plane.x : plane.y) >> (2u * (i & 3u))) & 0x03030303u) << 4;
    return q;
}

// One column's part of the sums. low, high: of the lower and upper 16; x: the block's last piece.
vec4 scaledSum(uint f, const Scales s, ivec4 low, ivec4 high, vec4 x) {
    if (f == Q6_K) return x.x * (s.d * vec4(low) + s.dUpper * vec4(high)) + (s.m * x.y + s.mUpper * x.z);
    if (f == Q8_0) return x.x * s.d * vec4(low + high);
    return x.x * s.d * vec4(low + high) + s.m * x.w;
}
