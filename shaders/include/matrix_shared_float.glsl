// matrix_shared.glsl with floats: weights are decoded on their way into shared memory.
shared vec4 sharedWeights[8u * 4u * TILE_GROUPS]; // [weights 4i to 4i+3][row of its group][group]
shared vec4 sharedColumns[8u * TILE_COLUMNS];     // [values 4i to 4i+3][column]

// Two invocations bring one row's block, and two one column's.
void fillShared(const Matrix w, uint firstGroup, uint block, uint at, uint stride) {
    const uint line = gl_LocalInvocationIndex / 2u;
    const uint half_ = gl_LocalInvocationIndex & 1u;
    const uint group = min(firstGroup + line / 4u, w.groups - 1u);
    const uint j = line & 3u;
    const Scales s = loadScales(w, group, block);
    const uvec2 plane = rowPlane(w.format, loadPlanes(w, group, block), j);
    const float d = half_ == 0u ? s.d[j] : s.dUpper[j];
    const float m = half_ == 0u ? s.m[j] : s.mUpper[j];
    const uint quants = quantsAt(w, group * 4u + j, block);
    const uint x = at + (gl_WorkGroupID.y * TILE_COLUMNS + line) * stride + block * 8u;
    [[unroll]] for (uint n = 0u; n < 4u; ++n) {
        const uint i = half_ * 4u + n;
        const vec4 q = quantsOf(w.format, loadWeights(quants + pieceOf(w.format, i)), plane, i);
        sharedWeights[(i * 4u + j) * TILE_GROUPS + line / 4u] =
            isFloat(w.format) ? q : fma(q, vec4(d), vec4(m));
        if (line < TILE_COLUMNS) sharedColumns[i * TILE_COLUMNS + line] = loadScratch(x + i);
    }
}

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
