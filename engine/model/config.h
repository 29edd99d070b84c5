// The shape of a model, read from the metadata of its file and checked.
//
// Takes a ModelFile; gives plain numbers. Accepts the architectures qwen2 and llama. Every number is within
// sane limits afterwards: width, hidden and headSize are multiples of 32, kvHeads divides heads,
// queryLength() and kvLength() fit 32 bits. The number of values in a matrix may need 64.
//
// Owner: plain value. Thread: any. Errors: UnknownArchitecture; UnsupportedModel (YaRN, experts, adapters);
// BadMetadata (names the key); BadTensor (an absurd vocabulary). Source of the keys: the GGUF file format.
// Next station: weights.h, forward.h, plan/.
#pragma once

#include "engine/base/result.h"
#include "engine/file/model_file.h"

#include <string>
#include <vector>

namespace ponder {

// Which two values of a head RoPE turns together.
enum class RopePairs {
    Adjacent, // (2i, 2i + 1): llama, whose GGUF files hold Q and K rows permuted for this
    Halves,   // (i, i + rotary/2), "NEOX": qwen2
};

struct ModelConfig {
    std::string architecture; // "qwen2" or "llama"
    std::uint32_t layers = 0;
    std::uint32_t width = 0;      // d: length of the residual stream
    std::uint32_t hidden = 0;     // f: length of the feed-forward layer
    std::uint32_t heads = 0;      // query heads
    std::uint32_t kvHeads = 0;    // key and value heads; divides heads
    std::uint32_t headSize = 0;   // values in a head, a multiple of 32
    std::uint32_t rotary = 0;     // values of a head that RoPE turns (n_rot)
    std::uint32_t vocabulary = 0; // rows of the output
    std::uint32_t trainedContext = 0;
    float normEpsilon = 1e-6f;
    double ropeBase = 10000.0;
    double ropeScale = 1.0; // positions are multiplied by this (linear scaling)
    RopePairs ropePairs = RopePairs::Adjacent;

    std::uint32_t queryLength() const { return heads * headSize; }
    std::uint32_t kvLength() const { return kvHeads * headSize; }

    static Result<ModelConfig> read(const ModelFile& file);
};

} // namespace ponder
