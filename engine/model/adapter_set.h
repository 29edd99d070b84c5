// The LoRA adapters that a model runs with, and how strongly each takes effect.
//
// Takes paths and strengths; gives, for every weight of the model, what they add to it. All are opened and
// checked against the base before anything takes effect: an adapter of another model is named with what does
// not match. Owner: plain value that shares the open files; copies are cheap. Thread: one at a time. Errors:
// those of LoraAdapter::open; WrongAdapter; BadArgument (a strength that is no number, too many ranks).
// Previous station: file/lora_adapter.h. Next station: Executor::setAdapters.
#pragma once

#include "engine/model/low_rank.h"
#include "engine/model/weights.h"

namespace ponder {

struct AdapterUse {
    std::filesystem::path path;
    float strength = 1; // 0: as if it were not there; negative: the other way
};

// Whether every pair of the adapter fits a weight of this model. Errors: WrongAdapter.
Result<void> checkAdapter(const LoraAdapter& adapter, const ModelConfig& config, const FileWeights& weights);

class AdapterSet {
public:
    static Result<AdapterSet> open(std::span<const AdapterUse> uses, const ModelConfig& config,
                                   const FileWeights& weights);

    // Whether anything is added to any weight: strengths of 0 leave the model as it is, bit by bit.
    bool active() const;
    // Beside each weight, what is added to it; a norm or bias has nothing.
    const Weights<LowRank>& additions() const { return m_additions; }
    // What is added to the tensor of this name; null where the model has none that adapters can change.
    const LowRank* additionTo(std::string_view tensor, const ModelConfig& config) const;
    // The same adapters in the same order, whatever their strengths.
    bool sameAdapters(const AdapterSet& other) const;
    // Empty where nothing is added. Keys and values that were computed under one name are of no use under
    // another.
    std::string name() const;
    const std::vector<AdapterUse>& uses() const { return m_uses; }
    const std::vector<std::shared_ptr<const LoraAdapter>>& adapters() const { return m_adapters; }

private:
    void add(const LoraAdapter& adapter, float strength, const ModelConfig& config,
             const FileWeights& weights);

    std::vector<AdapterUse> m_uses;
    std::vector<std::shared_ptr<const LoraAdapter>> m_adapters;
    Weights<LowRank> m_additions;
};

// Calls visit(addition, made) for every weight of these layers to which something is added, with its place in
// `out`, a backend's own, which has as many layers as the model.
template<class T, class Visit>
void forEachAddition(const AdapterSet& set, std::uint32_t first, std::uint32_t end, Weights<T>& out,
                     Visit&& visit) {
    const Weights<LowRank>& from = set.additions();
    forEachWeight(from.layers(), [&](Weight weight) {
        const bool here = isOfLayer(weight.slot)                ? weight.layer >= first && weight.layer < end
                          : weight.slot == Slot::TokenEmbedding ? first == 0
                                                                : end >= from.layers();
        if (here && from[weight]) visit(from[weight], out[weight]);
    });
}

} // namespace ponder
