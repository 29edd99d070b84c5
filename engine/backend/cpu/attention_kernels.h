// Softmax attention of some queries over the slots of one key head, with a running maximum and sum.
//
// Source: Milakov & Gimelshein 2018 (online softmax). Scores, weights and sums are f32. Owner: caller's
// memory. Thread: any, each with its own state. Errors: none. The plain twin is reference::attend. Next
// station: cpu_ops.h.
#pragma once

#include "engine/backend/backend.h"

#include <array>

namespace ponder::cpu {

inline constexpr std::uint32_t kMaxQueries = 8; // in one call

// One head of one layer (cpu_cache.h).
struct HeadBlocks {
    const std::byte* first = nullptr;
    std::size_t stride = 0; // bytes to the next 16 slots
    std::uint32_t headSize = 0;
    KvType type = KvType::F16;
};

// The attention of up to kMaxQueries queries so far: largest score, sum of exponentials, and the sum of values
// weighted with them, [query][headSize], in `out`.
struct AttentionState {
    std::array<float, kMaxQueries> largest;
    std::array<float, kMaxQueries> sum;
    float* out = nullptr;

    void clear(std::uint32_t queries, std::uint32_t headSize);
};

// Adds slots first .. end - 1. queries: `count` of them, [headSize] each, scaled already; `firstQuery` is their
// first place in the state.
void attendSlots(const HeadBlocks& head, std::uint32_t first, std::uint32_t end, const float* const* queries,
                 std::uint32_t count, std::uint32_t firstQuery, AttentionState& state);

// Adds what `other` saw; both of `queries` queries.
void mergeAttention(AttentionState& state, const AttentionState& other, std::uint32_t queries,
                    std::uint32_t headSize);

// out[query] = weighted sum / sum
void finishAttention(AttentionState& state, std::uint32_t queries, std::uint32_t headSize);

} // namespace ponder::cpu
