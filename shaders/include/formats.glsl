// Reads weights from the device layout (engine/plan/device_layout.h describes it): w = d * q + m.
//
// "Block": 32 weights of a row; "group": four rows. Scales come for the four rows of a group at once. The
// format is a specialization constant, so that a pipeline holds the code of its own formats only.
const uint F32 = 0u, F16 = 1u, BF16 = 2u, Q4_0 = 3u, Q4_1 = 4u, Q5_0 = 5u, Q5_1 = 6u, Q8_0 = 7u, Q4_K = 8u,
           Q5_K = 9u, Q6_K = 10u;
#define FORMATS 11u

bool isFloat(uint f) { return f <= BF16; }
bool hasSingleScale(uint f) { return f == Q4_0 || f == Q5_0 || f == Q8_0; }
bool hasPairScale(uint f) { return f == Q4_1 || f == Q5_1; }
bool hasOnePlane(uint f) { return f == Q5_0 || f == Q5_1 || f == Q5_K; }
uint quantPieces(uint f) { return f == F32 ? 8u : (f == F16 || f == BF16) ? 4u : f == Q8_0 ? 2u : 1u; }
uint planePieces(uint f) { return hasOnePlane(f) ? 1u : f == Q6_K ? 2u : 0u; }
uint scalePieces(uint f, uint blocks) {
    if (hasSingleScale(f)) return (blocks + 1u) / 2u;
    if (hasPairScale(f)) return blocks;
    if (f == Q6_K) return (blocks / 8u + 1u) / 2u + blocks / 2u;
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
uint quantsAt(Matrix w, uint row, uint block) {
    return w.at + placeOf(row / 4u, block * 4u + (row & 3u), w.blocks * 4u) * quantPieces(w.format);
}
uint planesAt(Matrix w, uint group, uint block) {
    return w.at + paddedGroups(w) * 4u * w.blocks * quantPieces(w.format) +
           placeOf(group, block, w.blocks) * planePieces(w.format);
}
uint scaleAt(Matrix w, uint group, uint piece) {
    return w.at + paddedGroups(w) * w.blocks * (4u * quantPieces(w.format) + planePieces(w.format)) +
           placeOf(group, piece, scalePieces(w.format, w.blocks));
}

// Scales and offsets of the four rows; a second pair for the upper 16 weights where Q6_K needs it.
struct Scales { vec4 d; vec4 m; vec4 dUpper; vec4 mUpper; };

vec4 lowHalves(uvec4 w) {
    return vec4(unpackHalf2x16(w.x).x, unpackHalf2x16(w.y).x, unpackHalf2x16(w.z).x, unpackHalf2x16(w.w).x);
}
vec4 highHalves(uvec4 w) { return lowHalves(w >> 16); }

Scales loadScales(Matrix w, uint group, uint block) {
    Scales s = Scales(vec4(1.0), vec4(0.0), vec4(1.0), vec4(0.0));
    if (isFloat(w.format)) return s;
    const uint shift = (block & 1u) * 16u;
    if (hasSingleScale(w.format)) {
        s.d = lowHalves(loadWeights(scaleAt(w, group, block / 2u)) >> shift);
        if (w.format != Q8_0) s.m = s.d * (w.format == Q4_0 ? -8.0 : -16.0);
    } else if (hasPairScale(w.format)) {
        const uvec4 pair = loadWeights(scaleAt(w, group, block));
        s.d = lowHalves(pair);
        s.m = highHalves(pair);
    } else if (w.format == Q6_K) {
        const vec4 d = lowHalves(loadWeights(scaleAt(w, group, block / 16u)) >> (((block / 8u) & 1u) * 16u));
        const ivec4 sc = ivec4(loadWeights(scaleAt(w, group, (w.blocks / 8u + 1u) / 2u + block / 2u)) >> shift);
        s.d = d * vec4((sc << 24) >> 24);
        s.dUpper = d * vec4((sc << 16) >> 24);
        s.m = s.d * -32.0;
        s.mUpper = s.dUpper * -32.0;
    } else {
        const uvec4 super = loadWeights(scaleAt(w, group, block / 8u));
        const ivec4 pair = ivec4(loadWeights(scaleAt(w, group, w.blocks / 8u + block / 2u)) >> shift);
        s.d = lowHalves(super) * vec4(pair & 255);
        s.m = -highHalves(super) * vec4((pair >> 8) & 255);
    }
    if (w.format != Q6_K) {
        s.dUpper = s.d;
        s.mUpper = s.m;
    }
    return s;
}

// The bits above the nibble, of the four rows of a group: (x: rows 0 to 3), or two words a row.
struct Planes { uvec4 first; uvec4 second; };
Planes loadPlanes(Matrix w, uint group, uint block) {
    Planes planes = Planes(uvec4(0u), uvec4(0u));
    if (planePieces(w.format) > 0u) planes.first = loadWeights(planesAt(w, group, block));
    if (planePieces(w.format) > 1u) planes.second = loadWeights(planesAt(w, group, block) + 1u);
    return planes;
}
// The two words of row j (0 to 3).
uvec2 rowPlane(uint f, Planes planes, uint j) {
    if (f != Q6_K) return uvec2(planes.first[j], 0u);
    return j == 0u ? planes.first.xy : j == 1u ? planes.first.zw : j == 2u ? planes.second.xy : planes.second.zw;
}

vec4 bytesOf(uint w) { return vec4(ivec4(w & 255u, (w >> 8) & 255u, (w >> 16) & 255u, w >> 24)); }
vec4 signedBytesOf(uint w) {
    const int v = int(w);
    return vec4(ivec4((v << 24) >> 24, (v << 16) >> 24, (v << 8) >> 24, v >> 24));
}

// Weights 4i to 4i+3 of a block as q; piece: the one that holds them; plane: of the row.
vec4 quantsOf(uint f, uvec4 piece, uvec2 plane, uint i) {
    if (f == F32) return uintBitsToFloat(piece);
    if (f == F16 || f == BF16) {
        const uvec2 w = (i & 1u) == 0u ? piece.xy : piece.zw;
        if (f == F16) return vec4(unpackHalf2x16(w.x), unpackHalf2x16(w.y));
        return uintBitsToFloat(uvec4(w.x << 16, w.x & 0xffff0000u, w.y << 16, w.y & 0xffff0000u));
    }
    if (f == Q8_0) return signedBytesOf(piece[i & 3u]);
    const uint word = piece[i >> 1];
    uint q = ((i & 1u) == 0u ? word : word >> 4) & 0x0f0f0f0fu;
    if (hasOnePlane(f)) q |= ((plane.x >> i) & 0x01010101u) << 4;
    if (f == Q6_K) q |= (((i < 4u ? plane.x : plane.y) >> (2u * (i & 3u))) & 0x03030303u) << 4;
    return bytesOf(q);
}
// True where weights 4i to 4i+3 begin a new piece; the pieces before it in the block.
bool beginsPiece(uint f, uint i) { return (i * quantPieces(f)) % 8u == 0u; }
uint pieceOf(uint f, uint i) { return i * quantPieces(f) / 8u; }
