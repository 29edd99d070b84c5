// GLM-4-0414 and GLM-Z1: Zhipu AI 2025. As Llama with norms after the parts as well as before them; RoPE
// turns a part of each head, and files hold gate and up in one tensor.
#include "engine/model/families/families.h"

namespace ponder {
namespace {

Layer glm4Layer(const ModelConfig& config, std::uint32_t index) {
    Layer out = plainLayer(config, index);
    out.normsAfter = true;
    return out;
}

} // namespace

const Family& glm4Family() {
    static const Family family{
        .architecture = "glm4",
        .hubClasses = {"Glm4ForCausalLM"},
        .ropePairs = RopePairs::Adjacent,
        .layer = glm4Layer,
        .tensors = tensorTable({modelRows(), headRows(), maybeHeadBiasRows(), gatedRows(), normAfterRows()},
                               {{Slot::AttendedNorm, {}, "post_self_attn_layernorm.weight"},
                                {Slot::FedNorm, {}, "post_mlp_layernorm.weight"},
                                {Slot::Gate, {}, "mlp.gate_up_proj.weight"},
                                {Slot::Up, {}, "mlp.gate_up_proj.weight"}}),
        .turnsAdjacentInFolder = true,
    };
    return family;
}

} // namespace ponder
