// Seed-OSS: ByteDance 2025. As Qwen2 with heads of their own size; the norm before the feed-forward part
// bears the name of one after attention.
#include "engine/model/families/families.h"

namespace ponder {
const Family& seedOssFamily() {
    static const Family family{
        .architecture = "seed_oss",
        .hubClasses = {"SeedOssForCausalLM"},
        .ropePairs = RopePairs::Halves,
        .layer = plainLayer,
        .tensors = tensorTable({modelRows(), headRows(), headBiasRows(), gatedRows()},
                               {{Slot::FeedForwardNorm, "post_attention_norm.weight", {}}}),
    };
    return family;
}

} // namespace ponder
