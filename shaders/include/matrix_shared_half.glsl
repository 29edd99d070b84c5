// matrix_shared.glsl with halves: weights are decoded, and activations rounded, to f16 on their way into shared
// memory; sums stay f32. Activations beyond f16 become its largest number. Twin: the f32 kernels, within 1e-6.
//
// With MATRIX_COOPERATIVE subgroups multiply whole units of the tile (VK_KHR_cooperative_matrix), of a shape
// that the device reports. Which rows, columns and blocks a tile takes, decoding, padding and what becomes of
// the sums is the same code in both, so that the plain kernel, which software devices run, tests it. The
// cooperative lines themselves are validated SPIR-V, and have NOT met hardware yet.
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require

#ifdef MATRIX_COOPERATIVE
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_cooperative_matrix : require
layout(constant_id = 7) const uint UNIT_ROWS = 16u;
layout(constant_id = 8) const uint UNIT_COLUMNS = 16u; // TILE_COLUMNS is a multiple
layout(constant_id = 9) const uint UNIT_LENGTH = 16u;  // 32 is a multiple
layout(constant_id = 10) const uint SUBGROUPS = 4u;
const uint UNITS_DOWN = 4u * TILE_GROUPS / UNIT_ROWS;
const uint UNITS = UNITS_DOWN * (TILE_COLUMNS / UNIT_COLUMNS);
const uint OWN_UNITS = (UNITS + SUBGROUPS - 1u) / SUBGROUPS; // of a subgroup
#define PART coopmat<float, gl_ScopeSubgroup, UNIT_ROWS, UNIT_COLUMNS, gl_MatrixUseAccumulator>
// Rows of 32 halves after each other; the padding spreads them over the banks of shared memory.
#define LINE_PIECES 10u
uint weightPlace(uint row, uint i) { return row * LINE_PIECES + i; }
uint columnPlace(uint column, uint i) { return column * LINE_PIECES + i; }
shared f16vec4 sharedWeights[LINE_PIECES * 4u * TILE_GROUPS];
shared f16vec4 sharedColumns[LINE_PIECES * TILE_COLUMNS];
shared vec4 sharedSums[TILE_GROUPS * TILE_COLUMNS]; // [column][group]
#else
uint weightPlace(uint row, uint i) { return (i * 4u + (row & 3u)) * TILE_GROUPS + row / 4u; }
uint columnPlace(uint column, uint i) { return i * TILE_COLUMNS + column; }
shared f16vec4 sharedWeights[8u * 4u * TILE_GROUPS]; // [weights 4i to 4i+3][row of its group][group]
shared f16vec4 sharedColumns[8u * TILE_COLUMNS];     // [values 4i to 4i+3][column]
#endif

f16vec4 toHalves(vec4 v) { return f16vec4(clamp(v, vec4(-65504.0), vec4(65504.0))); }

void keepWeight(uint row, uint i, vec4 v) { sharedWeights[weightPlace(row, i)] = toHalves(v); }
void keepColumn(uint column, uint i, vec4 v) { sharedColumns[columnPlace(column, i)] = toHalves(v); }
#include "matrix_shared_fill.glsl"

void productOf(const Matrix w, uint group, uint at, uint stride, uint column, inout vec4 sums[COLUMNS]) {
    const uint slot = gl_LocalInvocationIndex % TILE_GROUPS;
    const uint firstShared = lineOfTile() * COLUMNS;
#ifdef MATRIX_COOPERATIVE
    PART parts[OWN_UNITS];
    [[unroll]] for (uint n = 0u; n < OWN_UNITS; ++n) parts[n] = PART(0.0);
#else
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) sums[c] = vec4(0.0);
#endif
    for (uint block = 0u; block < w.blocks; ++block) {
        barrier();
        fillShared(w, group - slot, block, at, stride);
        barrier();
#ifdef MATRIX_COOPERATIVE
        for (uint k = 0u; k < 32u; k += UNIT_LENGTH)
            [[unroll]] for (uint n = 0u; n < OWN_UNITS; ++n) {
                const uint unit = n * SUBGROUPS + gl_SubgroupID;
                if (unit >= UNITS) break;
                coopmat<float16_t, gl_ScopeSubgroup, UNIT_ROWS, UNIT_LENGTH, gl_MatrixUseA> a;
                coopmat<float16_t, gl_ScopeSubgroup, UNIT_LENGTH, UNIT_COLUMNS, gl_MatrixUseB> b;
                coopMatLoad(a, sharedWeights, weightPlace(unit % UNITS_DOWN * UNIT_ROWS, k / 4u), LINE_PIECES,
                            gl_CooperativeMatrixLayoutRowMajor);
                coopMatLoad(b, sharedColumns, columnPlace(unit / UNITS_DOWN * UNIT_COLUMNS, k / 4u), LINE_PIECES,
                            gl_CooperativeMatrixLayoutColumnMajor);
                parts[n] = coopMatMulAdd(a, b, parts[n]);
            }
#else
        for (uint i = 0u; i < 8u; ++i) {
            vec4 weight[4];
            [[unroll]] for (uint j = 0u; j < 4u; ++j) weight[j] = vec4(sharedWeights[weightPlace(slot * 4u + j, i)]);
            [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) {
                const vec4 x = vec4(sharedColumns[columnPlace(firstShared + c, i)]);
                [[unroll]] for (uint j = 0u; j < 4u; ++j) sums[c][j] = dot4(weight[j], x, sums[c][j]);
            }
        }
#endif
    }
#ifdef MATRIX_COOPERATIVE
    [[unroll]] for (uint n = 0u; n < OWN_UNITS; ++n) {
        const uint unit = n * SUBGROUPS + gl_SubgroupID;
        if (unit >= UNITS) break;
        coopMatStore(parts[n], sharedSums,
                     unit / UNITS_DOWN * UNIT_COLUMNS * TILE_GROUPS + unit % UNITS_DOWN * UNIT_ROWS / 4u,
                     TILE_GROUPS, gl_CooperativeMatrixLayoutColumnMajor);
    }
    barrier();
    [[unroll]] for (uint c = 0u; c < COLUMNS; ++c) sums[c] = sharedSums[(firstShared + c) * TILE_GROUPS + slot];
#endif
}
