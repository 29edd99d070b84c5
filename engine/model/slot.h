// Which weight of a model is meant: what it is for, and in which layer.
//
// Slots are what the forward pass, the plans and the adapters speak of; what a family calls the tensor in a
// file stands in its table (family.h). Their order is that in which tensors are best read and uploaded.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ponder {

enum class Slot : std::uint8_t {
    TokenEmbedding,   // E [vocabulary x d]
    RopeFactors,      // [rotary / 2], divides the angles
    RopeFactorsLong,  // the same of longrope, for contexts beyond the original one
    RopeFactorsShort, // and for those within
    OutputNorm,       // [d]
    Output,           // [vocabulary x d]; TokenEmbedding once more where they are tied

    AttentionNorm, // [d]
    Query,         // Wq [heads * keySize x d]
    Key,           // Wk [kvHeads * keySize x d]
    Value,         // Wv [kvHeads * valueSize x d]
    QueryBias,     // [rows of Wq], and so on
    KeyBias,
    ValueBias,
    QueryNorm,        // [keySize], of each head of q
    KeyNorm,          // [keySize], of each head of k
    QueryDown,        // Wdq [queryRank x d]
    QueryDownNorm,    // [queryRank]
    QueryUp,          // Wuq [heads * keySize x queryRank]
    KeyValueDown,     // Wdkv [kvRank + ropeSize x d]
    KeyValueNorm,     // [kvRank]
    KeyUp,            // [heads] of Wuk transposed [kvRank x nopeSize]
    ValueUp,          // [heads] of Wuv [valueSize x kvRank]
    AttentionOutput,  // Wo [d x heads * valueSize]
    DeltaInput,       // [2 * keyHeads * size + valueHeads * size x d]: q, k and v of the delta rule
    DeltaGate,        // [valueHeads * size x d], of what it gives
    DeltaStep,        // [valueHeads x d]: how far a token makes the state fade
    DeltaWrite,       // [valueHeads x d]: how much of it is written
    DeltaConvolution, // [channels x kernel], the newest column last
    DeltaDecay,       // [valueHeads], negative: of the step
    DeltaStepBias,    // [valueHeads]
    DeltaNorm,        // [size], of each head of what it gives
    DeltaOutput,      // [d x valueHeads * size]
    AttendedNorm,     // [d], of what attention gives
    FeedForwardNorm,  // [d]
    Gate,             // [f x d]
    Up,               // [f x d]
    Down,             // [d x f]
    FedNorm,          // [d], of what the feed-forward part gives

    Router,        // [experts x d]
    SharedRouter,  // [1 x d], how much the shared expert counts
    RouterBias,    // [experts], for choosing only
    GateExperts,   // [experts] of [h x d]
    UpExperts,     // likewise
    GateUpExperts, // [experts] of [2h x d]: both of them, gate first
    DownExperts,   // [experts] of [d x h]
    SharedGate,    // [s x d]
    SharedUp,      // [s x d]
    SharedDown,    // [d x s]
    Count
};

inline constexpr std::size_t kFirstLayerSlot = static_cast<std::size_t>(Slot::AttentionNorm);
inline constexpr std::size_t kLayerSlots = static_cast<std::size_t>(Slot::Count) - kFirstLayerSlot;

constexpr bool isOfLayer(Slot slot) { return static_cast<std::size_t>(slot) >= kFirstLayerSlot; }

constexpr bool isExpertStack(Slot slot) { return slot >= Slot::GateExperts && slot <= Slot::DownExperts; }

constexpr bool isRopeFactors(Slot slot) {
    return slot == Slot::RopeFactors || slot == Slot::RopeFactorsLong || slot == Slot::RopeFactorsShort;
}

struct Weight {
    Slot slot;
    std::uint32_t layer; // 0 for those of the whole model

    constexpr Weight(Slot s, std::uint32_t l = 0) : slot(s), layer(l) {}
    friend constexpr bool operator==(const Weight&, const Weight&) = default;
};

inline constexpr Weight kNoWeight{Slot::Count}; // stands for an operand that an operation goes without

} // namespace ponder
