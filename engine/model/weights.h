// The tensors of a model by what they are for, found by name and checked against the config.
//
// Weights<T> has the same shape for every station: T is const TensorInfo* in the file, a device's own tensor
// once loaded, what adapters add beside it. What a model lacks is T{}. The TensorInfo pointers belong to the
// ModelFile or, where they are parts of one tensor there (fused_tensors.h) or have factors in another, to the
// weights and their copies.
// Errors: MissingTensor; BadTensor (wrong shape, a norm or bias that is not f32); UnsupportedModel (a tensor
// that the family does not have, as the answers would be wrong without it). Next station: a backend's loader,
// then forward.h.
#pragma once

#include "engine/model/config.h"

#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace ponder {

template<class T>
class Weights {
public:
    Weights() = default;
    explicit Weights(std::uint32_t layers) : m_layers(layers) {}

    std::uint32_t layers() const { return static_cast<std::uint32_t>(m_layers.size()); }
    T& operator[](Weight weight) { return const_cast<T&>(std::as_const(*this)[weight]); }
    const T& operator[](Weight weight) const {
        const auto slot = static_cast<std::size_t>(weight.slot);
        if (weight == kNoWeight) return m_none;
        return isOfLayer(weight.slot) ? m_layers[weight.layer][slot - kFirstLayerSlot] : m_model[slot];
    }

    bool tied = false;                // the output is the tensor of the embedding
    std::shared_ptr<const void> made; // keeps tensors that are made of others in the file

private:
    T m_none{};
    std::array<T, kFirstLayerSlot> m_model{};
    std::vector<std::array<T, kLayerSlots>> m_layers;
};

using FileWeights = Weights<const TensorInfo*>;

Result<FileWeights> bindWeights(const ModelFile& file, const ModelConfig& config);

// Whether a model of this config has the tensor; files may leave out what is only Maybe there.
bool has(const ModelConfig& config, const TensorRow& row, std::uint32_t layer);
bool has(const ModelConfig& config, const TensorRow& row, const Layer& parts);

// The tensors that layers first .. end - 1 need, with the embedding before the first of all and the head
// after the last; the others are absent.
FileWeights partOf(const FileWeights& weights, std::uint32_t first, std::uint32_t end);

// Where the experts of layers first .. end - 1 are multiplied elsewhere: what is left,
FileWeights withoutExperts(const FileWeights& weights, std::uint32_t first, std::uint32_t end);
// and what is needed there: the stacks, the router, and the norm of what both read.
FileWeights expertsOf(const FileWeights& weights, std::uint32_t first, std::uint32_t end);

// The same with the factors of longrope that a context of so many tokens takes as its RoPE factors.
FileWeights withRopeFactors(const FileWeights& weights, const ModelConfig& config,
                            std::uint32_t contextTokens);

// Bytes of a tensor in its file, also where the file is not there; its rows hold whole blocks.
std::uint64_t bytesOf(const TensorInfo& tensor);

// Calls visit(weight) for all weights that a model with so many layers can have, in the order in which they
// are best read and uploaded.
template<class Visit>
void forEachWeight(std::uint32_t layers, Visit&& visit) {
    visit(Weight{Slot::TokenEmbedding});
    for (const Slot slot : {Slot::RopeFactors, Slot::RopeFactorsLong, Slot::RopeFactorsShort})
        visit(Weight{slot});
    for (std::uint32_t layer = 0; layer < layers; ++layer)
        for (std::size_t slot = 0; slot < kLayerSlots; ++slot)
            visit(Weight{static_cast<Slot>(kFirstLayerSlot + slot), layer});
    visit(Weight{Slot::OutputNorm});
    visit(Weight{Slot::Output});
}

// Calls visit(tensor) for every tensor that is there, in that order; a tied output is visited once.
template<class T, class Visit>
void forEachTensor(const Weights<T>& weights, Visit&& visit) {
    forEachWeight(weights.layers(), [&](Weight weight) {
        const T& tensor = weights[weight];
        if (tensor && !(weights.tied && weight.slot == Slot::Output)) visit(tensor);
    });
}

} // namespace ponder
