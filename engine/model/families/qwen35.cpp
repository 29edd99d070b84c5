// Qwen3.5, 3.6 and 3.8: Qwen Team 2026. Three layers of four keep a state instead of keys and values (the
// gated delta rule, layer.h); the fourth is Qwen3's attention with a gate of what it gives and RoPE of the
// first quarter of a head. What other families call the norm after attention is the one before the
// feed-forward part here. The mixtures have a gated shared expert.
#include "engine/model/families/families.h"

#include "engine/model/config.h"

namespace ponder {
namespace {

using Attention = decltype(Layer::attention);

Attention attentionOf(const ModelConfig& config, std::uint32_t index) {
    if (index < config.recurrent.size() && config.recurrent[index]) return config.delta;
    HeadAttention heads = headsOf(config);
    heads.normsHeads = true;
    heads.gated = true;
    return heads;
}

Layer denseLayer(const ModelConfig& config, std::uint32_t index) {
    return {attentionOf(config, index), GatedFeedForward{config.hidden, Activation::Silu}};
}

Layer sparseLayer(const ModelConfig& config, std::uint32_t index) {
    return {attentionOf(config, index), feedForwardOf(config, index)};
}

constexpr OtherName kNormBeforeFeedForward{Slot::FeedForwardNorm, "post_attention_norm.weight", {}};
constexpr std::string_view kImages = "model.visual.", kDrafts = "mtp.";

} // namespace

const Family& qwen35Family() {
    static const Family family{
        .architecture = "qwen35",
        .hubClasses = {"Qwen3_5ForCausalLM", "Qwen3_5ForConditionalGeneration"},
        .ropePairs = RopePairs::Halves,
        .layer = denseLayer,
        .tensors = tensorTable({modelRows(), headRows(), headNormRows(), deltaRows(), gatedRows()},
                               {kNormBeforeFeedForward}),
        .normsLessOne = true,
        .hubImages = kImages,
        .hubDrafts = kDrafts,
    };
    return family;
}

const Family& qwen35MoeFamily() {
    static const Family family{
        .architecture = "qwen35moe",
        .hubClasses = {"Qwen3_5MoeForCausalLM", "Qwen3_5MoeForConditionalGeneration"},
        .ropePairs = RopePairs::Halves,
        .normalisesExperts = true,
        .layer = sparseLayer,
        .tensors = tensorTable({modelRows(), headRows(), headNormRows(), deltaRows(), gatedRows(),
                                mixtureRows(), sharedRows(), sharedRouterRows()},
                               {kNormBeforeFeedForward}),
        .normsLessOne = true,
        .hubImages = kImages,
        .hubDrafts = kDrafts,
    };
    return family;
}

} // namespace ponder
