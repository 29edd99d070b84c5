// The products of one block of 32 weights of four rows with COLUMNS columns, on top of `sums`.

// One column: the sums of x take the offsets m, which costs less than applying them to every weight.
void addColumn(const Matrix w, uint group, uint block, uint at, inout vec4 sums[COLUMNS]) {
    vec4 x[8];
    [[unroll]] for (uint i = 0u; i < 8u; ++i) x[i] = loadScratch(at + block * 8u + i);
    vec4 total = vec4(0.0);
    vec4 totalUpper = vec4(0.0);
    if (hasOffset(w.format)) {
        total = (x[0] + x[1]) + (x[2] + x[3]);
        totalUpper = (x[4] + x[5]) + (x[6] + x[7]);
    }
    const float plain = (total.x + total.y) + (total.z + total.w);
    const float upper = (totalUpper.x + totalUpper.y) + (totalUpper.z + totalUpper.w);
    const Scales s = loadScales(w, group, block);
    const Planes planes = loadPlanes(w, group, block);
    uvec4 piece = uvec4(0u);
    [[unroll]] for (uint j = 0u; j < 4u; ++j) {
        const uvec2 plane = rowPlane(w.format, planes, j);
        float low = 0.0;
        float high = 0.0;
        [[unroll]] for (uint i = 0u; i < 8u; ++i) {
            if (beginsPiece(w.format, i)) piece = nextQuants(w, group, block, j, i, piece);
            const vec4 q = quantsOf(w.format, piece, plane, i);
            if (i < 4u) low = dot4(q, x[i], low);
            else high = dot4(q, x[i], high);
        }
        if (isFloat(w.format)) sums[0][j] += low + high;
        else if (hasTwoScales(w.format)) sums[0][j] += s.d[j] * low + s.dUpper[j] * high;
        else sums[0][j] += s.d[j] * (low + high);
        if (hasOffset(w.format))
            sums[0][j] += hasTwoScales(w.format) ? s.m[j] * plain + s.mUpper[j] * upper : s.m[j] * (plain + upper);
    }
}

// More columns: every weight is decoded once for all of them.
void addColumns(const Matrix w, uint group, uint block, uint at, uint stride, inout vec4 sums[COLUMNS]) {
    const Scales s = loadScales(w, group, block);
    const Planes planes = loadPlanes(w, group, block);
    uvec4 piece[4];
    [[unroll]] for (uint i = 0u; i < 8u; ++i) {
        vec4 weight[4];
        [[unroll]] for (uint j = 0u; j < 4u; ++j) {
            if (beginsPiece(w.format, i))
                piece[j] = nextQuants(w, group, block, j, i, piece[max(j, 1u) - 1u]);
            weight[j] = quantsOf(w.format, piece[j], rowPlane(w.format, planes, j), i);
            if (!isFloat(w.format))
                weight[j] = fma(weight[j], vec4(i < 4u ? s.d[j] : s.dUpper[j]),
                                vec4(i < 4u ? s.m[j] : s.mUpper[j]));
        }
        [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
            const vec4 x = loadScratch(at + c * stride + block * 8u + i);
            [[unroll]] for (uint j = 0u; j < 4u; ++j) sums[c][j] = dot4(weight[j], x, sums[c][j]);
        }
    }
}

void addBlock(const Matrix w, uint group, uint block, uint at, uint stride, inout vec4 sums[COLUMNS]) {
    if (COLUMNS == 1u) addColumn(w, group, block, at, sums);
    else addColumns(w, group, block, at, stride, sums);
}
