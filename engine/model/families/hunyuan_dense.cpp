// Hunyuan dense models: Tencent 2025. As Llama, but RoPE turns halves of a head, and each head of q and k is
// normed after it is turned.
#include "engine/model/families/families.h"

namespace ponder {
namespace {

Layer layer(const ModelConfig& config, std::uint32_t index) {
    Layer out = plainLayer(config, index);
    std::get<HeadAttention>(out.attention).normsTurned = true;
    return out;
}

std::vector<TensorRow> table() {
    std::vector<TensorRow> rows = tensorTable({modelRows(), headRows(), headNormRows(), gatedRows()});
    for (TensorRow& row : rows) {
        if (row.slot == Slot::QueryNorm) row.hub = "self_attn.query_layernorm.weight";
        if (row.slot == Slot::KeyNorm) row.hub = "self_attn.key_layernorm.weight";
    }
    return rows;
}

} // namespace

const Family& hunyuanDenseFamily() {
    static const Family family{
        .architecture = "hunyuan-dense",
        .hubClass = "HunYuanDenseV1ForCausalLM",
        .ropePairs = RopePairs::Halves,
        .layer = layer,
        .tensors = table(),
    };
    return family;
}

} // namespace ponder
