// product() for many columns on GPUs: a workgroup of 128 computes 64 rows times 8, 16, 32, 48 or 64 columns;
// both operands pass through shared memory, one block of 32 weights at a time. An invocation holds four rows
// times an eighth of the columns.
#define OWN_NORM_SCALES
#define TILE_GROUPS 16u
#define TILE_LINES 8u
#define TILE_COLUMNS (TILE_LINES * COLUMNS)

shared float sharedSquares[2u * TILE_COLUMNS];
shared vec4 sharedResult[TILE_GROUPS * TILE_LINES];

// Invocations beyond the last group help to fill shared memory and store nothing.
#define FOR_EACH_GROUP(tile, group, groups)                                                                  \
    const uint group_ = (tile)*TILE_GROUPS + gl_LocalInvocationIndex % TILE_GROUPS;                          \
    const bool stores_ = group_ < (groups);                                                                  \
    for (uint once_ = 0u, group = group_; once_ < 1u; ++once_)
#define storesResult() stores_
uint lineOfTile() { return gl_LocalInvocationIndex / TILE_GROUPS; }
uint firstColumn() { return gl_WorkGroupID.y * TILE_COLUMNS + lineOfTile() * COLUMNS; }

#ifdef MATRIX_INTEGER
#include "matrix_shared_integer.glsl"
#elif defined(MATRIX_HALF)
#include "matrix_shared_half.glsl"
#else
#include "matrix_shared_float.glsl"
#endif

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
    const uint first = lineOfTile() * COLUMNS;
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
        scales[c] = inversesqrt(
            (sharedSquares[2u * (first + c)] + sharedSquares[2u * (first + c) + 1u]) / width + epsilon);
}

// The tile's result passes through shared memory, one column of each line at a time.
vec4 kept[COLUMNS];
void keepForQuants(uint tile, uint group, const vec4 values[COLUMNS]) {
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) kept[c] = values[c];
}
void writeQuants(uint tile, uint groups, uint at, uint stride, uint column, uint columns) {
    const uint slot = gl_LocalInvocationIndex % TILE_GROUPS;
    const uint line = gl_LocalInvocationIndex % TILE_LINES; // whose column this invocation quantizes
    const uint block = gl_LocalInvocationIndex / TILE_LINES;
    const uint first = tile * TILE_GROUPS + block * 8u;
    const uint firstOfLine = gl_WorkGroupID.y * TILE_COLUMNS + line * COLUMNS;
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
        barrier();
        sharedResult[slot * TILE_LINES + lineOfTile()] =
            tile * TILE_GROUPS + slot < groups ? kept[c] : vec4(0.0);
        barrier();
        if (block < TILE_GROUPS / 8u && first < groups && firstOfLine + c < columns) {
            vec4 x[8];
            [[unroll]] for (uint i = 0u; i < 8u; ++i) x[i] = sharedResult[(block * 8u + i) * TILE_LINES + line];
            storeQuants(at + (firstOfLine + c) * stride + first / 8u * QUANT_PIECES, x);
        }
    }
}
