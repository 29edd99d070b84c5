// Qwen1.5-MoE and Qwen2-57B-A14B: Yang et al. 2024. Qwen2's attention; all layers are mixtures, whose weights
// need not add up to 1, beside a shared expert with a gate.
#include "engine/model/families/families.h"

namespace ponder {

const Family& qwen2MoeFamily() {
    static const Family family{
        .architecture = "qwen2moe",
        .hubClasses = {"Qwen2MoeForCausalLM"},
        .ropePairs = RopePairs::Halves,
        .layer = mixtureLayer,
        .tensors = tensorTable({modelRows(), headRows(), headBiasRows(), gatedRows(), mixtureRows(),
                                sharedRows(), sharedRouterRows()}),
    };
    return family;
}

} // namespace ponder
