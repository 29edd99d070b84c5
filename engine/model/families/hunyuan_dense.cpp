// Hunyuan dense models: Tencent 2025. As Llama, but RoPE turns halves of a head, and each head of q and k is
// normed after it is turned.
#include "engine/model/families/families.h"

namespace ponder {
namespace {

Layer hunyuanDenseLayer(const ModelConfig& config, std::uint32_t index) {
    Layer out = plainLayer(config, index);
    std::get<HeadAttention>(out.attention).normsTurned = true;
    return out;
}

} // namespace

const Family& hunyuanDenseFamily() {
    static const Family family{
        .architecture = "hunyuan-dense",
        .hubClasses = {"HunYuanDenseV1ForCausalLM"},
        .ropePairs = RopePairs::Halves,
        .layer = hunyuanDenseLayer,
        .tensors = tensorTable({modelRows(), headRows(), headNormRows(), gatedRows()},
                               {{Slot::QueryNorm, {}, "self_attn.query_layernorm.weight"},
                                {Slot::KeyNorm, {}, "self_attn.key_layernorm.weight"}}),
    };
    return family;
}

} // namespace ponder
