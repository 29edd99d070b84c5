// product() for one column on software devices: an invocation takes a group of four rows alone, so that nothing
// is added up across lanes, which costs as much there as a short row's products.
#define COLUMNS 1u

// Invocations beyond the last group compute it once more and store nothing.
#define FOR_EACH_GROUP(tile, group, groups)                                                                  \
    const uint group_ = (tile)*GROUPS + gl_LocalInvocationIndex;                                             \
    const bool stores_ = group_ < (groups);                                                                  \
    for (uint once_ = 0u, group = min(group_, (groups)-1u); once_ < 1u; ++once_)
#define storesResult() stores_
uint firstColumn() { return 0u; }

void productOf(const Matrix w, uint group, uint at, uint stride, uint column, inout vec4 sums[COLUMNS]) {
    vec4 sum = vec4(0.0);
    for (uint block = 0u; block < w.blocks; ++block) sum = addBlock(w, group, block, at, sum);
    sums[0] = sum;
}
