// The tensors of a decoder-only transformer, found by name and checked against the config.
//
// Weights<T> has the same shape for every station: T is const TensorInfo* in the file, and a device's own
// tensor once loaded. A tensor that a model may lack (biases, rope factors) is T{} where absent. Owner: plain
// value; the TensorInfo pointers belong to the ModelFile. Thread: any. Errors: MissingTensor; BadTensor
// (wrong shape, a norm or bias that is not f32); UnsupportedModel (a tensor that these families do not have,
// as the answers would be wrong without it). Source of the names: the GGUF naming convention. Next station: a
// backend's loader, then forward.h.
#pragma once

#include "engine/model/config.h"

#include <type_traits>
#include <vector>

namespace ponder {

template<class T>
struct LayerWeights {            // rows x row length
    T attentionNorm{};           // [d], f32
    T q{}, k{}, v{};             // [heads*headSize x d], [kvHeads*headSize x d] twice
    T qBias{}, kBias{}, vBias{}; // f32, or absent
    T output{};                  // [d x heads*headSize]
    T feedForwardNorm{};         // [d], f32
    T gate{}, up{};              // [f x d]
    T down{};                    // [d x f]
};

template<class T>
struct Weights {
    T tokenEmbedding{}; // [vocabulary x d]
    std::vector<LayerWeights<T>> layers;
    T outputNorm{};  // [d], f32
    T output{};      // [vocabulary x d]; the same tensor as tokenEmbedding where tied
    T ropeFactors{}; // [rotary / 2], divides the angles, or absent
    bool tied = false;
};

// Which of the layers this is.
template<class T>
std::size_t indexOf(const Weights<T>& weights, const LayerWeights<T>& layer) {
    return static_cast<std::size_t>(&layer - weights.layers.data());
}

using FileWeights = Weights<const TensorInfo*>;

Result<FileWeights> bindWeights(const ModelFile& file, const ModelConfig& config);

// The tensors that layers first .. end - 1 need, with the embedding before the first of all and the head
// behind the last; the others are absent.
FileWeights partOf(const FileWeights& weights, std::uint32_t first, std::uint32_t end);

// Bytes of a tensor in its file, also where the file is not there; its rows hold whole blocks.
std::uint64_t bytesOf(const TensorInfo& tensor);

// Calls visit(tensor) for every tensor that is there, in the order in which they are best read and uploaded;
// a tied output is visited once.
template<class T, class Visit>
void forEachTensor(Weights<T>& weights, Visit&& visit) {
    const auto present = [&](T& tensor) {
        if (tensor) visit(tensor);
    };
    present(weights.tokenEmbedding);
    present(weights.ropeFactors);
    for (LayerWeights<T>& layer : weights.layers)
        for (T* tensor :
             {&layer.attentionNorm, &layer.q, &layer.k, &layer.v, &layer.qBias, &layer.kBias, &layer.vBias,
              &layer.output, &layer.feedForwardNorm, &layer.gate, &layer.up, &layer.down})
            present(*tensor);
    present(weights.outputNorm);
    if (!weights.tied) present(weights.output);
}

} // namespace ponder
