// The products of one block of 32 weights of four rows with COLUMNS columns of quantized activations
// (quants.glsl), on top of `sums`: four bytes times four bytes at once. No float formats.
#include "matrix_bytes.glsl"

void addBlock(const Matrix w, uint group, uint block, uint at, uint stride, inout vec4 sums[COLUMNS]) {
    const Scales s = loadScales(w, group, block);
    const Planes planes = loadPlanes(w, group, block);
    uint q[32];
    [[unroll]] for (uint j = 0u; j < 4u; ++j) {
        uvec4 piece;
        [[unroll]] for (uint i = 0u; i < 8u; ++i) {
            if (beginsPiece(w.format, i))
                piece = loadWeights(quantsAt(w, group * 4u + j, block) + pieceOf(w.format, i));
            q[j * 8u + i] = quantBytes(w.format, piece, rowPlane(w.format, planes, j), i);
        }
    }
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
        const uint x = at + c * stride + block * QUANT_PIECES;
        const uvec4 lower = loadScratchBits(x);
        const uvec4 upper = loadScratchBits(x + 1u);
        ivec4 low = ivec4(0);
        ivec4 high = ivec4(0);
        [[unroll]] for (uint i = 0u; i < 4u; ++i)
            [[unroll]] for (uint j = 0u; j < 4u; ++j) {
                low[j] += signedDot(q[j * 8u + i], lower[i], 0);
                high[j] += signedDot(q[j * 8u + i + 4u], upper[i], 0);
            }
        sums[c] += scaledSum(w.format, s, low, high, loadScratch(x + 2u));
    }
}
