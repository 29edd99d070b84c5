// product() for prompts: an invocation holds four rows times eight columns in registers. No shared memory: on
// software devices that is slower than loading again.
#define COLUMNS 8u

// Invocations beyond the last group compute it once more and store nothing.
#define FOR_EACH_GROUP(tile, group, groups)                                                                  \
    const uint group_ = (tile)*GROUPS + gl_LocalInvocationIndex;                                             \
    const bool stores_ = group_ < (groups);                                                                  \
    for (uint once_ = 0u, group = min(group_, (groups)-1u); once_ < 1u; ++once_)
#define storesResult() stores_
uint firstColumn() { return gl_WorkGroupID.y * COLUMNS; }

void productOf(const Matrix w, uint group, uint at, uint stride, uint column, inout vec4 sums[COLUMNS]) {
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) sums[c] = vec4(0.0);
    const uint x0 = at + column * stride;
    for (uint block = 0u; block < w.blocks; ++block) {
        const Scales s = loadScales(w, group, block);
        const Planes planes = loadPlanes(w, group, block);
        uvec4 piece[4];
        [[unroll]] for (uint i = 0u; i < 8u; ++i) {
            vec4 weight[4];
            [[unroll]] for (uint j = 0u; j < 4u; ++j) {
                if (beginsPiece(w.format, i))
                    piece[j] = loadWeights(quantsAt(w, group * 4u + j, block) + pieceOf(w.format, i));
                weight[j] = quantsOf(w.format, piece[j], rowPlane(w.format, planes, j), i);
                if (!isFloat(w.format))
                    weight[j] = fma(weight[j], vec4(i < 4u ? s.d[j] : s.dUpper[j]),
                                    vec4(i < 4u ? s.m[j] : s.mUpper[j]));
            }
            [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
                const vec4 x = loadScratch(x0 + c * stride + block * 8u + i);
                [[unroll]] for (uint j = 0u; j < 4u; ++j) sums[c][j] = dot4(weight[j], x, sums[c][j]);
            }
        }
    }
}
