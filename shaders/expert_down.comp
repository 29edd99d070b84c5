// Wdown_e · g for the users of each expert e, put back into the order of rows: [row][used][width].
//
// As expert_gate_up.comp. Twin: engine/backend/reference.
#version 460
#extension GL_GOOGLE_include_directive : require
#define PUSH_FIELDS                                                                                          \
    uint y; /* the input */                                                                                  \
    uint yStride;                                                                                            \
    uint tiles;                                                                                              \
    uint users;                                                                                              \
    uint blocks;                                                                                             \
    uint matrix;                                                                                             \
    uint groups; /* of an expert */                                                                          \
    uint stackGroups;                                                                                        \
    uint result;                                                                                             \
    uint resultStride;
#include "loads.glsl"
#include "matrix.glsl"
#include "experts.glsl"

void main() {
    const uvec4 tile = expertTile(push.tiles);
    if (tile.z == 0u) return;
    const Matrix w = Matrix(FORMAT_A, push.matrix, push.blocks, push.stackGroups);
    const uint column = firstColumn();
    const uint before = gl_WorkGroupID.y * TILE_COLUMNS;
    const uint columns = before + tile.z;
    const uint shift = tile.y - before;
    FOR_EACH_GROUP(gl_WorkGroupID.x, group, push.groups) {
        vec4 sums[COLUMNS];
        product(w, tile.x * push.groups + group, push.y + shift * push.yStride, push.yStride, column, sums);
        if (storesResult()) {
            [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
                if (column + c >= columns) continue;
                const uint user = loadScratchBits(push.users + column + c + shift).x;
                storeScratch(push.result + user * push.resultStride + group, sums[c]);
            }
        }
    }
}
