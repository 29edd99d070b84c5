// Qwen3's mixtures (Qwen3-30B-A3B, Qwen3-Coder, Qwen3-235B-A22B): Yang et al. 2025. Qwen3's attention; all
// layers are mixtures without a shared expert, whose weights add up to 1.
#include "engine/model/families/families.h"

namespace ponder {

const Family& qwen3MoeFamily() {
    static const Family family{
        .architecture = "qwen3moe",
        .hubClasses = {"Qwen3MoeForCausalLM"},
        .ropePairs = RopePairs::Halves,
        .normalisesExperts = true,
        .layer = headNormMixtureLayer,
        .tensors = tensorTable(
            {modelRows(), headRows(), maybeHeadBiasRows(), headNormRows(), gatedRows(), mixtureRows()}),
    };
    return family;
}

} // namespace ponder
