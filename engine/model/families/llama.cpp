// Llama: Touvron et al. 2023. Adjacent pairs; files of Llama 3.1 and later bring RoPE factors.
#include "engine/model/families/families.h"

namespace ponder {

const Family& llamaFamily() {
    static const Family family{
        .architecture = "llama",
        .hubClasses = {"LlamaForCausalLM"},
        .ropePairs = RopePairs::Adjacent,
        .layer = plainLayer,
        .tensors = tensorTable({modelRows(), headRows(), maybeHeadBiasRows(), gatedRows()}),
    };
    return family;
}

} // namespace ponder
