// Where weights, their planes and their scales lie (engine/plan/device_layout.h), and the scales: w = d * q + m.
//
// "Block": 32 weights of a row; "group": four rows. Scales come for the four rows of a group at once; q is in
// format_values.glsl. The formats of a pipeline are specialization constants, and it holds their code only.
// Whoever includes this has FORMAT_SET: 1 << format of all its formats.
const uint F32 = 0u, F16 = 1u, BF16 = 2u, Q4_0 = 3u, Q4_1 = 4u, Q5_0 = 5u, Q5_1 = 6u, Q8_0 = 7u, Q4_K = 8u,
           Q5_K = 9u, Q6_K = 10u, Q2_K = 11u, Q3_K = 12u, IQ4_NL = 13u, IQ4_XS = 14u, MXFP4 = 15u, NVFP4 = 16u,
           IQ3_S = 17u, IQ3_XXS = 18u, IQ2_S = 19u /* and IQ2_XS */, IQ2_XXS = 20u, IQ1_S = 21u, IQ1_M = 22u,
           TQ2_0 = 23u /* and TQ1_0 */, Q2_0 = 24u, Q1_0 = 25u;

// Sets of formats.
const uint FLOATS = 1u << F32 | 1u << F16 | 1u << BF16;
const uint TERNARY = 1u << TQ2_0 | 1u << Q2_0 | 1u << Q1_0; // from -1 on
const uint SINGLES = 1u << Q4_0 | 1u << Q5_0 | 1u << Q8_0 | 1u << IQ4_NL | TERNARY; // as ScaleKind
const uint PAIRS = 1u << Q4_1 | 1u << Q5_1;
const uint SUPER_MIN = 1u << Q4_K | 1u << Q5_K | 1u << Q2_K;
const uint SUPER_TWO = 1u << Q6_K | 1u << Q3_K | 1u << IQ2_S | 1u << IQ1_M;
const uint SUPER_ONE = 1u << IQ4_XS | 1u << IQ3_S | 1u << IQ3_XXS | 1u << IQ2_XXS | 1u << IQ1_S;
const uint CURVES = 1u << IQ4_NL | 1u << IQ4_XS;
const uint SMALL_FLOATS = 1u << MXFP4 | 1u << NVFP4;
const uint IQ2 = 1u << IQ2_S | 1u << IQ2_XXS;
const uint TWO_BITS = 1u << Q2_K | 1u << Q3_K | IQ2 | 1u << IQ1_S | 1u << IQ1_M | 1u << TQ2_0 | 1u << Q2_0;
const uint ONE_PLANE = 1u << Q5_0 | 1u << Q5_1 | 1u << Q5_K | 1u << Q3_K | IQ2 | 1u << Q1_0;
// q is signed, and there is no m.
const uint SIGNED = 1u << Q8_0 | CURVES | SMALL_FLOATS | 1u << IQ3_S | 1u << IQ3_XXS | IQ2;
// The upper 16 weights of a block have their own scales.
const uint TWO_SCALES = SUPER_TWO | 1u << Q2_K | 1u << NVFP4;

bool isOneOf(uint f, uint set) { return ((set >> f) & 1u) != 0u; }
// Code that is left out where the pipeline has no format of the set: drivers, too, would leave it out, but late.
#define WHERE(f, set) if ((FORMAT_SET & (set)) != 0u) if (isOneOf(f, set))

bool isFloat(uint f) { return isOneOf(f, FLOATS); }
bool hasOffset(uint f) { return !isOneOf(f, FLOATS | SIGNED); }
bool hasTwoScales(uint f) { return isOneOf(f, TWO_SCALES); }
bool hasOnePlane(uint f) { return isOneOf(f, ONE_PLANE); }
// The quants of four rows' block come in parts: a row each, or two rows in one piece.
uint quantParts(uint f) { return f == Q1_0 ? 0u : isOneOf(f, TWO_BITS) ? 2u : 4u; }
uint partPieces(uint f) { return f == F32 ? 8u : (f == F16 || f == BF16) ? 4u : f == Q8_0 ? 2u : 1u; }
uint quantPieces(uint f) { return quantParts(f) * partPieces(f); } // of four rows' block
uint planePieces(uint f) { return hasOnePlane(f) ? 1u : f == Q6_K ? 2u : 0u; }
// Blocks that share one d among SINGLES.
uint sharingBlocks(uint f) { return f == TQ2_0 ? 8u : f == Q1_0 ? 4u : f == Q2_0 ? 2u : 1u; }
uint scalePieces(uint f, uint blocks) {
    if (isOneOf(f, SINGLES)) return ((blocks + sharingBlocks(f) - 1u) / sharingBlocks(f) + 1u) / 2u;
    if (isOneOf(f, PAIRS)) return blocks;
    if (isOneOf(f, SUPER_TWO)) return (blocks / 8u + 1u) / 2u + blocks / 2u;
    if (isOneOf(f, SUPER_ONE)) return (blocks / 8u + 1u) / 2u + blocks / 4u;
    if (f == MXFP4) return (blocks + 3u) / 4u;
    if (f == NVFP4) return 1u + blocks / 2u;
    return isFloat(f) ? 0u : blocks / 8u + blocks / 2u;
}

// A matrix: its format, the piece where it begins, blocks of a row, groups of rows.
struct Matrix { uint format; uint at; uint blocks; uint groups; };
#ifdef LOAD_TEXELS
const uint TOGETHER = 8u; // groups that lie side by side
#else
const uint TOGETHER = 1u;
#endif
uint paddedGroups(Matrix w) { return (w.groups + TOGETHER - 1u) / TOGETHER * TOGETHER; }
// Where item n of a group lies, each group having `count`.
uint placeOf(uint group, uint n, uint count) {
    return (group / TOGETHER * count + n) * TOGETHER + group % TOGETHER;
}
uint planesAt(Matrix w, uint group, uint block) {
    return w.at + paddedGroups(w) * w.blocks * quantPieces(w.format) +
           placeOf(group, block, w.blocks) * planePieces(w.format);
}
uint scaleAt(Matrix w, uint group, uint piece) {
    return w.at + paddedGroups(w) * w.blocks * (quantPieces(w.format) + planePieces(w.format)) +
           placeOf(group, piece, scalePieces(w.format, w.blocks));
}
// The piece with weights 4i to 4i+3 of row j (0 to 3) of the group.
uvec4 loadQuants(Matrix w, uint group, uint block, uint j, uint i) {
    const uint f = w.format;
    const uint parts = quantParts(f);
    if (parts == 0u) return uvec4(0u);
    const uint part = parts == 2u ? j >> 1 : j;
    const uvec4 piece = loadWeights(w.at + placeOf(group, block * parts + part, w.blocks * parts) * partPieces(f) +
                                    i * partPieces(f) / 8u);
    return parts == 2u && (j & 1u) == 1u ? piece.zwxy : piece;
}
// The same where rows are taken in order; before: of the row before, which may share its piece.
uvec4 nextQuants(Matrix w, uint group, uint block, uint j, uint i, uvec4 before) {
    if (quantParts(w.format) == 2u && (j & 1u) == 1u) return before.zwxy;
    return loadQuants(w, group, block, j, i);
}
// True where weights 4i to 4i+3 begin a new piece.
bool beginsPiece(uint f, uint i) { return (i * partPieces(f)) % 8u == 0u; }

// Scales and offsets of the four rows; a second pair for the upper 16 weights where hasTwoScales().
struct Scales { vec4 d; vec4 m; vec4 dUpper; vec4 mUpper; };

vec4 lowHalves(uvec4 w) {
    return vec4(unpackHalf2x16(w.x).x, unpackHalf2x16(w.y).x, unpackHalf2x16(w.z).x, unpackHalf2x16(w.w).x);
}
vec4 highHalves(uvec4 w) { return lowHalves(w >> 16); }
vec4 signedByte(uvec4 w, uint n) { return vec4((ivec4(w) << int(24u - 8u * n)) >> 24); }
vec4 byteOf(uvec4 w, uint n) { return vec4(ivec4((w >> (8u * n)) & 255u)); }

// The f16 of the super-block of eight, where two share a word.
vec4 loadSuper(Matrix w, uint group, uint block) {
    return lowHalves(loadWeights(scaleAt(w, group, block / 16u)) >> (((block / 8u) & 1u) * 16u));
}
uint afterSupers(Matrix w) { return (w.blocks / 8u + 1u) / 2u; }

void loadSingle(Matrix w, uint group, uint block, inout Scales s) {
    const uint n = block / sharingBlocks(w.format);
    s.d = lowHalves(loadWeights(scaleAt(w, group, n / 2u)) >> ((n & 1u) * 16u));
    if (hasOffset(w.format)) s.m = s.d * (w.format == Q4_0 ? -8.0 : w.format == Q5_0 ? -16.0 : -1.0);
}

void loadSuperTwo(Matrix w, uint group, uint block, inout Scales s) {
    const uint f = w.format;
    uvec4 pair = loadWeights(scaleAt(w, group, afterSupers(w) + block / 2u)) >> ((block & 1u) * 16u);
    if (f == IQ1_M) pair &= 0x0f0fu; // above them: which way the weights are shifted
    const vec4 d = loadSuper(w, group, block) * (f == IQ2_S ? 0.125 : f == IQ1_M ? 0.25 : 1.0);
    s.d = d * signedByte(pair, 0u);
    s.dUpper = d * signedByte(pair, 1u);
    const float offset = f == Q6_K ? -32.0 : f == Q3_K ? -4.0 : f == IQ1_M ? -4.5 : 0.0;
    s.m = s.d * offset;
    s.mUpper = s.dUpper * offset;
}

void loadSuperOne(Matrix w, uint group, uint block, inout Scales s) {
    const uint f = w.format;
    const uvec4 four = loadWeights(scaleAt(w, group, afterSupers(w) + block / 4u)) >> ((block & 3u) * 8u);
    const vec4 d = loadSuper(w, group, block) * (f == IQ3_XXS ? 0.25 : f == IQ2_XXS ? 0.125 : 1.0);
    const vec4 scale = signedByte(four, 0u);
    s.d = d * scale;
    if (f == IQ1_S) { // the sign says which way the block is shifted
        s.d = d * abs(scale);
        s.m = d * scale * 0.125 - s.d;
    }
}

void loadSuperMin(Matrix w, uint group, uint block, inout Scales s) {
    const uvec4 super = loadWeights(scaleAt(w, group, block / 8u));
    const uvec4 pair = loadWeights(scaleAt(w, group, w.blocks / 8u + block / 2u)) >> ((block & 1u) * 16u);
    if (w.format == Q2_K) {
        s.d = lowHalves(super) * vec4(ivec4(pair & 15u));
        s.m = -highHalves(super) * vec4(ivec4((pair >> 4) & 15u));
        s.dUpper = lowHalves(super) * vec4(ivec4((pair >> 8) & 15u));
        s.mUpper = -highHalves(super) * vec4(ivec4((pair >> 12) & 15u));
    } else {
        s.d = lowHalves(super) * byteOf(pair, 0u);
        s.m = -highHalves(super) * byteOf(pair, 1u);
    }
}

// Powers of two, or floats of eight bits; q is twice what the format's own numbers are.
void loadSmallFloats(Matrix w, uint group, uint block, inout Scales s) {
    if (w.format == MXFP4) { // 2^(e - 128); as zero where that is too small for a normal number
        const uvec4 e = (loadWeights(scaleAt(w, group, block / 4u)) >> ((block & 3u) * 8u)) & 255u;
        s.d = uintBitsToFloat((max(e, uvec4(1u)) - 1u) << 23);
    } else { // the exponent of an f16 is biased by eight more
        const vec4 whole = uintBitsToFloat(loadWeights(scaleAt(w, group, 0u))) * 128.0;
        const uvec4 pair = loadWeights(scaleAt(w, group, 1u + block / 2u)) >> ((block & 1u) * 16u);
        s.d = whole * lowHalves((pair & 255u) << 7);
        s.dUpper = whole * lowHalves(((pair >> 8) & 255u) << 7);
    }
}

Scales loadScales(Matrix w, uint group, uint block) {
    Scales s = Scales(vec4(1.0), vec4(0.0), vec4(1.0), vec4(0.0));
    WHERE(w.format, SINGLES) loadSingle(w, group, block, s);
    WHERE(w.format, PAIRS) {
        const uvec4 pair = loadWeights(scaleAt(w, group, block));
        s.d = lowHalves(pair);
        s.m = highHalves(pair);
    }
    WHERE(w.format, SUPER_MIN) loadSuperMin(w, group, block, s);
    WHERE(w.format, SUPER_TWO) loadSuperTwo(w, group, block, s);
    WHERE(w.format, SUPER_ONE) loadSuperOne(w, group, block, s);
    WHERE(w.format, SMALL_FLOATS) loadSmallFloats(w, group, block, s);
    if (!hasTwoScales(w.format)) {
        s.dUpper = s.d;
        s.mUpper = s.m;
    }
    return s;
}

// The bits above those of the quants, of the four rows of a group: (x: rows 0 to 3), or two words a row.
struct Planes { uvec4 first; uvec4 second; };
Planes loadPlanes(Matrix w, uint group, uint block) {
    Planes planes = Planes(uvec4(0u), uvec4(0u));
    if (planePieces(w.format) > 0u) planes.first = loadWeights(planesAt(w, group, block));
    if (planePieces(w.format) > 1u) planes.second = loadWeights(planesAt(w, group, block) + 1u);
    WHERE(w.format, 1u << IQ1_M) // beside the scales
        planes.first = loadWeights(scaleAt(w, group, afterSupers(w) + block / 2u)) >> ((block & 1u) * 16u);
    return planes;
}
// The two words of row j (0 to 3).
uvec2 rowPlane(uint f, Planes planes, uint j) {
    if (f != Q6_K) return uvec2(planes.first[j], 0u);
    return j == 0u ? planes.first.xy : j == 1u ? planes.first.zw : j == 2u ? planes.second.xy : planes.second.zw;
}

#include "format_values.glsl"
