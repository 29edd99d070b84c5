// DeepSeek-V2 and V3, R1: DeepSeek-AI 2024 (arXiv 2405.04434, 2412.19437). Latent attention; mixtures beside
// a shared expert after the first layers. Also GLM-4.7-Flash and Kanana-2, Moonlight.
#include "engine/model/families/families.h"

#include "engine/model/config.h"

#include <algorithm>

namespace ponder {
namespace {

Layer deepseek2Layer(const ModelConfig& config, std::uint32_t index) {
    LatentAttention latent = config.latent;
    latent.growth = config.queryGrowth;
    latent.growthLength = std::max(1U, config.ropeScaling.originalContext);
    return {latent, feedForwardOf(config, index)};
}

} // namespace

const Family& deepseek2Family() {
    static const Family family{
        .architecture = "deepseek2",
        .hubClasses = {"DeepseekV2ForCausalLM", "DeepseekV3ForCausalLM", "Glm4MoeLiteForCausalLM"},
        .ropePairs = RopePairs::Adjacent,
        .layer = deepseek2Layer,
        .tensors = tensorTable(
            {modelRows(), latentRows(), gatedRows(), mixtureRows(), routerBiasRows(), sharedRows()},
            {{Slot::SharedGate, {}, "mlp.shared_experts.gate_proj.weight"},
             {Slot::SharedUp, {}, "mlp.shared_experts.up_proj.weight"},
             {Slot::SharedDown, {}, "mlp.shared_experts.down_proj.weight"}}),
        .turnsAdjacentInFolder = true,
    };
    return family;
}

} // namespace ponder
