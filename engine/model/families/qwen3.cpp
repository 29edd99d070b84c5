// Qwen3: Yang et al. 2025. As Qwen2 without biases; each head of q and k is normed before it is turned. Also
// DeepSeek-R1-0528-Qwen3-8B.
#include "engine/model/families/families.h"

namespace ponder {
namespace {

Layer qwen3Layer(const ModelConfig& config, std::uint32_t index) {
    Layer out = plainLayer(config, index);
    std::get<HeadAttention>(out.attention).normsHeads = true;
    return out;
}

} // namespace

const Family& qwen3Family() {
    static const Family family{
        .architecture = "qwen3",
        .hubClasses = {"Qwen3ForCausalLM"},
        .ropePairs = RopePairs::Halves,
        .layer = qwen3Layer,
        .tensors = tensorTable({modelRows(), headRows(), maybeHeadBiasRows(), headNormRows(), gatedRows()}),
    };
    return family;
}

} // namespace ponder
