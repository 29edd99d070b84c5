// GLM-4.5 and 4.6: Zhipu AI 2025 (arXiv 2508.06471). Biases on q, k and v, RoPE on a part of each head; after
// the first layers mixtures beside a shared expert, routed as in DeepSeek-V3. Some norm their heads. The norm
// before the feed-forward part bears the name of one after attention.
#include "engine/model/families/families.h"

#include "engine/model/config.h"

namespace ponder {
namespace {

Layer glm4moeLayer(const ModelConfig& config, std::uint32_t index) {
    Layer out = mixtureLayer(config, index);
    std::get<HeadAttention>(out.attention).normsHeads = config.headNorms;
    return out;
}

} // namespace

const Family& glm4MoeFamily() {
    static const Family family{
        .architecture = "glm4moe",
        .hubClasses = {"Glm4MoeForCausalLM"},
        .ropePairs = RopePairs::Halves,
        .gating = Gating::Sigmoid,
        .normalisesExperts = true,
        .layer = glm4moeLayer,
        .tensors = tensorTable({modelRows(), headRows(), maybeHeadBiasRows(), headNormRows(), gatedRows(),
                                mixtureRows(), routerBiasRows(), sharedRows()},
                               {{Slot::FeedForwardNorm, "post_attention_norm.weight", {}},
                                {Slot::SharedGate, {}, "mlp.shared_experts.gate_proj.weight"},
                                {Slot::SharedUp, {}, "mlp.shared_experts.up_proj.weight"},
                                {Slot::SharedDown, {}, "mlp.shared_experts.down_proj.weight"}}),
    };
    return family;
}

} // namespace ponder
