// product() for few columns on GPUs: lanes of a subgroup stride over the blocks of four rows and add up what
// they have. Any subgroup size works.
#define TILE_COLUMNS COLUMNS
#ifdef MATRIX_INTEGER
#include "matrix_block_integer.glsl"
#else
#include "matrix_block.glsl"
#endif

// The groups of workgroup `tile` that this subgroup takes.
#define FOR_EACH_GROUP(tile, group, groups)                                                                  \
    for (uint n_ = gl_SubgroupID, group = (tile)*GROUPS + n_; n_ < GROUPS && group < (groups);               \
         n_ += gl_NumSubgroups, group += gl_NumSubgroups)
uint firstColumn() { return gl_WorkGroupID.y * TILE_COLUMNS; }
bool storesResult() { return subgroupElect(); }

void productOf(const Matrix w, uint group, uint at, uint stride, uint column, inout vec4 sums[COLUMNS]) {
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) sums[c] = vec4(0.0);
    const uint lanes = activeLanes();
    for (uint block = gl_SubgroupInvocationID; block < w.blocks; block += lanes)
        addBlock(w, group, block, at + column * stride, stride, sums);
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
        sums[c] = vec4(subgroupAdd(sums[c].x), subgroupAdd(sums[c].y), subgroupAdd(sums[c].z),
                       subgroupAdd(sums[c].w));
}

// GROUPS is a multiple of eight where quants are written: whole blocks of the result meet in shared memory.
shared vec4 sharedResult[GROUPS * COLUMNS];
void keepForQuants(uint tile, uint group, const vec4 values[COLUMNS]) {
    if (subgroupElect())
        [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
            sharedResult[c * GROUPS + group - tile * GROUPS] = values[c];
}
void writeQuants(uint tile, uint groups, uint at, uint stride, uint column, uint columns) {
    barrier();
    const uint blocks = GROUPS / 8u;
    for (uint n = gl_LocalInvocationIndex; n < blocks * COLUMNS; n += gl_WorkGroupSize.x) {
        const uint c = n / blocks;
        const uint block = n % blocks;
        const uint first = tile * GROUPS + block * 8u;
        vec4 x[8];
        [[unroll]] for (uint i = 0u; i < 8u; ++i)
            x[i] = first + i < groups ? sharedResult[c * GROUPS + block * 8u + i] : vec4(0.0);
        if (first < groups && column + c < columns)
            storeQuants(at + (column + c) * stride + first / 8u * QUANT_PIECES, x);
    }
}
