// One line of a family's table of tensors: all that is to be known of a tensor without its bytes.
//
// Everything that must know which tensors a model has is a loop over such lines: binding a file, the fit of
// models that are not there, names when a folder is converted, counting parameters, both plans, the order of
// uploads, adapters. Sources: the GGUF naming convention; the modeling classes of the transformers library.
// Next station: family.h.
#pragma once

#include "engine/model/slot.h"

#include <string_view>

namespace ponder {

struct ModelConfig;
struct Layer;

// How long a side of a tensor is.
enum class Extent : std::uint8_t {
    One,
    Width,         // d
    Vocabulary,    //
    HalfRotary,    // angles of a head
    Queries,       // heads * keySize, and their gates
    Keys,          // kvHeads * keySize
    Values,        // kvHeads * valueSize
    Attended,      // heads * valueSize
    HeadKey,       // keySize, where heads are normed
    Heads,         // of latent attention, and the next likewise
    QueryRank,     // 0 where queries are made of n itself
    RankQueries,   // heads * keySize where they are not, else 0
    KvRank,        //
    Latent,        // kvRank + ropeSize
    HeadNope,      // nopeSize
    HeadValue,     // valueSize
    DeltaChannels, // of layers with the delta rule, and the next likewise
    DeltaValues,   // valueHeads * size
    DeltaHeads,    // valueHeads
    DeltaHead,     // size
    DeltaKernel,   //
    Hidden,        // f
    Experts,       //
    ExpertHidden,  // h
    ExpertGateUp,  // 2h
    SharedHidden,  // s
    Share,         // 1, where the shared expert has a gate
};
// `layer` is looked at for the extents of a layer's part only. 0: this layer does not have that part, and so
// not the tensor.
std::uint64_t lengthOf(Extent extent, const ModelConfig& config, const Layer& layer);

enum class TensorKind : std::uint8_t {
    Matrix,  // multiplied with
    Table,   // rows are looked up
    Vector,  // f32 in every file: norms, biases, factors
    Small,   // multiplied with, and kept as f32 when a model is quantized: what routes
    Stack,   // a matrix for each expert, one after the other: {row length, rows, experts}
    PerHead, // a matrix for each head, likewise
};

enum class Presence : std::uint8_t {
    Always,
    Maybe,           // the model does without
    AllOrNone,       // with the others of its layer that say so
    UnlessTied,      // the output: the embedding stands for it
    WithFactors,     // where the config has RoPE factors
    Merged,          // where an expert's gate and up are one matrix
    Apart,           // where they are two
    WithLongFactors, // where it has those of longrope
};

// Matrices that one kernel reads together, side by side in memory; those of one layer and the same reader.
enum class Reader : std::uint8_t { Alone, Heads, Gated, Routed, Chosen };
inline constexpr std::size_t kReaders = 5;

struct TensorRow {
    Slot slot;
    std::string_view name; // in GGUF; in a layer after "blk.N."
    // In a Hugging Face folder; in a layer after "model.layers.N."; empty: computed. Lines of one name are
    // parts of one tensor there: their rows stand after each other, those of each head where it has matrices
    // of its own.
    std::string_view hub;
    TensorKind kind;
    Extent rows, rowLength;
    Presence presence = Presence::Always;
    Reader reader = Reader::Alone;
    bool adaptable = false; // LoRA adapters can change it
    // Rows of each head stand in another order in a folder where the family turns adjacent pairs.
    bool turned = false;
    bool transposed = false; // in a folder columns are rows

    bool multiplied() const { return kind != TensorKind::Vector && kind != TensorKind::Table; }
    // Matrices in it; the rows of all of them stand one after the other.
    Extent depth() const {
        if (kind == TensorKind::PerHead) return Extent::Heads;
        return kind == TensorKind::Stack ? Extent::Experts : Extent::One;
    }
};

} // namespace ponder
