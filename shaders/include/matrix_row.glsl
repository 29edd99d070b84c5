// product() for one column: lanes of a subgroup stride over the blocks of four rows. Any subgroup size works.
#define COLUMNS 1u

// The groups of workgroup `tile` that this subgroup takes.
#define FOR_EACH_GROUP(tile, group, groups)                                                                  \
    for (uint n_ = gl_SubgroupID, group = (tile)*GROUPS + n_; n_ < GROUPS && group < (groups);               \
         n_ += gl_NumSubgroups, group += gl_NumSubgroups)
uint firstColumn() { return 0u; }
bool storesResult() { return subgroupElect(); }

void productOf(const Matrix w, uint group, uint at, uint stride, uint column, inout vec4 sums[COLUMNS]) {
    vec4 sum = vec4(0.0);
    for (uint block = gl_SubgroupInvocationID; block < w.blocks; block += gl_SubgroupSize) {
        vec4 x[8];
        [[unroll]] for (uint i = 0u; i < 8u; ++i) x[i] = loadScratch(at + block * 8u + i);
        vec4 total = vec4(0.0);
        vec4 totalUpper = vec4(0.0);
        if (!isFloat(w.format) && w.format != Q8_0) {
            total = (x[0] + x[1]) + (x[2] + x[3]);
            totalUpper = (x[4] + x[5]) + (x[6] + x[7]);
        }
        const float plain = (total.x + total.y) + (total.z + total.w);
        const float upper = (totalUpper.x + totalUpper.y) + (totalUpper.z + totalUpper.w);
        const Scales s = loadScales(w, group, block);
        const Planes planes = loadPlanes(w, group, block);
        [[unroll]] for (uint j = 0u; j < 4u; ++j) {
            const uint quants = quantsAt(w, group * 4u + j, block);
            const uvec2 plane = rowPlane(w.format, planes, j);
            uvec4 piece;
            float low = 0.0;
            float high = 0.0;
            [[unroll]] for (uint i = 0u; i < 8u; ++i) {
                if (beginsPiece(w.format, i)) piece = loadWeights(quants + pieceOf(w.format, i));
                const vec4 q = quantsOf(w.format, piece, plane, i);
                if (i < 4u) low = dot4(q, x[i], low);
                else high = dot4(q, x[i], high);
            }
            if (isFloat(w.format)) sum[j] += low + high;
            else if (w.format == Q8_0) sum[j] += s.d[j] * (low + high);
            else if (w.format == Q6_K)
                sum[j] += (s.d[j] * low + s.m[j] * plain) + (s.dUpper[j] * high + s.mUpper[j] * upper);
            else sum[j] += s.d[j] * (low + high) + s.m[j] * (plain + upper);
        }
    }
    sums[0] = vec4(subgroupAdd(sum.x), subgroupAdd(sum.y), subgroupAdd(sum.z), subgroupAdd(sum.w));
}
