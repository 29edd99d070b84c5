// What all kernels of attention share: which rows and slots a workgroup takes, and where its sums go.
//
// A row is a token and one of the query heads that share a key head. A tile is up to QUERIES rows; workgroup
// (tile, key head, part of the positions). RANGE_CAUSAL: a row sees the positions up to its own, position is
// slot. With a window it sees the last of them only, and a tile begins with the first that one of its rows
// sees. Branches (backend.h) take two dispatches: RANGE_SHARED, the slots that all rows see, and RANGE_OWN, the
// slots of the row's own branch, where a tile keeps to one token.
#define PUSH_FIELDS                                                                                          \
    uint query;                                                                                              \
    uint queryStride;                                                                                        \
    uint heads, kvHeads;                                                                                     \
    uint headSize; /* with its padding */                                                                    \
    uint cacheAt;                                                                                            \
    uint capacity;                                                                                           \
    uint result;                                                                                             \
    uint resultStride;                                                                                       \
    uint parts;     /* piece of the parts' sums: [column][head][part][SUM_SIZE / 4 + 1] */                   \
    uint partCount; /* of all dispatches */                                                                  \
    uint firstPart; /* of this one */                                                                        \
    uint range;                                                                                              \
    uint branches; /* piece of the rows' branches in step */                                                 \
    uint resultSize; /* of a head, without the padding */                                                   \
    uint window;     /* positions that a row sees; 0: all up to its own */                                   \
    uint gates;      /* of the results (result_gate.glsl) */                                              \
    uint gateStride;                                                                                         \
    uint gateHead; /* pieces from one head's to the next; 0: there are none */
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#extension GL_KHR_shader_subgroup_shuffle : require
layout(local_size_x_id = 0) in;
layout(constant_id = 7) const uint QUERIES = 1u;
#include "loads.glsl"
#include "cache.glsl"
#include "result_gate.glsl"
#ifndef SUM_SIZE
#define SUM_SIZE push.headSize // values of a head's sums
#endif
const uint RANGE_CAUSAL = 0u, RANGE_SHARED = 1u, RANGE_OWN = 2u;

const float LOWEST = -3.0e38; // stands for minus infinity, which drivers need not keep

struct Tile {
    uint firstRow, endRow;
    uint begin, end; // positions of this part, counted from firstSlot
    uint firstSlot;
};

uint groupSize() { return push.heads / push.kvHeads; }
uint columnOf(Tile tile, uint r) { return min(tile.firstRow + r, tile.endRow - 1u) / groupSize(); }
uint headOf(Tile tile, uint r) {
    return gl_WorkGroupID.y * groupSize() + min(tile.firstRow + r, tile.endRow - 1u) % groupSize();
}

// Positions that row r of the tile sees; none where the tile has no such row.
uint limitOf(Tile tile, uint r) {
    if (tile.firstRow + r >= tile.endRow) return 0u;
    if (push.range == RANGE_SHARED) return stepShared();
    if (push.range == RANGE_OWN) return stepFirstPosition() - stepShared() + 1u;
    return stepFirstPosition() + columnOf(tile, r) + 1u;
}

// The first of them.
uint beginOf(Tile tile, uint r) {
    if (push.window == 0u) return 0u;
    const uint end = stepFirstPosition() + (push.range == RANGE_CAUSAL ? columnOf(tile, r) : 0u) + 1u;
    const uint before = push.window + (push.range == RANGE_OWN ? stepShared() : 0u);
    return end > before ? end - before : 0u;
}

Tile tileOfWorkgroup() {
    Tile tile;
    tile.firstRow = gl_WorkGroupID.x * QUERIES;
    tile.endRow = stepRows() * groupSize();
    tile.firstSlot = 0u;
    uint length = stepFirstPosition() + stepRows();
    if (push.range == RANGE_SHARED) length = stepShared();
    if (push.range == RANGE_OWN) {
        const uint tiles = (groupSize() + QUERIES - 1u) / QUERIES;
        const uint column = gl_WorkGroupID.x / tiles;
        tile.firstRow = column * groupSize() + gl_WorkGroupID.x % tiles * QUERIES;
        tile.endRow = (column + 1u) * groupSize();
        tile.firstSlot = stepShared() + stepBranch(push.branches, column) * stepBranchLength();
        length = stepFirstPosition() - stepShared() + 1u;
    }
    const uint begin = min(beginOf(tile, 0u), length);
    const uint partLength = (length - begin + gl_NumWorkGroups.z - 1u) / gl_NumWorkGroups.z;
    tile.begin = begin + gl_WorkGroupID.z * partLength;
    tile.end = min(tile.begin + partLength, limitOf(tile, min(QUERIES, tile.endRow - tile.firstRow) - 1u));
    return tile;
}

uint queryAt(Tile tile, uint r, uint eight) {
    return push.query + columnOf(tile, r) * push.queryStride + (headOf(tile, r) * (push.headSize / 8u) + eight) * 2u;
}
// Row of the cache that holds a position's key; the value lies valueRows() further.
uint keyRow(Tile tile, uint position) {
    return gl_WorkGroupID.y * push.capacity + tile.firstSlot + position;
}
uint valueRows() { return push.kvHeads * push.capacity; }

// Where the sums of row r go, in pieces: the result itself where there is one part only.
uint sumsAt(Tile tile, uint r) {
    if (push.partCount == 1u)
        return push.result + columnOf(tile, r) * push.resultStride + headOf(tile, r) * (push.resultSize / 4u);
    const uint part = push.firstPart + gl_WorkGroupID.z;
    return push.parts + ((columnOf(tile, r) * push.heads + headOf(tile, r)) * push.partCount + part) *
                            (SUM_SIZE / 4u + 1u);
}
// Pieces of a head that are stored there.
uint storedPieces() { return (push.partCount == 1u ? push.resultSize : SUM_SIZE) / 4u; }
// What a piece of the sums counts, besides: where they are the result.
vec4 sumGate(Tile tile, uint r, uint piece) {
    return push.partCount == 1u ? resultGate(columnOf(tile, r), headOf(tile, r), piece) : vec4(1.0);
}
float sumScale(float total) { return push.partCount == 1u ? 1.0 / total : 1.0; }
void storeEnds(uint sums, float best, float total) {
    if (push.partCount > 1u) storeScratch(sums + SUM_SIZE / 4u, vec4(best, total, 0.0, 0.0));
}
