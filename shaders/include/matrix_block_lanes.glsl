// The products of one block of 32 weights of four rows with COLUMNS columns, on top of `sums`, where every lane
// of a subgroup has four rows of its own and all take the same block.
//
// Activations are then the same for all lanes: eight lanes fetch a piece each, and hand it round. On software
// devices a fetch costs some sixty instructions, a shuffle with a constant lane costs one. Subgroups of eight
// lanes or more, all of them active.
#extension GL_KHR_shader_subgroup_shuffle : require

uint pieceOfLane() { return gl_SubgroupInvocationID & 7u; }

// Nibbles without planes are taken where they stand in their word, each so many times too large: x makes up
// for it, which is exact, for these are powers of two.
bool staysInPlace(uint f) { return f == Q4_0 || f == Q4_1 || f == Q4_K; }
vec4 quantsInPlace(uvec4 piece, uint i) {
    const uint w = piece[i >> 1];
    if ((i & 1u) == 0u) return vec4(ivec4(w & 0x0fu, w & 0x0f00u, w & 0x0f0000u, w & 0x0f000000u));
    return vec4(ivec4(w & 0xf0u, w & 0xf000u, w & 0xf00000u, w >> 28)); // the last would be negative
}
vec4 placeScales(uint i) {
    const vec4 low = vec4(1.0, 1.0 / 256.0, 1.0 / 65536.0, 1.0 / 16777216.0);
    return (i & 1u) == 0u ? low : vec4(low.xyz / 16.0, 1.0);
}

// One column: the sums of x take the offsets m, which costs less than applying them to every weight.
void addColumn(const Matrix w, uint group, uint block, uint at, inout vec4 sums[COLUMNS]) {
    vec4 own = loadScratch(at + block * 8u + pieceOfLane());
    float plain = 0.0;
    float upper = 0.0;
    if (hasOffset(w.format)) {
        float four = (own.x + own.y) + (own.z + own.w);
        four += subgroupShuffleXor(four, 1u);
        four += subgroupShuffleXor(four, 2u);
        plain = subgroupShuffle(four, 0u);
        upper = subgroupShuffle(four, 4u);
    }
    if (staysInPlace(w.format)) own *= placeScales(pieceOfLane());
    const Scales s = loadScales(w, group, block);
    const Planes planes = loadPlanes(w, group, block);
    uvec4 pieces[4];
    vec4 low = vec4(0.0);
    vec4 high = vec4(0.0);
    [[unroll]] for (uint i = 0u; i < 8u; ++i) {
        const vec4 x = subgroupShuffle(own, i);
        [[unroll]] for (uint j = 0u; j < 4u; ++j) {
            if (beginsPiece(w.format, i))
                pieces[j] = nextQuants(w, group, block, j, i, pieces[max(j, 1u) - 1u]);
            const vec4 q = staysInPlace(w.format)
                               ? quantsInPlace(pieces[j], i)
                               : quantsOf(w.format, pieces[j], rowPlane(w.format, planes, j), i);
            if (i < 4u) low[j] = dot4(q, x, low[j]);
            else high[j] = dot4(q, x, high[j]);
        }
    }
    if (isFloat(w.format)) sums[0] += low + high;
    else if (hasTwoScales(w.format)) sums[0] += s.d * low + s.dUpper * high;
    else sums[0] += s.d * (low + high);
    if (hasOffset(w.format))
        sums[0] += hasTwoScales(w.format) ? s.m * plain + s.mUpper * upper : s.m * (plain + upper);
}

// More columns: every weight is decoded once for all of them.
void addColumns(const Matrix w, uint group, uint block, uint at, uint stride, inout vec4 sums[COLUMNS]) {
    const Scales s = loadScales(w, group, block);
    const Planes planes = loadPlanes(w, group, block);
    vec4 own[COLUMNS];
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
        own[c] = loadScratch(at + c * stride + block * 8u + pieceOfLane());
    uvec4 pieces[4];
    [[unroll]] for (uint i = 0u; i < 8u; ++i) {
        vec4 weight[4];
        [[unroll]] for (uint j = 0u; j < 4u; ++j) {
            if (beginsPiece(w.format, i))
                pieces[j] = nextQuants(w, group, block, j, i, pieces[max(j, 1u) - 1u]);
            weight[j] = quantsOf(w.format, pieces[j], rowPlane(w.format, planes, j), i);
            if (!isFloat(w.format))
                weight[j] = fma(weight[j], vec4(i < 4u ? s.d[j] : s.dUpper[j]),
                                vec4(i < 4u ? s.m[j] : s.mUpper[j]));
        }
        [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
            const vec4 x = subgroupShuffle(own[c], i);
            [[unroll]] for (uint j = 0u; j < 4u; ++j) sums[c][j] = dot4(weight[j], x, sums[c][j]);
        }
    }
}

void addBlock(const Matrix w, uint group, uint block, uint at, uint stride, inout vec4 sums[COLUMNS]) {
    if (COLUMNS == 1u) addColumn(w, group, block, at, sums);
    else addColumns(w, group, block, at, stride, sums);
}
