// Seed-OSS: ByteDance 2025. As Qwen2 with heads of their own size; the norm before the feed-forward part
// bears the name of one after attention.
#include "engine/model/families/families.h"

namespace ponder {
namespace {

std::vector<TensorRow> table() {
    std::vector<TensorRow> rows = tensorTable({modelRows(), headRows(), headBiasRows(), gatedRows()});
    for (TensorRow& row : rows)
        if (row.slot == Slot::FeedForwardNorm) row.name = "post_attention_norm.weight";
    return rows;
}

} // namespace

const Family& seedOssFamily() {
    static const Family family{
        .architecture = "seed_oss",
        .hubClass = "SeedOssForCausalLM",
        .ropePairs = RopePairs::Halves,
        .layer = plainLayer,
        .tensors = table(),
    };
    return family;
}

} // namespace ponder
