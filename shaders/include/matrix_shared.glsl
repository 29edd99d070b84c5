// product() for many columns on GPUs: a workgroup of 128 computes 64 rows times 8, 16, 32, 48 or 64 columns;
// both operands pass through shared memory, one block of 32 weights at a time. An invocation holds four rows
// times an eighth of the columns.
#define OWN_NORM_SCALES
#define TILE_GROUPS 16u
#define TILE_COLUMNS (8u * COLUMNS)

shared vec4 sharedWeights[8u * 4u * TILE_GROUPS]; // [weights 4i to 4i+3][row of its group][group]
shared vec4 sharedColumns[8u * TILE_COLUMNS];     // [values 4i to 4i+3][column]
shared float sharedSquares[2u * TILE_COLUMNS];

// Invocations beyond the last group help to fill shared memory and store nothing.
#define FOR_EACH_GROUP(tile, group, groups)                                                                  \
    const uint group_ = (tile)*TILE_GROUPS + gl_LocalInvocationIndex % TILE_GROUPS;                          \
    const bool stores_ = group_ < (groups);                                                                  \
    for (uint once_ = 0u, group = group_; once_ < 1u; ++once_)
#define storesResult() stores_
uint firstColumn() {
    return gl_WorkGroupID.y * TILE_COLUMNS + gl_LocalInvocationIndex / TILE_GROUPS * COLUMNS;
}

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
    const uint firstShared = gl_LocalInvocationIndex / TILE_GROUPS * COLUMNS;
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

// As in matrix.glsl; two invocations add up one column's squares.
void normScales(uint at, uint pieces, uint column, float width, float epsilon, out float scales[COLUMNS]) {
    const uint line = gl_LocalInvocationIndex / 2u;
    float sum = 0.0;
    for (uint p = gl_LocalInvocationIndex & 1u; line < TILE_COLUMNS && p < pieces; p += 2u) {
        const vec4 part = loadScratch(at + (gl_WorkGroupID.y * TILE_COLUMNS + line) * pieces + p);
        sum += (part.x + part.y) + (part.z + part.w);
    }
    if (line < TILE_COLUMNS) sharedSquares[gl_LocalInvocationIndex] = sum;
    barrier();
    const uint first = gl_LocalInvocationIndex / TILE_GROUPS * COLUMNS;
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
        scales[c] = inversesqrt(
            (sharedSquares[2u * (first + c)] + sharedSquares[2u * (first + c) + 1u]) / width + epsilon);
}
