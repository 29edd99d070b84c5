// EXAONE 4.0 and 4.5: LG AI Research 2025. Norms after the parts instead of before them; each head of q and k
// is normed before it is turned. In the large ones three layers of four look through a window, and the
// fourth, which sees all, goes without RoPE.
#include "engine/model/families/families.h"

#include "engine/model/config.h"

#include <algorithm>

namespace ponder {
namespace {

constexpr std::uint32_t kLargeLayers = 64, kLargeWindow = 4096; // files of these need not say it
constexpr std::uint32_t kPeriod = 4;

Layer exaone4Layer(const ModelConfig& config, std::uint32_t index) {
    Layer out = plainLayer(config, index);
    out.normsBefore = false;
    out.normsAfter = true;
    auto& heads = std::get<HeadAttention>(out.attention);
    heads.normsHeads = true;
    const std::uint32_t window =
        config.window == 0 && config.layers == kLargeLayers ? kLargeWindow : config.window;
    if (window == 0) return out;
    heads.turns = index < config.windowed.size() ? config.windowed[index] : (index + 1) % kPeriod != 0;
    heads.window = heads.turns ? window : 0;
    return out;
}

std::vector<TensorRow> table() {
    std::vector<TensorRow> rows =
        tensorTable({modelRows(), headRows(), headNormRows(), gatedRows(), normAfterRows()});
    std::erase_if(rows, [](const TensorRow& row) {
        return row.slot == Slot::AttentionNorm || row.slot == Slot::FeedForwardNorm;
    });
    return rows;
}

} // namespace

const Family& exaone4Family() {
    static const Family family{
        .architecture = "exaone4",
        .hubClasses = {"Exaone4ForCausalLM"},
        .ropePairs = RopePairs::Halves,
        .layer = exaone4Layer,
        .tensors = table(),
        .windows = true,
    };
    return family;
}

} // namespace ponder
