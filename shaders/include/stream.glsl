// What a kernel leaves that changes the residual stream by itself: x, and what the next norm needs of it.
//
// One invocation for every 32 values. The kernel's push constants have where x, its rows times the next norm's
// weights, their quants and the sums of squares go.
#include "quants.glsl"

uint streamBlocks() { return push.squarePieces / 2u; } // of 32 values in a row

// x: block `block` of row `column`.
void storeStream(uint column, uint block, const vec4 x[8]) {
    const uint at = column * push.xStride + block * 8u;
    vec4 squares[2];
    vec4 normed[8];
    [[unroll]] for (uint i = 0u; i < 8u; ++i) {
        storeScratch(push.x + at + i, x[i]);
        normed[i] = x[i] * loadScratch(push.norm + block * 8u + i);
        if ((WRITES & WRITES_FLOATS) != 0u) storeScratch(push.normed + at + i, normed[i]);
        squares[i / 4u][i & 3u] = dot(x[i], x[i]);
    }
    const uint squareAt = push.squares + column * push.squarePieces + block * 2u;
    storeScratch(squareAt, squares[0]);
    storeScratch(squareAt + 1u, squares[1]);
    if ((WRITES & WRITES_QUANTS) != 0u)
        storeQuants(push.quants + column * push.quantStride + block * QUANT_PIECES, normed);
}
