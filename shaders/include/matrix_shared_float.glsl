// matrix_shared.glsl with floats: weights are decoded on their way into shared memory.
shared vec4 sharedWeights[8u * 4u * TILE_GROUPS]; // [weights 4i to 4i+3][row of its group][group]
shared vec4 sharedColumns[8u * TILE_COLUMNS];     // [values 4i to 4i+3][column]

void keepWeight(uint row, uint i, vec4 v) { sharedWeights[(i * 4u + (row & 3u)) * TILE_GROUPS + row / 4u] = v; }
void keepColumn(uint column, uint i, vec4 v) { sharedColumns[i * TILE_COLUMNS + column] = v; }
#include "matrix_shared_fill.glsl"

void productOf(const Matrix w, uint group, uint at, uint stride, uint column, inout vec4 sums[COLUMNS]) {
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) sums[c] = vec4(0.0);
    const uint slot = gl_LocalInvocationIndex % TILE_GROUPS;
    const uint firstShared = lineOfTile() * COLUMNS;
    for (uint block = 0u; block < w.blocks; ++block) {
        barrier();
        fillShared(w, group - slot, block, at, stride);
        barrier();
        for (uint i = 0u; i < 8u; ++i) {
            vec4 weight[4];
            [[unroll]] for (uint j = 0u; j < 4u; ++j)
                weight[j] = sharedWeights[(i * 4u + j) * TILE_GROUPS + slot];
            [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
                const vec4 x = sharedColumns[i * TILE_COLUMNS + firstShared + c];
                [[unroll]] for (uint j = 0u; j < 4u; ++j) sums[c][j] = dot4(weight[j], x, sums[c][j]);
            }
        }
    }
}
