// Softmax attention of some queries over the positions of one key head, with a running maximum and sum.
//
// What a query gets is the same, bit by bit, alone and among others, in one call and in several: positions
// are taken in steps that begin at multiples of kStepPositions, and parts that are to be folded begin at
// multiples of kPartPositions, whoever else is there. So a token of a batch, of a branch and of a reply by
// itself have the same logits. Source: Milakov & Gimelshein 2018 (online softmax). Scores, weights and sums
// are f32. Owner: caller's memory. Thread: any, each with its own state. The plain twin is reference::attend.
// Next station: cpu_ops.h.
#pragma once

#include "engine/plan/cpu_formats.h"

#include <array>
#include <limits>

namespace ponder::cpu {

inline constexpr std::uint32_t kMaxQueries = 8; // in one call
inline constexpr std::uint32_t kStepPositions = 128;
inline constexpr std::uint32_t kPartPositions = 256; // what is worth a thread of its own

// One head of one layer (cpu_cache.h).
struct HeadBlocks {
    const std::byte* first = nullptr;
    std::size_t stride = 0; // bytes to the next 16 slots
    std::uint32_t keySize = 0, valueSize = 0;
    KvType type = KvType::F16;
    bool rows = false; // keys stand [slot][value], a multiple of 32 of them, and begin with their values
};

// Where positions lie: p in slot p, from `shared` on in slot p + offset.
struct Slots {
    std::uint32_t shared = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t offset = 0;
};

// What a query has seen so far: its largest score, the sum of exponentials, and in `out` [valueSize] the sum
// of values weighted with them.
struct AttentionState {
    float* out = nullptr;
    float largest = -std::numeric_limits<float>::infinity();
    float sum = 0;

    static AttentionState nothing(float* out, std::uint32_t valueSize);
    // Both together. `part` has seen something.
    void fold(const AttentionState& part, std::uint32_t valueSize);
    void finish(std::uint32_t valueSize); // out is the weighted mean now
};

// Positions begin .. end - 1.
struct PositionRange {
    std::uint32_t begin = 0, end = 0;

    bool meets(const PositionRange& other) const { return begin < other.end && other.begin < end; }
};

// Up to kMaxQueries queries [keySize], scaled already, and the positions that each of them sees.
struct Queries {
    std::uint32_t count = 0;
    std::array<const float*, kMaxQueries> query;
    std::array<PositionRange, kMaxQueries> sees;
    std::array<AttentionState, kMaxQueries> state;

    void add(const float* scaled, const PositionRange& positions, AttentionState start);
};

// Adds positions first .. end - 1 to `count` of the queries from `firstQuery` on. first: a multiple of
// kStepPositions.
void attend(const HeadBlocks& head, const Slots& slots, std::uint32_t first, std::uint32_t end,
            Queries& queries, std::uint32_t firstQuery, std::uint32_t count);

} // namespace ponder::cpu
