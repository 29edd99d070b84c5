// SmolLM3: Hugging Face 2025. As Llama; every fourth layer goes without RoPE (Yang et al. 2025, "Rope to
// Nope").
#include "engine/model/families/families.h"

namespace ponder {
namespace {

constexpr std::uint32_t kPeriod = 4;

Layer smollm3Layer(const ModelConfig& config, std::uint32_t index) {
    Layer out = plainLayer(config, index);
    std::get<HeadAttention>(out.attention).turns = (index + 1) % kPeriod != 0;
    return out;
}

} // namespace

const Family& smolLm3Family() {
    static const Family family{
        .architecture = "smollm3",
        .hubClasses = {"SmolLM3ForCausalLM"},
        .ropePairs = RopePairs::Adjacent,
        .layer = smollm3Layer,
        .tensors = tensorTable({modelRows(), headRows(), maybeHeadBiasRows(), gatedRows()}),
    };
    return family;
}

} // namespace ponder
