// Mistral 3 and Ministral 3: Mistral AI 2025. As Llama; queries grow with the logarithm of how many times
// their position exceeds the original context, as in Llama 4. Its YaRN has a multiplier of 1: what queries
// and keys would grow by the scores' scale takes back, so both stay as they are.
#include "engine/model/families/families.h"

#include "engine/model/config.h"

#include <algorithm>

namespace ponder {
namespace {

Layer mistral3Layer(const ModelConfig& config, std::uint32_t index) {
    Layer out = plainLayer(config, index);
    auto& heads = std::get<HeadAttention>(out.attention);
    heads.growth = config.queryGrowth;
    heads.growthLength = std::max(1U, config.ropeScaling.originalContext);
    return out;
}

} // namespace

const Family& mistral3Family() {
    static const Family family{
        .architecture = "mistral3",
        .hubClasses = {"Ministral3ForCausalLM"},
        .ropePairs = RopePairs::Adjacent,
        .layer = mistral3Layer,
        .tensors = tensorTable({modelRows(), headRows(), gatedRows()}),
    };
    return family;
}

} // namespace ponder
