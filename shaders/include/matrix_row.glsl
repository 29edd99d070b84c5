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
    const uint lanes = activeLanes();
    for (uint block = gl_SubgroupInvocationID; block < w.blocks; block += lanes)
        sum = addBlock(w, group, block, at, sum);
    sums[0] = vec4(subgroupAdd(sum.x), subgroupAdd(sum.y), subgroupAdd(sum.z), subgroupAdd(sum.w));
}
