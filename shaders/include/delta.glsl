// The gated delta rule (Yang et al. 2024): where the state of a row's sequence lies in `other`, all f32.
//
// First the last columns of the convolution [KERNEL - 1][channels], the oldest first; then a matrix for each value
// head [column][row], transposed, so that one column is one stretch. All rows belong to one sequence, or each to a
// branch with a state of its own. At position 0 nothing is kept yet: what lies there is not read.
// Includer: declares state, statePieces and branches as push constants, and includes loads.glsl first.
layout(constant_id = 7) const uint KERNEL = 4u; // columns that the convolution reads, its own among them

bool rowsAreBranches() { return stepBranchLength() != 0u; }
bool beginsAnew() { return stepFirstPosition() == 0u; }
uint stateOf(uint row) {
    return push.state + (rowsAreBranches() ? stepBranch(push.branches, row) * push.statePieces : 0u);
}
vec4 loadState(uint piece) { return uintBitsToFloat(loadOther(piece)); }
void storeState(uint piece, vec4 value) { push.other.at[piece] = floatBitsToUint(value); }
float scratchValue(uint piece, uint n) { return loadScratch(piece + n / 4u)[n & 3u]; }
