// The push constants of every kernel, field by field as in its .comp file, and the device's format numbers.
//
// Offsets and strides count pieces of 16 bytes. Next station: command_recorder.h.
#pragma once

#include "engine/backend/vulkan/pipeline/pipeline_set.h"
#include "engine/quant/tensor_type.h"

namespace ponder {

// As numbered in shaders/include/formats.glsl.
std::uint32_t kernelFormat(TensorType type);

// What a kernel leaves for the one that reads next (shaders/include/quants.glsl).
inline constexpr std::uint32_t kWritesFloats = 1, kWritesQuants = 2;
// Adapters have left something that is added to a kernel's first product, or to its second; or receive adds.
inline constexpr std::uint32_t kAddsToFirst = 4, kAddsToSecond = 8;
// A kernel's product takes the place of what it would be added to.
inline constexpr std::uint32_t kReplaces = 16;
inline constexpr std::uint32_t kQuantPieces = 3; // of a block of 32 quantized activations
// Writes a block's pieces; x: at most 32 values, zeros follow.
void quantizeBlock(std::span<const float> x, std::byte* out);

struct NormQkvCall {
    std::uint32_t x, xStride, squares, squarePieces;
    float width, epsilon;
    std::uint32_t blocks, y, yStride;
    std::uint32_t matrices[3], groups[3], biases[3];
};

struct NormGateUpCall {
    std::uint32_t x, xStride, squares, squarePieces;
    float width, epsilon;
    std::uint32_t blocks, y, yStride, gate, up, groups, quants, quantStride, added, addedStride;
};

struct ProjectAddCall {
    std::uint32_t y, yStride, blocks, matrix, groups, x, xStride, normed, squares, squarePieces, norm, quants,
        quantStride;
};

struct HeadCall {
    std::uint32_t x, xStride, squares, squarePieces;
    float width, epsilon;
    std::uint32_t blocks, matrix, groups, logits, logitStride, columns;
};

struct EmbedCall {
    std::uint32_t matrix, groups, firstToken, blocks, x, xStride, normed, squares, squarePieces, norm, quants,
        quantStride, added, addedStride;
};

struct RouteCall {
    std::uint32_t logits, logitStride, squares, squarePieces;
    float width, epsilon;
    std::uint32_t bias, experts, used, groups, usedGroups;
    float scale;
    std::uint32_t choices, facts, users, tiles;
};

struct SortExpertsCall {
    std::uint32_t choices, used, experts, tileColumns, users, tiles, tileCount;
};

struct GatherRowsCall {
    std::uint32_t from, fromStride, users, used, to;
};

struct ExpertGateUpCall {
    std::uint32_t x, xStride, tiles, users, facts, blocks, y, yStride, gate, up, groups, expertGroups,
        upFirst, stackGroups, quants, quantStride;
};

struct ExpertDownCall {
    std::uint32_t y, yStride, tiles, users, blocks, matrix, groups, stackGroups, result, resultStride;
};

struct AddExpertsCall {
    std::uint32_t results, choices, used, x, xStride, normed, squares, squarePieces, norm, quants,
        quantStride;
};

struct AddNormedCall {
    std::uint32_t given, givenSquares, after;
    float width, epsilon;
    std::uint32_t x, xStride, normed, squares, squarePieces, norm, quants, quantStride;
};

struct ShareRowsCall {
    std::uint32_t y, yStride, quants, quantStride, blocks, facts;
};

struct AdapterDownCall {
    std::uint32_t x, xStride, squares, squarePieces;
    float width, epsilon;
    std::uint32_t blocks, columns, lowStride;
    std::uint32_t matrices[3], groups[3], low[3], scales[3];
};

struct AdapterUpCall {
    std::uint32_t lowStride, yStride, columns, adds;
    std::uint32_t matrices[3], groups[3], blocks[3], low[3], y[3];
};

struct ReceiveCall {
    std::uint32_t from, x, xStride, normed, squares, squarePieces, norm, quants, quantStride;
};

struct NormRowsCall {
    std::uint32_t x, xStride, values, normed, normedStride, squares, squarePieces, norm, quants, quantStride;
};

struct SendCall {
    std::uint32_t x, pieces;
};

struct RopeStoreCall {
    std::uint32_t qkv, qkvStride, query, queryStride, heads, kvHeads, headSize, rotary, turns, cacheAt,
        capacity;
    float scale;
    std::uint32_t branches, queryNorm, keyNorm;
    float epsilon;
    std::uint32_t size;
    float growth;
    std::uint32_t growthLength, askedSize;
};

struct LatentStoreCall {
    std::uint32_t kept, keptStride, q, qStride, query, queryStride, heads, keySize, rank, rotary, headSize,
        norm;
    float epsilon;
    std::uint32_t turns, cacheAt, capacity, branches;
    float scale, growth;
    std::uint32_t growthLength;
};

struct HeadProductCall {
    std::uint32_t x, xStride, xHead, blocks, matrix, groups, stackGroups, y, yStride, yHead;
    float scale, growth;
    std::uint32_t growthLength;
};

struct AttentionCall {
    std::uint32_t query, queryStride, heads, kvHeads, headSize, cacheAt, capacity, result, resultStride,
        parts, partCount, firstPart, range, branches, resultSize, window, gates, gateStride, gateHead;
};

struct AttentionCombineCall {
    std::uint32_t heads, headSize, result, resultStride, parts, partCount, resultSize, gates, gateStride,
        gateHead;
};

struct DeltaConvolveCall {
    std::uint32_t mixed, mixedStride, convolved, convolvedStride, taps, keyHeads, valueHeads, size, state,
        statePieces, branches;
    float epsilon;
};

struct DeltaStepCall {
    std::uint32_t mixed, mixedStride, convolved, convolvedStride, steps, stepStride, decay, stepBias, result,
        resultStride, keyHeads, valueHeads, size, state, statePieces, branches;
};

struct DeltaGateCall {
    std::uint32_t result, resultStride, gates, gateStride, size, norm;
    float epsilon;
};

// Of all sampling kernels (shaders/include/sampling.glsl).
struct SampleCall {
    std::uint32_t logits, vocabulary, ranges, counters, parts, candidates, history, tokens, turns, turnPieces;
    float temperature;
    std::uint32_t topK;
    float topP, minP, repetition, frequency;
    std::uint32_t window;
};

} // namespace ponder
