// g = silu(Wgate_e · n) * (Wup_e · n) for the users of each expert e: [places x hidden]. As norm_gate_up.comp,
// but a workgroup takes a tile of places, whose expert says which part of the stacks it multiplies with.
//
// The columns are places, or all the same row where there is one row only (xStride 0). Twin:
// engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint x;                                                                                                  \
    uint xStride;                                                                                            \
    uint tiles;                                                                                              \
    uint users;                                                                                              \
    uint facts;                                                                                              \
    uint blocks;                                                                                             \
    uint y;                                                                                                  \
    uint yStride;                                                                                            \
    uint gate, up;     /* the stacks, or one stack that holds both */                                        \
    uint groups;       /* of an expert's gate, and so of its up */                                           \
    uint expertGroups; /* from one expert to the next */                                                     \
    uint upFirst;      /* from an expert's first group to that of up */                                      \
    uint stackGroups;                                                                                        \
    uint quants; /* y once more, for integer kernels */                                                      \
    uint quantStride;
#include "loads.glsl"
#include "matrix.glsl"
#include "experts.glsl"

void main() {
    const uvec4 tile = expertTile(push.tiles);
    if (tile.z == 0u) return;
    const Matrix gate = Matrix(FORMAT_A, push.gate, push.blocks, push.stackGroups);
    const Matrix up = Matrix(FORMAT_B, push.up, push.blocks, push.stackGroups);
    const uint column = firstColumn();
    const uint before = gl_WorkGroupID.y * TILE_COLUMNS; // column `before` is the tile's first place
    const uint columns = before + tile.z;
    const uint shift = tile.y - before;
    const uint x = push.x + shift * push.xStride;
    float scales[COLUMNS];
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
        const uint place = min(column + c, columns - 1u) + shift;
        scales[c] = loadScratch(push.facts + loadScratchBits(push.users + place).y).x;
    }
    FOR_EACH_GROUP(gl_WorkGroupID.x, group, push.groups) {
        vec4 gates[COLUMNS];
        vec4 ups[COLUMNS];
        const uint first = tile.x * push.expertGroups + group;
        product(gate, first, x, push.xStride, column, gates);
        product(up, first + push.upFirst, x, push.xStride, column, ups);
        vec4 results[COLUMNS];
        [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
            const vec4 g = gates[c] * scales[c];
            results[c] = g / (1.0 + exp(-g)) * (ups[c] * scales[c]);
        }
        if ((WRITES & WRITES_FLOATS) != 0u && storesResult()) {
            [[unroll]] for (uint c = 0u; c < COLUMNS; ++c)
                if (column + c < columns)
                    storeScratch(push.y + (column + c + shift) * push.yStride + group, results[c]);
        }
        if ((WRITES & WRITES_QUANTS) != 0u) keepForQuants(gl_WorkGroupID.x, group, results);
    }
    if ((WRITES & WRITES_QUANTS) != 0u)
        writeQuants(gl_WorkGroupID.x, push.groups, push.quants + shift * push.quantStride, push.quantStride,
                    column, columns);
}
