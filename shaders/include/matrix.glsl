// A matrix times activations, W [rows x length] * x [length x columns], for four rows at a time.
//
// Three ways, chosen when the kernel is compiled: MATRIX_ROW (a subgroup takes a group of four rows; GPUs, few
// columns), MATRIX_SHARED (operands in shared memory, as f16 with MATRIX_HALF; GPUs, many columns) and
// MATRIX_TILE (an invocation takes a group, registers only; software devices). Each serves any number of
// columns: an invocation holds COLUMNS of them, a workgroup TILE_COLUMNS, and gl_WorkGroupID.y counts those.
// Columns after the last are computed and forgotten. A kernel calls product() and then stores what it made of
// `sums`; where an integer kernel reads that next, it keeps the values with keepForQuants() and ends with
// writeQuants(). With MATRIX_INTEGER the activations are quants themselves (quants.glsl).
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint GROUPS = 4u; // groups of one workgroup
layout(constant_id = 2) const uint FORMAT_A = 0u;
layout(constant_id = 3) const uint FORMAT_B = 0u;
layout(constant_id = 4) const uint FORMAT_C = 0u;
layout(constant_id = 5) const uint COLUMNS = 1u; // 1 to 8

const uint FORMAT_SET = 1u << FORMAT_A | 1u << FORMAT_B | 1u << FORMAT_C;
#include "formats.glsl"
#include "quants.glsl"

// The lanes that there really are: some drivers run narrower subgroups than gl_SubgroupSize says.
uint activeLanes() { return subgroupAdd(1u); }

#ifdef MATRIX_ROW
#include "matrix_row.glsl"
#elif defined(MATRIX_SHARED)
#include "matrix_shared.glsl"
#else
#include "matrix_tile.glsl"
#endif

// Each format's code is there once; integer kernels have none of floats.
#ifdef MATRIX_INTEGER
const uint NEVER = FLOATS;
#else
const uint NEVER = 0u;
#endif
const bool READS_A = ((1u << FORMAT_A) & NEVER) == 0u;
const bool READS_B = ((1u << FORMAT_B) & NEVER) == 0u && FORMAT_B != FORMAT_A;
const bool READS_C = ((1u << FORMAT_C) & NEVER) == 0u && FORMAT_C != FORMAT_A && FORMAT_C != FORMAT_B;

// Sums of x * w for the group's four rows, of the columns from `column` on. at: piece of the first column of
// x, stride: pieces from one column to the next.
void product(Matrix w, uint group, uint at, uint stride, uint column, inout vec4 sums[COLUMNS]) {
#define TRY(f, isNew)                                                                                        \
    if (isNew) {                                                                                             \
        if (w.format == f) {                                                                                 \
            productOf(Matrix(f, w.at, w.blocks, w.groups), group, at, stride, column, sums);                 \
            return;                                                                                          \
        }                                                                                                    \
    }
    TRY(FORMAT_A, READS_A)
    TRY(FORMAT_B, READS_B)
    TRY(FORMAT_C, READS_C)
#undef TRY
}

#ifndef OWN_NORM_SCALES
// 1 / sqrt(mean(x^2) + epsilon) of the columns. The kernel that wrote x left a sum of squares for every four
// values: `pieces` pieces a column, from piece `at` on.
void normScales(uint at, uint pieces, uint column, float width, float epsilon, out float scales[COLUMNS]) {
    const uint lanes = activeLanes();
    for (uint c = 0u; c < COLUMNS; ++c) {
        float sum = 0.0;
        for (uint p = gl_SubgroupInvocationID; p < pieces; p += lanes) {
            const vec4 part = loadScratch(at + (column + c) * pieces + p);
            sum += (part.x + part.y) + (part.z + part.w);
        }
        scales[c] = inversesqrt(subgroupAdd(sum) / width + epsilon);
    }
}
#endif
