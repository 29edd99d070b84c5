// What a layer is: an attention part and a feed-forward part, each a kind of its own with its few numbers.
//
// A family says for every layer which kinds it has (family.h); the forward pass visits them (forward.h), and
// plans and caches take their lengths from here. The tensors of a part are the slots that its family's table
// lists. Sources: Vaswani et al. 2017; Ainslie et al. 2023 (grouped queries); Shazeer 2020 (gated units).
#pragma once

#include <cmath>
#include <cstdint>
#include <variant>

namespace ponder {

inline constexpr std::uint32_t kMaxHeadSize = 512; // values of a key or a value; files with more are refused
// Caches and the kernels of attention take the values of a head in runs of 32, the last filled with zeros.
constexpr std::uint32_t paddedHead(std::uint32_t size) { return (size + 31) / 32 * 32; }

// Which two values of a head RoPE turns together.
enum class RopePairs {
    Adjacent, // (2i, 2i + 1): llama, whose GGUF files hold Q and K rows permuted for this
    Halves,   // (i, i + rotary/2), "NEOX": qwen2
};

// softmax(scale · q·Kᵀ, causal) · V in each query head; heads / kvHeads of them share keys and values.
struct HeadAttention {
    std::uint32_t heads = 0;
    std::uint32_t kvHeads = 0;   // divides heads
    std::uint32_t keySize = 0;   // values of a head's query and key
    std::uint32_t valueSize = 0; // of its value
    float scale = 0;             // of the scores
    bool normsHeads = false;     // each head of q and k by itself (Dehghani et al. 2023), before RoPE
    bool normsTurned = false;    // or after it
    bool turns = true;           // RoPE at all
    // q grows by 1 + growth · ln(1 + floor(position / growthLength)), so that scores stay sharp far out.
    float growth = 0;
    std::uint32_t growthLength = 1;

    float growthAt(std::uint32_t position) const {
        return growth == 0 ? 1 : 1 + growth * std::log1p(static_cast<float>(position / growthLength));
    }
    std::uint32_t group() const { return heads / kvHeads; }
    std::uint32_t queryLength() const { return heads * keySize; }
    std::uint32_t keyLength() const { return kvHeads * keySize; }
    std::uint32_t valueLength() const { return kvHeads * valueSize; }
    std::uint32_t attendedLength() const { return heads * valueSize; }
};

enum class Activation { Silu }; // silu(x) = x / (1 + exp(-x))

// Wdown · (activation(Wgate·n) * (Wup·n))
struct GatedFeedForward {
    std::uint32_t hidden = 0; // f: rows of Wgate and Wup
    Activation activation = Activation::Silu;
};

struct Layer {
    std::variant<HeadAttention> attention;
    std::variant<GatedFeedForward> feedForward;

    const HeadAttention* heads() const { return std::get_if<HeadAttention>(&attention); }
    const GatedFeedForward* gated() const { return std::get_if<GatedFeedForward>(&feedForward); }
};

} // namespace ponder
