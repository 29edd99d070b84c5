// EXAONE 3 and 3.5, EXAONE Deep: LG AI Research 2024, 2025. As Llama, but RoPE turns halves of a head, with
// the factors of Llama 3.1.
#include "engine/model/families/families.h"

namespace ponder {

const Family& exaoneFamily() {
    static const Family family{
        .architecture = "exaone",
        .hubClass = "ExaoneForCausalLM",
        .ropePairs = RopePairs::Halves,
        .layer = plainLayer,
        .tensors = tensorTable({modelRows(), headRows(), gatedRows()}),
    };
    return family;
}

} // namespace ponder
