// The products of one block of four rows with one column, on top of `sum`.
vec4 addBlock(const Matrix w, uint group, uint block, uint at, vec4 sum) {
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
    return sum;
}
