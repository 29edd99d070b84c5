// product() on software devices: an invocation takes a group of four rows and all its columns alone, in
// registers. Nothing is added up across lanes, which costs as much there as a short row's products, and nothing
// passes through shared memory, which is slower there than loading again. Subgroups of eight lanes or more.
#extension GL_KHR_shader_subgroup_shuffle : require
#define TILE_COLUMNS COLUMNS
#ifdef MATRIX_INTEGER
#include "matrix_block_integer.glsl"
#else
#include "matrix_block_lanes.glsl"
#endif

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

// Eight neighbouring lanes hold a block of the result: subgroups are eight lanes or more, in order.
vec4 kept[COLUMNS];
void keepForQuants(uint tile, uint group, const vec4 values[COLUMNS]) {
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) kept[c] = values[c];
}
void writeQuants(uint tile, uint groups, uint at, uint stride, uint column, uint columns) {
    const uint group = tile * GROUPS + gl_LocalInvocationIndex;
    const uint slot = group & 7u;
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
        const vec4 x = group < groups ? kept[c] : vec4(0.0);
        float most = largest(x);
        [[unroll]] for (uint n = 1u; n < 8u; n *= 2u) most = max(most, subgroupShuffleXor(most, n));
        const ivec4 q = ivec4(roundEven(x * inverseScale(most)));
        int sum = sumOf(q);
        sum += subgroupShuffleXor(sum, 1u);
        sum += subgroupShuffleXor(sum, 2u);
        const int upper = subgroupShuffleXor(sum, 4u);
        if (group - slot < groups && column + c < columns) {
            const uint block = at + (column + c) * stride + group / 8u * QUANT_PIECES;
            storeScratchValue(block * 4u + slot, uintBitsToFloat(packBytes(q)));
            if (slot == 0u) storeScratch(block + 2u, most / 127.0 * vec4(1.0, sum, upper, sum + upper));
        }
    }
}
