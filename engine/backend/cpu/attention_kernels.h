// Softmax attention of some queries over the slots of one key head, with a running maximum and sum.
//
// Source: Milakov & Gimelshein 2018 (online softmax). Scores, weights and sums are f32. Owner: caller's
// memory. Thread: any, each with its own state. Errors: none. The plain twin is reference::attend. Next
// station: cpu_ops.h.
#pragma once

#include "engine/plan/cpu_plan.h"

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

// Up to kMaxQueries queries and their attention so far: largest score, sum of exponentials, and in `out` the
// sum of values weighted with them. `query` is scaled already; both are headSize long.
struct Queries {
    std::uint32_t count = 0;
    std::array<const float*, kMaxQueries> query;
    std::array<float*, kMaxQueries> out;
    std::array<float, kMaxQueries> largest;
    std::array<float, kMaxQueries> sum;

    void add(const float* scaled, float* result, std::uint32_t headSize); // nothing seen yet
};

// Adds slots first .. end - 1 for `count` of the queries from `firstQuery` on.
void attendSlots(const HeadBlocks& head, std::uint32_t first, std::uint32_t end, Queries& queries,
                 std::uint32_t firstQuery, std::uint32_t count);

// out = weighted sum / sum
void finishAttention(Queries& queries, std::uint32_t headSize);

// What one part of a cache gave for a query: its largest score and sum, and the weighted sum in `out`.
struct PartialAttention {
    float largest = 0, sum = 0;
    const float* out = nullptr;
};
// All parts together, finished.
void mergeAttention(std::span<const PartialAttention> parts, std::uint32_t headSize, float* out);

} // namespace ponder::cpu
