// Qwen2 and Qwen2.5: Yang et al. 2024. Biases on q, k and v; RoPE turns halves of a head.
#include "engine/model/families/families.h"

namespace ponder {

const Family& qwen2Family() {
    static const Family family{
        .architecture = "qwen2",
        .hubClasses = {"Qwen2ForCausalLM"},
        .ropePairs = RopePairs::Halves,
        .layer = plainLayer,
        .tensors = tensorTable({modelRows(), headRows(), headBiasRows(), gatedRows()}),
    };
    return family;
}

} // namespace ponder
