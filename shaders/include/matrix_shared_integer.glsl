// matrix_shared.glsl with integers: bytes of weights and activations lie in shared memory as they are, next to
// their scales.
#include "matrix_bytes.glsl"

shared uvec4 sharedWeights[2u * 4u * TILE_GROUPS]; // [half of the block][row of its group][group]
shared vec4 sharedScales[4u * TILE_GROUPS];        // [row of its group][group]: d, m, dUpper, mUpper
shared uvec4 sharedColumns[3u * TILE_COLUMNS];     // [piece of the block][column]

// Two invocations bring one row's block, and two one column's.
void fillShared(const Matrix w, uint firstGroup, uint block, uint at, uint stride) {
    const uint line = gl_LocalInvocationIndex / 2u;
    const uint half_ = gl_LocalInvocationIndex & 1u;
    const uint group = min(firstGroup + line / 4u, w.groups - 1u);
    const uint j = line & 3u;
    const uvec2 plane = rowPlane(w.format, loadPlanes(w, group, block), j);
    uvec4 bytes;
    [[unroll]] for (uint n = 0u; n < 4u; ++n) {
        const uint i = half_ * 4u + n;
        bytes[n] = quantBytes(w.format, loadQuants(w, group, block, j, i), plane, i);
    }
    sharedWeights[(half_ * 4u + j) * TILE_GROUPS + line / 4u] = bytes;
    if (half_ == 0u) {
        const Scales s = loadScales(w, group, block);
        sharedScales[j * TILE_GROUPS + line / 4u] = vec4(s.d[j], s.m[j], s.dUpper[j], s.mUpper[j]);
    }
    if (line >= TILE_COLUMNS) return;
    const uint x = at + (gl_WorkGroupID.y * TILE_COLUMNS + line) * stride + block * QUANT_PIECES;
    sharedColumns[half_ * TILE_COLUMNS + line] = loadScratchBits(x + half_);
    if (half_ == 1u) sharedColumns[2u * TILE_COLUMNS + line] = loadScratchBits(x + 2u);
}

void productOf(const Matrix w, uint group, uint at, uint stride, uint column, inout vec4 sums[COLUMNS]) {
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) sums[c] = vec4(0.0);
    const uint slot = gl_LocalInvocationIndex % TILE_GROUPS;
    for (uint block = 0u; block < w.blocks; ++block) {
        barrier();
        fillShared(w, group - slot, block, at, stride);
        barrier();
        uvec4 weights[8];
        Scales s;
        [[unroll]] for (uint j = 0u; j < 4u; ++j) {
            weights[j] = sharedWeights[j * TILE_GROUPS + slot];
            weights[4u + j] = sharedWeights[(4u + j) * TILE_GROUPS + slot];
            const vec4 scales = sharedScales[j * TILE_GROUPS + slot];
            s.d[j] = scales.x;
            s.m[j] = scales.y;
            s.dUpper[j] = scales.z;
            s.mUpper[j] = scales.w;
        }
        [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
            const uint line = lineOfTile() * COLUMNS + c;
            const uvec4 lower = sharedColumns[line];
            const uvec4 upper = sharedColumns[TILE_COLUMNS + line];
            ivec4 low = ivec4(0);
            ivec4 high = ivec4(0);
            [[unroll]] for (uint i = 0u; i < 4u; ++i)
                [[unroll]] for (uint j = 0u; j < 4u; ++j) {
                    low[j] += signedDot(weights[j][i], lower[i], 0);
                    high[j] += signedDot(weights[4u + j][i], upper[i], 0);
                }
            sums[c] += scaledSum(w.format, s, low, high,
                                 uintBitsToFloat(sharedColumns[2u * TILE_COLUMNS + line]));
        }
    }
}
