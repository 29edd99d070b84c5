// A family of models: what its files call themselves and their tensors, and what each layer is.
//
// Adding a family is writing one page in families/ and listing it in family.cpp. Owner: static data. Errors:
// an architecture that nobody knows is null. Next stations: config.h, weights.h, forward.h.
#pragma once

#include "engine/model/layer.h"
#include "engine/model/tensor_row.h"

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ponder {

struct Family {
    std::string_view architecture;            // general.architecture of a GGUF file
    std::vector<std::string_view> hubClasses; // architectures[0] of a folder's config.json; none is converted
                                              // of those that have none
    RopePairs ropePairs = RopePairs::Adjacent;
    Gating gating = Gating::Softmax; // of a mixture, where a file does not say, and the next likewise
    bool normalisesExperts = false;
    Layer (*layer)(const ModelConfig& config, std::uint32_t index) = nullptr;
    std::vector<TensorRow> tensors; // those of the model and of every kind of layer, in Slot's order
    std::string_view hubLayer = "model.layers."; // what the names of a layer's tensors begin with in a folder
    bool windows = false;                        // some layers may look through one (layer.h)
    bool turnsAdjacentInFolder = false;          // so that no rows of q and k change places
    bool normsLessOne = false; // a folder has norms less one, but for those of the delta rule
    // What else its names begin with, of tensors that a file goes without: what sees images, what only
    // guesses further tokens.
    std::string_view hubImages = {}, hubDrafts = {};

    const TensorRow* row(Slot slot) const; // null: the family has no such tensor
    // The weight that a tensor of this name is; its layer may be beyond the model's.
    std::optional<Weight> find(std::string_view name) const;
    std::string nameOf(Weight weight) const;      // "blk.3.attn_q.weight"
    std::string scaleNameOf(Weight weight) const; // "blk.3.attn_q.scale", what files of NVFP4 have beside it
};

const Family* familyNamed(std::string_view architecture);
const Family* familyOfHubClass(std::string_view name);
std::span<const Family* const> families();

// What a family calls a tensor that others call otherwise; an empty name stays.
struct OtherName {
    Slot slot;
    std::string_view name, hub;
};
// Lines that many families have.
std::vector<TensorRow> tensorTable(std::initializer_list<std::span<const TensorRow>> parts,
                                   std::initializer_list<OtherName> names = {});
std::span<const TensorRow> modelRows();         // embedding, RoPE factors, the last norm, the output
std::span<const TensorRow> headRows();          // attention by heads, the norm before it
std::span<const TensorRow> headBiasRows();      // biases of q, k and v
std::span<const TensorRow> maybeHeadBiasRows(); // all of them or none
std::span<const TensorRow> headNormRows();      // norms of each head of q and k
std::span<const TensorRow> normAfterRows();     // norms of what both parts give
std::span<const TensorRow> latentRows();        // latent attention, the norm before it
std::span<const TensorRow> deltaRows();         // the delta rule, without the norm before it
std::span<const TensorRow> gatedRows();         // a dense feed-forward part, the norm before it
std::span<const TensorRow> mixtureRows();       // router and experts of a mixture, without that norm
std::span<const TensorRow> routerBiasRows();    // the bias that only chooses
std::span<const TensorRow> sharedRows();        // the shared expert of a mixture
std::span<const TensorRow> sharedRouterRows();  // how much it counts

// Attention by heads as the config's numbers have it, alike in all layers; scores over sqrt(keySize).
HeadAttention headsOf(const ModelConfig& config);
Layer plainLayer(const ModelConfig& config, std::uint32_t index);
// The mixture as the config's numbers have it, in all layers but the dense ones in front.
std::variant<GatedFeedForward, MixtureFeedForward> feedForwardOf(const ModelConfig& config,
                                                                 std::uint32_t index);
Layer mixtureLayer(const ModelConfig& config, std::uint32_t index);

} // namespace ponder
