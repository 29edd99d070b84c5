// x[t] = E[token[t]]: the rows of the embedding, decoded, and what the first norm needs of them.
//
// One invocation for every 32 values. Large embeddings lie in several slices; each dispatch serves the tokens
// of its slice. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint matrix;                                                                                             \
    uint groups; /* of this slice */                                                                         \
    uint firstToken;                                                                                         \
    uint blocks;                                                                                             \
    uint x;                                                                                                  \
    uint xStride;                                                                                            \
    uint normed;                                                                                             \
    uint squares;                                                                                            \
    uint squarePieces;                                                                                       \
    uint norm;                                                                                               \
    uint quants; /* normed once more, for integer kernels */                                                 \
    uint quantStride;                                                                                        \
    uint added; /* in `other`: what adapters add to x */                                                     \
    uint addedStride;
layout(local_size_x_id = 0) in;
layout(constant_id = 2) const uint FORMAT_A = 0u;
#include "loads.glsl"
const uint FORMAT_SET = 1u << FORMAT_A;
#include "formats.glsl"
#include "quants.glsl"

void main() {
    const uint column = gl_GlobalInvocationID.x / push.blocks;
    const uint block = gl_GlobalInvocationID.x % push.blocks;
    if (column >= stepRows()) return;
    const uint token = loadStep(1u + column / 4u)[column & 3u];
    if (token < push.firstToken || token - push.firstToken >= push.groups * 4u) return;
    const uint row = token - push.firstToken;
    const Matrix w = Matrix(FORMAT_A, push.matrix, push.blocks, push.groups);
    const Scales s = loadScales(w, row / 4u, block);
    const Planes planes = loadPlanes(w, row / 4u, block);
    const uint j = row & 3u;
    const uvec2 plane = j == 0u   ? rowPlane(w.format, planes, 0u)
                        : j == 1u ? rowPlane(w.format, planes, 1u)
                        : j == 2u ? rowPlane(w.format, planes, 2u)
                                  : rowPlane(w.format, planes, 3u);
    const uint at = column * push.xStride + block * 8u;
    vec4 squares[2];
    vec4 normed[8];
    uvec4 piece;
    [[unroll]] for (uint i = 0u; i < 8u; ++i) {
        if (beginsPiece(w.format, i)) piece = loadQuants(w, row / 4u, block, j, i);
        vec4 x = quantsOf(w.format, piece, plane, i);
        if (!isFloat(w.format)) x = x * (i < 4u ? s.d[j] : s.dUpper[j]) + (i < 4u ? s.m[j] : s.mUpper[j]);
        if ((WRITES & ADDS_TO_FIRST) != 0u)
            x += uintBitsToFloat(push.other.at[push.added + column * push.addedStride + block * 8u + i]);
        storeScratch(push.x + at + i, x);
        normed[i] = x * loadScratch(push.norm + block * 8u + i);
        if ((WRITES & WRITES_FLOATS) != 0u) storeScratch(push.normed + at + i, normed[i]);
        squares[i / 4u][i & 3u] = dot(x, x);
    }
    const uint squareAt = push.squares + column * push.squarePieces + block * 2u;
    storeScratch(squareAt, squares[0]);
    storeScratch(squareAt + 1u, squares[1]);
    if ((WRITES & WRITES_QUANTS) != 0u)
        storeQuants(push.quants + column * push.quantStride + block * QUANT_PIECES, normed);
}
