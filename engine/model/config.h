// The shape of a model: read from the metadata of its file and checked, or given by a folder or a catalogue.
//
// Takes a ModelFile; gives plain numbers. Accepts the architectures of family.h. Every number is within sane
// limits afterwards: width, hidden and heads * headSize are multiples of 32, headSize is even, kvHeads
// divides heads, every length fits 32 bits. The number of values in a matrix may need 64. What each layer is
// follows from the family.
//
// Errors: UnknownArchitecture; UnsupportedModel (experts, adapters); BadMetadata (names the key);
// BadTensor (an absurd vocabulary). Source of the keys: the GGUF file format. Next station: weights.h,
// forward.h, plan/.
#pragma once

#include "engine/base/result.h"
#include "engine/file/gguf_output.h"
#include "engine/file/model_file.h"
#include "engine/model/family.h"
#include "engine/model/rope_scaling.h"

#include <array>
#include <string>
#include <vector>

namespace ponder {

struct ModelConfig {
    const Family* family = nullptr; // never null once read
    std::uint32_t layers = 0;
    std::uint32_t width = 0;      // d: length of the residual stream
    std::uint32_t hidden = 0;     // f: length of the feed-forward layer
    std::uint32_t heads = 0;      // query heads
    std::uint32_t kvHeads = 0;    // key and value heads; divides heads
    std::uint32_t headSize = 0;   // values in a head
    std::uint32_t rotary = 0;     // values of a head that RoPE turns (n_rot)
    std::uint32_t vocabulary = 0; // rows of the output
    std::uint32_t trainedContext = 0;
    float normEpsilon = 1e-6f;
    double ropeBase = 10000.0;
    double ropeScale = 1.0;   // positions are multiplied by this (linear scaling; YaRN: at most)
    bool tied = false;        // the embedding is the output as well
    bool ropeFactors = false; // the file has factors that divide the angles
    bool headNorms = false;   // it has norms of the heads of q and k, where a family may
    bool longFactors = false; // it has those of longrope: for contexts beyond the original one and within
    RopeScaling ropeScaling;
    float queryGrowth = 0;         // with the position (layer.h)
    std::uint32_t window = 0;      // of the layers that have one, where the file names it
    std::vector<bool> windowed;    // which layers those are; empty: the file does not say
    LatentAttention latent;        // of families that have it; else no heads
    DeltaAttention delta;          // likewise; else no heads
    std::vector<bool> recurrent;   // the layers with it; those after the last of the list attend
    MixtureFeedForward mixture;    // of families that have one; else no experts
    std::uint32_t denseLayers = 0; // before the mixtures
    std::uint32_t draftLayers = 0; // whose tensors follow the model's, to guess further tokens; not used
    // Of the pairs of a head that RoPE turns, how many go by time, by height and by width: all the same in a
    // text, so that files have them for others. No pairs: about a third each.
    std::array<std::uint32_t, 3> ropeSections{};

    std::string_view architecture() const { return family->architecture; }
    RopePairs ropePairs() const { return family->ropePairs; }
    Layer layer(std::uint32_t index) const { return family->layer(*this, index); }
    // The longest of any layer: what one row of activations takes at most.
    std::uint32_t queryLength() const; // with the gates of queries
    std::uint32_t keyLength() const;
    std::uint32_t valueLength() const;
    std::uint32_t attendedLength() const;
    std::uint32_t hiddenLength() const;
    std::uint32_t longestValue() const;                     // of a head
    bool hasStates() const { return delta.valueHeads > 0; } // a cache cannot go back in these
    std::uint64_t parameters() const;                       // a tied output counted once

    static Result<ModelConfig> read(const ModelFile& file);
    // Sets the keys that read() reads, but for general.architecture, which a file begins with.
    void write(GgufOutput& output) const;

private:
    void writeHeads(GgufOutput& output) const;
    void writeWindows(GgufOutput& output) const;
    void writeDelta(GgufOutput& output) const;
    void writeMixture(GgufOutput& output) const;
};

} // namespace ponder
