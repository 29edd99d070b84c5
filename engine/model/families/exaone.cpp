// EXAONE 3 and 3.5, EXAONE Deep: LG AI Research 2024, 2025. As Llama, but RoPE turns halves of a head, with
// the factors of Llama 3.1.
#include "engine/model/families/families.h"

namespace ponder {

const Family& exaoneFamily() {
    static const Family family{
        .architecture = "exaone",
        .hubClasses = {"ExaoneForCausalLM"},
        .ropePairs = RopePairs::Halves,
        .layer = plainLayer,
        .tensors = tensorTable({modelRows(), headRows(), gatedRows()},
                               {{Slot::TokenEmbedding, {}, "transformer.wte.weight"},
                                {Slot::OutputNorm, {}, "transformer.ln_f.weight"},
                                {Slot::AttentionNorm, {}, "ln_1.weight"},
                                {Slot::Query, {}, "attn.attention.q_proj.weight"},
                                {Slot::Key, {}, "attn.attention.k_proj.weight"},
                                {Slot::Value, {}, "attn.attention.v_proj.weight"},
                                {Slot::AttentionOutput, {}, "attn.attention.out_proj.weight"},
                                {Slot::FeedForwardNorm, {}, "ln_2.weight"},
                                {Slot::Gate, {}, "mlp.c_fc_0.weight"},
                                {Slot::Up, {}, "mlp.c_fc_1.weight"},
                                {Slot::Down, {}, "mlp.c_proj.weight"}}),
        .hubLayer = "transformer.h.",
    };
    return family;
}

} // namespace ponder
