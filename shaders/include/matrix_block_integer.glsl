// The products of one block of 32 weights of four rows with COLUMNS columns of quantized activations
// (quants.glsl), on top of `sums`: four bytes times four bytes at once. No float formats.
#include "matrix_bytes.glsl"

// The pieces of a block of quants, those of a column after each other, from piece `at` on.
uvec4 loadQuantPiece(uint piece, uint at, uint stride) {
    return loadScratchBits(at + piece / QUANT_PIECES * stride + piece % QUANT_PIECES);
}
#ifdef MATRIX_TILE
// All lanes take the same block, as in matrix_block_lanes.glsl: each of eight fetches every eighth piece.
#extension GL_KHR_shader_subgroup_shuffle : require
#define OWN_PIECES 3u // for at most eight columns
uvec4 ownPiece(uint n, uint at, uint stride) {
    return loadQuantPiece(min(n * 8u + (gl_SubgroupInvocationID & 7u), QUANT_PIECES * COLUMNS - 1u), at, stride);
}
uvec4 quantPiece(const uvec4 own[OWN_PIECES], uint piece, uint at, uint stride) {
    return subgroupShuffle(own[piece / 8u], piece & 7u);
}
#else
#define OWN_PIECES 1u
uvec4 ownPiece(uint n, uint at, uint stride) { return uvec4(0u); }
uvec4 quantPiece(const uvec4 own[OWN_PIECES], uint piece, uint at, uint stride) {
    return loadQuantPiece(piece, at, stride);
}
#endif

void addBlock(const Matrix w, uint group, uint block, uint at, uint stride, inout vec4 sums[COLUMNS]) {
    const Scales s = loadScales(w, group, block);
    const Planes planes = loadPlanes(w, group, block);
    uvec4 own[OWN_PIECES];
    [[unroll]] for (uint n = 0u; n < OWN_PIECES; ++n)
        if (n * 8u < QUANT_PIECES * COLUMNS) own[n] = ownPiece(n, at + block * QUANT_PIECES, stride);
    uint q[32];
    uvec4 piece = uvec4(0u);
    [[unroll]] for (uint j = 0u; j < 4u; ++j)
        [[unroll]] for (uint i = 0u; i < 8u; ++i) {
            if (beginsPiece(w.format, i)) piece = nextQuants(w, group, block, j, i, piece);
            q[j * 8u + i] = quantBytes(w.format, piece, rowPlane(w.format, planes, j), i);
        }
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
        const uvec4 lower = quantPiece(own, c * QUANT_PIECES, at + block * QUANT_PIECES, stride);
        const uvec4 upper = quantPiece(own, c * QUANT_PIECES + 1u, at + block * QUANT_PIECES, stride);
        const uvec4 ends = quantPiece(own, c * QUANT_PIECES + 2u, at + block * QUANT_PIECES, stride);
        ivec4 low = ivec4(0);
        ivec4 high = ivec4(0);
        [[unroll]] for (uint i = 0u; i < 4u; ++i)
            [[unroll]] for (uint j = 0u; j < 4u; ++j) {
                low[j] += signedDot(q[j * 8u + i], lower[i], 0);
                high[j] += signedDot(q[j * 8u + i + 4u], upper[i], 0);
            }
        sums[c] += scaledSum(w.format, s, low, high, uintBitsToFloat(ends));
    }
}
