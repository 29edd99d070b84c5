// Decodes one block of a tile's weights into shared memory, beside the block of its activations: the same for
// floats and halves. Whoever includes it says where and as what they are kept: keepWeight(row of the tile, piece,
// values) and keepColumn(column of the tile, piece, values).

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
    const uint x = at + (gl_WorkGroupID.y * TILE_COLUMNS + line) * stride + block * 8u;
    [[unroll]] for (uint n = 0u; n < 4u; ++n) {
        const uint i = half_ * 4u + n;
        const vec4 q = quantsOf(w.format, loadQuants(w, group, block, j, i), plane, i);
        keepWeight(line, i, isFloat(w.format) ? q : fma(q, vec4(d), vec4(m)));
        if (line < TILE_COLUMNS) keepColumn(line, i, loadScratch(x + i));
    }
}
