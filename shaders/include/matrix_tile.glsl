// product() on software devices: an invocation takes a group of four rows and all its columns alone, in
// registers. Nothing is added up across lanes, which costs as much there as a short row's products, and nothing
// passes through shared memory, which is slower there than loading again.
#define TILE_COLUMNS COLUMNS
#include "matrix_block.glsl"

// Invocations beyond the last group compute it once more and store nothing.
#define FOR_EACH_GROUP(tile, group, groups)                                                                  \
    const uint group_ = (tile)*GROUPS + gl_LocalInvocationIndex;                                             \
    const bool stores_ = group_ < (groups);                                                                  \
    for (uint once_ = 0u, group = min(group_, (groups)-1u); once_ < 1u; ++once_)
#define storesResult() stores_
uint firstColumn() { return gl_WorkGroupID.y * TILE_COLUMNS; }

void productOf(const Matrix w, uint group, uint at, uint stride, uint column, inout vec4 sums[COLUMNS]) {
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) sums[c] = vec4(0.0);
    for (uint block = 0u; block < w.blocks; ++block)
        addBlock(w, group, block, at + column * stride, stride, sums);
}
