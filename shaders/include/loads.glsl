// Where kernels read and write: four buffers, counted in pieces of 16 bytes from their start.
//
// Stores always go through addresses. Loads do too, or fetch texels (LOAD_TEXELS): software devices read a
// texel of 16 bytes six to ten times faster than they follow an address. Both see the same push constants.
// A kernel declares its own constants in PUSH_FIELDS before including this file.
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference2 : require
#extension GL_EXT_control_flow_attributes : require

layout(buffer_reference, std430, buffer_reference_align = 16) buffer Pieces { uvec4 at[]; };
layout(buffer_reference, std430, buffer_reference_align = 16) buffer Words { uint at[]; };

layout(push_constant) uniform Push {
    Pieces weights; // one chunk of weights
    Pieces scratch; // activations, norm weights, biases
    Pieces other;   // keys and values of the layer's chunk; logits for the head
    Pieces step;    // what the host writes before each submit, see below
    PUSH_FIELDS
} push;

#ifdef LOAD_TEXELS
layout(set = 0, binding = 0) uniform usamplerBuffer weightTexels;
layout(set = 1, binding = 0) uniform usamplerBuffer scratchTexels;
layout(set = 1, binding = 1) uniform usamplerBuffer stepTexels;
layout(set = 2, binding = 0) uniform usamplerBuffer otherTexels;
uvec4 loadWeights(uint piece) { return texelFetch(weightTexels, int(piece)); }
uvec4 loadScratchBits(uint piece) { return texelFetch(scratchTexels, int(piece)); }
uvec4 loadStep(uint piece) { return texelFetch(stepTexels, int(piece)); }
uvec4 loadOther(uint piece) { return texelFetch(otherTexels, int(piece)); }
#else
uvec4 loadWeights(uint piece) { return push.weights.at[piece]; }
uvec4 loadScratchBits(uint piece) { return push.scratch.at[piece]; }
uvec4 loadStep(uint piece) { return push.step.at[piece]; }
uvec4 loadOther(uint piece) { return push.other.at[piece]; }
#endif
vec4 loadScratch(uint piece) { return uintBitsToFloat(loadScratchBits(piece)); }
void storeScratch(uint piece, vec4 value) { push.scratch.at[piece] = floatBitsToUint(value); }
void storeScratchValue(uint word, float value) { Words(push.scratch).at[word] = floatBitsToUint(value); }

// The step parameters: piece 0 is (rows, first position, shared, length), then the token ids, four to a piece.
// Length is 0 unless the rows are branches (backend.h): then all are at the first position, and the branch of
// each is in a list like the token ids.
uint stepRows() { return loadStep(0u).x; }
uint stepFirstPosition() { return loadStep(0u).y; }
uint stepShared() { return loadStep(0u).z; }
uint stepBranchLength() { return loadStep(0u).w; }
uint stepBranch(uint list, uint column) { return loadStep(list + column / 4u)[column & 3u]; }

float dot4(vec4 a, vec4 b, float sum) {
    return fma(a.x, b.x, fma(a.y, b.y, fma(a.z, b.z, fma(a.w, b.w, sum))));
}
