// Phi-3 and Phi-4: Abdin et al. 2024. As Llama, but RoPE turns halves of what it turns, and files hold q, k
// and v in one tensor, gate and up in another. The small ones have the factors of longrope. The window that
// some files name is wider than their context, or was not trained with: nothing looks at it.
#include "engine/model/families/families.h"

namespace ponder {

const Family& phi3Family() {
    static const Family family{
        .architecture = "phi3",
        .hubClasses = {"Phi3ForCausalLM"},
        .ropePairs = RopePairs::Halves,
        .layer = plainLayer,
        .tensors = tensorTable({modelRows(), headRows(), gatedRows()},
                               {{Slot::Query, {}, "self_attn.qkv_proj.weight"},
                                {Slot::Key, {}, "self_attn.qkv_proj.weight"},
                                {Slot::Value, {}, "self_attn.qkv_proj.weight"},
                                {Slot::Gate, {}, "mlp.gate_up_proj.weight"},
                                {Slot::Up, {}, "mlp.gate_up_proj.weight"}}),
    };
    return family;
}

} // namespace ponder
