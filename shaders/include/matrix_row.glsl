// product() for few columns on GPUs: lanes of a subgroup stride over the blocks of four rows and add up what
// they have. Any subgroup size works.
#define TILE_COLUMNS COLUMNS
#include "matrix_block.glsl"

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
