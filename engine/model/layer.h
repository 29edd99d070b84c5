// What a layer is: an attention part and a feed-forward part, each a kind of its own with its few numbers.
//
// A family says for every layer which kinds it has (family.h); the forward pass visits them (forward.h), and
// plans and caches take their lengths from here. The tensors of a part are the slots that its family's table
// lists. Sources: Vaswani et al. 2017; Ainslie et al. 2023 (grouped queries); Shazeer 2020 (gated units);
// Shazeer et al. 2017 and DeepSeek-AI 2024 (mixtures of experts, latent attention).
#pragma once

#include <cmath>
#include <cstdint>
#include <variant>

namespace ponder {

inline constexpr std::uint32_t kMaxHeadSize = 512; // values of a key or a value; files with more are refused
// Values that a cache keeps of a token where all heads share them.
inline constexpr std::uint32_t kMaxLatentSize = 1024;
inline constexpr std::uint32_t kMaxDeltaHead = 256;  // rows of the matrix that a head of the delta rule keeps
inline constexpr std::uint32_t kMaxConvolution = 16; // columns that its convolution reads
// Caches and the kernels of attention take the values of a head in runs of 32, the last filled with zeros.
constexpr std::uint32_t paddedHead(std::uint32_t size) { return (size + 31) / 32 * 32; }

// Which two values of a head RoPE turns together.
enum class RopePairs {
    Adjacent, // (2i, 2i + 1): llama, whose GGUF files hold Q and K rows permuted for this
    Halves,   // (i, i + rotary/2), "NEOX": qwen2
};

// What a query is multiplied by, so that scores stay sharp far out: 1 + growth · ln(1 + floor(position /
// length)).
inline float queryGrowth(float growth, std::uint32_t length, std::uint32_t position) {
    const std::uint32_t lengths = position / length;
    return growth == 0 ? 1 : 1 + growth * std::log1p(static_cast<float>(lengths));
}

// softmax(scale · q·Kᵀ, causal) · V in each query head; heads / kvHeads of them share keys and values.
struct HeadAttention {
    std::uint32_t heads = 0;
    std::uint32_t kvHeads = 0;   // divides heads
    std::uint32_t keySize = 0;   // values of a head's query and key
    std::uint32_t valueSize = 0; // of its value
    float scale = 0;             // of the scores
    bool normsHeads = false;     // each head of q and k by itself (Dehghani et al. 2023), before RoPE
    bool normsTurned = false;    // or after it
    bool gated = false;          // what a head attends to counts sigmoid(gate) times, value by value; the
                                 // gate follows the head's query (Qiu et al. 2025, arXiv 2505.06708)
    bool turns = true;           // RoPE at all
    std::uint32_t window = 0;    // positions that a query sees, its own and those before; 0: all
    float growth = 0;            // of queries with their position
    std::uint32_t growthLength = 1;

    float growthAt(std::uint32_t position) const { return queryGrowth(growth, growthLength, position); }
    // The first position that a query sees.
    std::uint32_t firstSeen(std::uint32_t position) const {
        return window == 0 || position < window ? 0 : position - window + 1;
    }
    std::uint32_t group() const { return heads / kvHeads; }
    std::uint32_t queryLength() const { return heads * keySize; }
    // Of what Wq makes: each head's query, with its gate after it.
    std::uint32_t askedSize() const { return gated ? keySize + valueSize : keySize; }
    std::uint32_t askedLength() const { return heads * askedSize(); }
    std::uint32_t keyLength() const { return kvHeads * keySize; }
    std::uint32_t valueLength() const { return kvHeads * valueSize; }
    std::uint32_t attendedLength() const { return heads * valueSize; }
};

// Multi-head latent attention: a token leaves one vector c and a part that RoPE turns, k_pe. Keys and values
// of all heads are products of c; their matrices are multiplied with queries and with what attention gives
// instead, so that [c, k_pe] is the one key of all heads and c its value (DeepSeek-V2, arXiv 2405.04434).
struct LatentAttention {
    std::uint32_t heads = 0;
    std::uint32_t queryRank = 0; // values that queries are made from; 0: of n itself
    std::uint32_t kvRank = 0;    // of c
    std::uint32_t nopeSize = 0;  // values of a head's query that RoPE does not turn, first
    std::uint32_t ropeSize = 0;  // and those that it does
    std::uint32_t valueSize = 0; // of a head's value
    float scale = 0;             // of the scores
    float growth = 0;            // of queries, as of heads
    std::uint32_t growthLength = 1;

    float scaleAt(std::uint32_t position) const {
        return scale * queryGrowth(growth, growthLength, position);
    }
    std::uint32_t keySize() const { return nopeSize + ropeSize; } // of a head's query
    std::uint32_t latentSize() const { return kvRank + ropeSize; }
    std::uint32_t queryLength() const { return heads * keySize(); }
    std::uint32_t attendedLength() const { return heads * valueSize; }
};

// Gated delta rule: instead of keys and values each head keeps a matrix S [size x size], which a token
// changes and then asks (Yang et al. 2024, arXiv 2412.06464):
//
//     S = g·S;  S = S + k·(b·(v - Sᵀ·k))ᵀ;  o = Sᵀ·q
//
// with g, b in 0 .. 1 for each token and head, q and k of length 1, q over sqrt(size). Before that q, k and v
// pass a causal convolution, each channel by itself, whose last columns are kept as well. Value head h asks
// with key head h mod keyHeads.
struct DeltaAttention {
    std::uint32_t keyHeads = 0;   // of q and k
    std::uint32_t valueHeads = 0; // of v, S and o; a multiple of those
    std::uint32_t headSize = 0;   // of all of them
    std::uint32_t kernel = 0;     // columns that the convolution reads, its own and those before

    std::uint32_t keyLength() const { return keyHeads * headSize; }
    std::uint32_t valueLength() const { return valueHeads * headSize; }
    std::uint32_t channels() const { return 2 * keyLength() + valueLength(); } // q, k, v
};

// What a cache keeps of a whole sequence in a layer, however long that is; all f32.
struct KeptState {
    std::uint32_t columns = 0;  // of the convolution [kernel - 1 x channels], the oldest first
    std::uint32_t matrices = 0; // [valueHeads x size x size]: S[i][j], i of k and q, j of v and o

    std::uint32_t length() const { return columns + matrices; }
    std::uint64_t bytes() const { return std::uint64_t{length()} * sizeof(float); }
};

enum class Activation { Silu }; // silu(x) = x / (1 + exp(-x))

// Wdown · (activation(Wgate·n) * (Wup·n))
struct GatedFeedForward {
    std::uint32_t hidden = 0; // f: rows of Wgate and Wup
    Activation activation = Activation::Silu;
};

inline constexpr std::uint32_t kMostExperts = 1024, kMostUsedExperts = 256;
inline constexpr std::uint32_t kMostExpertGroups = 64; // files with more of any are refused

// What the router's logits are made into.
enum class Gating {
    Softmax,         // over all experts
    Sigmoid,         // each by itself
    SoftmaxOfChosen, // over those that are used; the largest logits choose
};

// Sum over the experts e that a row uses: weight_e · Wdown_e · (activation(Wgate_e·n) * (Wup_e·n)); beside
// them, unless it is 0 long, a shared expert that every row uses (model/expert_choice.h).
struct MixtureFeedForward {
    std::uint32_t experts = 0;
    std::uint32_t used = 0;   // by a row
    std::uint32_t hidden = 0; // h: rows of an expert's Wgate and Wup
    Gating gating = Gating::Softmax;
    bool normalises = false;      // the weights of those used add up to 1
    float scale = 1;              // of the weights, after that
    std::uint32_t groups = 1;     // of experts; only those of the best groups are chosen from
    std::uint32_t usedGroups = 1; // likewise
    std::uint32_t sharedHidden = 0;
    bool sharedGate = false; // the shared expert counts sigmoid(v·n) times
    bool merged = false;     // Wgate and Wup of an expert are one matrix
    Activation activation = Activation::Silu;

    bool grouped() const { return groups > 1 && usedGroups < groups; }
};

// What a cache keeps of a token in a layer. Where a value is no vector of its own (0 values), it is the
// beginning of the key.
struct KeptValues {
    std::uint32_t heads = 0, keySize = 0, valueSize = 0;

    std::uint32_t keyLength() const { return heads * keySize; }
    std::uint32_t valueLength() const { return heads * valueSize; }
};

struct Layer {
    std::variant<HeadAttention, LatentAttention, DeltaAttention> attention;
    std::variant<GatedFeedForward, MixtureFeedForward> feedForward;
    bool normsBefore = true; // each part reads rms(x) * a norm, or else x itself
    bool normsAfter = false; // what each part gives is normed before it is added to x

    const HeadAttention* heads() const { return std::get_if<HeadAttention>(&attention); }
    const LatentAttention* latent() const { return std::get_if<LatentAttention>(&attention); }
    const DeltaAttention* delta() const { return std::get_if<DeltaAttention>(&attention); }
    KeptValues kept() const {
        if (delta()) return {};
        if (latent()) return {1, latent()->latentSize(), 0};
        return {heads()->kvHeads, heads()->keySize, heads()->valueSize};
    }
    KeptState keptState() const {
        const DeltaAttention* own = delta();
        if (!own) return {};
        return {(own->kernel - 1) * own->channels(), own->valueLength() * own->headSize};
    }
    const GatedFeedForward* gated() const { return std::get_if<GatedFeedForward>(&feedForward); }
    const MixtureFeedForward* mixture() const { return std::get_if<MixtureFeedForward>(&feedForward); }
    // Rows of the Wgate that every row of activations meets; 0: none does.
    std::uint32_t hidden() const {
        const GatedFeedForward* dense = gated();
        return dense ? dense->hidden : std::get<MixtureFeedForward>(feedForward).sharedHidden;
    }
};

} // namespace ponder
