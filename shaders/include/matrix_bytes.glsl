// Products of weights as bytes with quantized activations (quants.glsl): four times four at once.
#extension GL_EXT_spirv_intrinsics : require

// OpSDot of two words of four signed bytes; the compiler at hand knows the instruction by its number only.
spirv_instruction(extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6018, 6019], id = 4450)
int signedDot(uint a, uint b, spirv_literal int packedFormat);

// One column's part of the sums. low, high: of the lower and upper 16; x: the block's last piece.
vec4 scaledSum(uint f, const Scales s, ivec4 low, ivec4 high, vec4 x) {
    vec4 sum = x.x * (hasTwoScales(f) ? s.d * vec4(low) + s.dUpper * vec4(high) : s.d * vec4(low + high));
    if (hasOffset(f)) sum += hasTwoScales(f) ? s.m * x.y + s.mUpper * x.z : s.m * x.w;
    return sum;
}
