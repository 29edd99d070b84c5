#include "engine/model/family.h"

#include "engine/model/config.h"
#include "engine/model/families/families.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace ponder {
namespace {

using enum Slot;
using enum Extent;
using enum TensorKind;

constexpr std::string_view kBlock = "blk.";

constexpr TensorRow kModelRows[] = {
    {TokenEmbedding, "token_embd.weight", "model.embed_tokens.weight", Table, Vocabulary, Width,
     Presence::Always, Reader::Alone, true},
    {RopeFactors, "rope_freqs.weight", {}, Vector, One, HalfRotary, Presence::WithFactors},
    {RopeFactorsLong, "rope_factors_long.weight", {}, Vector, One, HalfRotary, Presence::WithLongFactors},
    {RopeFactorsShort, "rope_factors_short.weight", {}, Vector, One, HalfRotary, Presence::WithLongFactors},
    {OutputNorm, "output_norm.weight", "model.norm.weight", Vector, One, Width},
    {Output, "output.weight", "lm_head.weight", Matrix, Vocabulary, Width, Presence::UnlessTied,
     Reader::Alone, true},
};
constexpr TensorRow kHeadRows[] = {
    {AttentionNorm, "attn_norm.weight", "input_layernorm.weight", Vector, One, Width},
    {Query, "attn_q.weight", "self_attn.q_proj.weight", Matrix, Queries, Width, Presence::Always,
     Reader::Heads, true, true},
    {Key, "attn_k.weight", "self_attn.k_proj.weight", Matrix, Keys, Width, Presence::Always, Reader::Heads,
     true, true},
    {Value, "attn_v.weight", "self_attn.v_proj.weight", Matrix, Values, Width, Presence::Always,
     Reader::Heads, true},
    {AttentionOutput, "attn_output.weight", "self_attn.o_proj.weight", Matrix, Width, Attended,
     Presence::Always, Reader::Alone, true},
};
constexpr std::array<TensorRow, 3> biasRows(Presence presence) {
    return {{{QueryBias, "attn_q.bias", "self_attn.q_proj.bias", Vector, One, Queries, presence},
             {KeyBias, "attn_k.bias", "self_attn.k_proj.bias", Vector, One, Keys, presence},
             {ValueBias, "attn_v.bias", "self_attn.v_proj.bias", Vector, One, Values, presence}}};
}
constexpr auto kBiasRows = biasRows(Presence::Always);
constexpr auto kMaybeBiasRows = biasRows(Presence::AllOrNone);
constexpr TensorRow kHeadNormRows[] = {
    {QueryNorm, "attn_q_norm.weight", "self_attn.q_norm.weight", Vector, One, HeadKey},
    {KeyNorm, "attn_k_norm.weight", "self_attn.k_norm.weight", Vector, One, HeadKey},
};
constexpr TensorRow kNormAfterRows[] = {
    {AttendedNorm, "post_attention_norm.weight", "post_attention_layernorm.weight", Vector, One, Width},
    {FedNorm, "post_ffw_norm.weight", "post_feedforward_layernorm.weight", Vector, One, Width},
};
constexpr TensorRow kLatentRows[] = {
    {AttentionNorm, "attn_norm.weight", "input_layernorm.weight", Vector, One, Width},
    {Query, "attn_q.weight", "self_attn.q_proj.weight", Matrix, Queries, Width, Presence::Always,
     Reader::Heads, false, true},
    {QueryDown, "attn_q_a.weight", "self_attn.q_a_proj.weight", Matrix, QueryRank, Width, Presence::Always,
     Reader::Heads},
    {QueryDownNorm, "attn_q_a_norm.weight", "self_attn.q_a_layernorm.weight", Vector, One, QueryRank},
    {QueryUp, "attn_q_b.weight", "self_attn.q_b_proj.weight", Matrix, RankQueries, QueryRank,
     Presence::Always, Reader::Alone, false, true},
    {KeyValueDown, "attn_kv_a_mqa.weight", "self_attn.kv_a_proj_with_mqa.weight", Matrix, Latent, Width,
     Presence::Always, Reader::Heads, false, true},
    {KeyValueNorm, "attn_kv_a_norm.weight", "self_attn.kv_a_layernorm.weight", Vector, One, KvRank},
    {KeyUp, "attn_k_b.weight", "self_attn.kv_b_proj.weight", PerHead, KvRank, HeadNope, Presence::Always,
     Reader::Alone, false, false, true},
    {ValueUp, "attn_v_b.weight", "self_attn.kv_b_proj.weight", PerHead, HeadValue, KvRank},
    {AttentionOutput, "attn_output.weight", "self_attn.o_proj.weight", Matrix, Width, Attended},
};
constexpr TensorRow kDeltaRows[] = {
    {DeltaInput, "attn_qkv.weight", "linear_attn.in_proj_qkv.weight", Matrix, DeltaChannels, Width,
     Presence::Always, Reader::Heads},
    {DeltaGate, "attn_gate.weight", "linear_attn.in_proj_z.weight", Matrix, DeltaValues, Width,
     Presence::Always, Reader::Heads},
    {DeltaStep, "ssm_alpha.weight", "linear_attn.in_proj_a.weight", Matrix, DeltaHeads, Width,
     Presence::Always, Reader::Heads},
    {DeltaWrite, "ssm_beta.weight", "linear_attn.in_proj_b.weight", Matrix, DeltaHeads, Width,
     Presence::Always, Reader::Heads},
    {DeltaConvolution, "ssm_conv1d.weight", "linear_attn.conv1d.weight", Vector, DeltaChannels, DeltaKernel},
    {DeltaDecay, "ssm_a", "linear_attn.A_log", Vector, One, DeltaHeads},
    {DeltaStepBias, "ssm_dt.bias", "linear_attn.dt_bias", Vector, One, DeltaHeads},
    {DeltaNorm, "ssm_norm.weight", "linear_attn.norm.weight", Vector, One, DeltaHead},
    {DeltaOutput, "ssm_out.weight", "linear_attn.out_proj.weight", Matrix, Width, DeltaValues},
};
constexpr TensorRow kGatedRows[] = {
    {FeedForwardNorm, "ffn_norm.weight", "post_attention_layernorm.weight", Vector, One, Width},
    {Gate, "ffn_gate.weight", "mlp.gate_proj.weight", Matrix, Hidden, Width, Presence::Always, Reader::Gated,
     true},
    {Up, "ffn_up.weight", "mlp.up_proj.weight", Matrix, Hidden, Width, Presence::Always, Reader::Gated, true},
    {Down, "ffn_down.weight", "mlp.down_proj.weight", Matrix, Width, Hidden, Presence::Always, Reader::Alone,
     true},
};
constexpr TensorRow kMixtureRows[] = {
    {Router, "ffn_gate_inp.weight", "mlp.gate.weight", Small, Experts, Width, Presence::Always,
     Reader::Routed},
    {GateExperts, "ffn_gate_exps.weight", "mlp.experts.%1.gate_proj.weight", Stack, ExpertHidden, Width,
     Presence::Apart, Reader::Chosen},
    {UpExperts, "ffn_up_exps.weight", "mlp.experts.%1.up_proj.weight", Stack, ExpertHidden, Width,
     Presence::Apart, Reader::Chosen},
    {GateUpExperts,
     "ffn_gate_up_exps.weight",
     {},
     Stack,
     ExpertGateUp,
     Width,
     Presence::Merged,
     Reader::Chosen},
    {DownExperts, "ffn_down_exps.weight", "mlp.experts.%1.down_proj.weight", Stack, Width, ExpertHidden},
};
constexpr TensorRow kRouterBiasRows[] = {
    {RouterBias, "exp_probs_b.bias", "mlp.gate.e_score_correction_bias", Vector, One, Experts,
     Presence::Maybe},
};
constexpr TensorRow kSharedRows[] = {
    {SharedGate, "ffn_gate_shexp.weight", "mlp.shared_expert.gate_proj.weight", Matrix, SharedHidden, Width,
     Presence::Always, Reader::Gated},
    {SharedUp, "ffn_up_shexp.weight", "mlp.shared_expert.up_proj.weight", Matrix, SharedHidden, Width,
     Presence::Always, Reader::Gated},
    {SharedDown, "ffn_down_shexp.weight", "mlp.shared_expert.down_proj.weight", Matrix, Width, SharedHidden},
};
constexpr TensorRow kSharedRouterRows[] = {
    {SharedRouter, "ffn_gate_inp_shexp.weight", "mlp.shared_expert_gate.weight", Small, Extent::Share, Width,
     Presence::Always, Reader::Routed},
};

} // namespace

std::span<const TensorRow> modelRows() { return kModelRows; }
std::span<const TensorRow> headRows() { return kHeadRows; }
std::span<const TensorRow> headBiasRows() { return kBiasRows; }
std::span<const TensorRow> maybeHeadBiasRows() { return kMaybeBiasRows; }
std::span<const TensorRow> headNormRows() { return kHeadNormRows; }
std::span<const TensorRow> normAfterRows() { return kNormAfterRows; }
std::span<const TensorRow> latentRows() { return kLatentRows; }
std::span<const TensorRow> deltaRows() { return kDeltaRows; }
std::span<const TensorRow> gatedRows() { return kGatedRows; }
std::span<const TensorRow> mixtureRows() { return kMixtureRows; }
std::span<const TensorRow> routerBiasRows() { return kRouterBiasRows; }
std::span<const TensorRow> sharedRows() { return kSharedRows; }
std::span<const TensorRow> sharedRouterRows() { return kSharedRouterRows; }

std::vector<TensorRow> tensorTable(std::initializer_list<std::span<const TensorRow>> parts,
                                   std::initializer_list<OtherName> names) {
    std::vector<TensorRow> table;
    for (const std::span<const TensorRow> part : parts)
        table.insert(table.end(), part.begin(), part.end());
    for (const OtherName& other : names)
        for (TensorRow& row : table) {
            if (row.slot != other.slot) continue;
            if (!other.name.empty()) row.name = other.name;
            if (!other.hub.empty()) row.hub = other.hub;
        }
    std::sort(table.begin(), table.end(),
              [](const TensorRow& a, const TensorRow& b) { return a.slot < b.slot; });
    return table;
}

std::uint64_t lengthOf(Extent extent, const ModelConfig& config, const Layer& layer) {
    const HeadAttention* heads = layer.heads();
    const LatentAttention* latent = layer.latent();
    const DeltaAttention* delta = layer.delta();
    const GatedFeedForward* gated = layer.gated();
    const MixtureFeedForward* mixture = layer.mixture();
    switch (extent) {
    case Extent::One:
        return 1;
    case Extent::Width:
        return config.width;
    case Extent::Vocabulary:
        return config.vocabulary;
    case Extent::HalfRotary:
        return config.rotary / 2;
    case Extent::Queries:
        if (latent) return latent->queryRank == 0 ? latent->queryLength() : 0;
        return heads ? heads->askedLength() : 0;
    case Extent::Keys:
        return heads ? heads->keyLength() : 0;
    case Extent::Values:
        return heads ? heads->valueLength() : 0;
    case Extent::Attended:
        if (latent) return latent->attendedLength();
        return heads ? heads->attendedLength() : 0;
    case Extent::HeadKey:
        return heads && (heads->normsHeads || heads->normsTurned) ? heads->keySize : 0;
    case Extent::Heads:
        return latent ? latent->heads : 0;
    case Extent::QueryRank:
        return latent ? latent->queryRank : 0;
    case Extent::RankQueries:
        return latent && latent->queryRank > 0 ? latent->queryLength() : 0;
    case Extent::KvRank:
        return latent ? latent->kvRank : 0;
    case Extent::Latent:
        return latent ? latent->latentSize() : 0;
    case Extent::HeadNope:
        return latent ? latent->nopeSize : 0;
    case Extent::HeadValue:
        return latent ? latent->valueSize : 0;
    case Extent::DeltaChannels:
        return delta ? delta->channels() : 0;
    case Extent::DeltaValues:
        return delta ? delta->valueLength() : 0;
    case Extent::DeltaHeads:
        return delta ? delta->valueHeads : 0;
    case Extent::DeltaHead:
        return delta ? delta->headSize : 0;
    case Extent::DeltaKernel:
        return delta ? delta->kernel : 0;
    case Extent::Hidden:
        return gated ? gated->hidden : 0;
    case Extent::Experts:
        return mixture ? mixture->experts : 0;
    case Extent::ExpertHidden:
        return mixture ? mixture->hidden : 0;
    case Extent::ExpertGateUp:
        return mixture ? std::uint64_t{2} * mixture->hidden : 0;
    case Extent::SharedHidden:
        return mixture ? mixture->sharedHidden : 0;
    case Extent::Share:
        return mixture && mixture->sharedGate ? 1 : 0;
    }
    return 0;
}

HeadAttention headsOf(const ModelConfig& config) {
    return {config.heads, config.kvHeads, config.headSize, config.headSize,
            1.0F / std::sqrt(static_cast<float>(config.headSize))};
}

Layer plainLayer(const ModelConfig& config, std::uint32_t /*index*/) {
    return {headsOf(config), GatedFeedForward{config.hidden, Activation::Silu}};
}

std::variant<GatedFeedForward, MixtureFeedForward> feedForwardOf(const ModelConfig& config,
                                                                 std::uint32_t index) {
    if (index < config.denseLayers) return GatedFeedForward{config.hidden, Activation::Silu};
    return config.mixture;
}

Layer mixtureLayer(const ModelConfig& config, std::uint32_t index) {
    return {headsOf(config), feedForwardOf(config, index)};
}

Layer headNormMixtureLayer(const ModelConfig& config, std::uint32_t index) {
    Layer out = mixtureLayer(config, index);
    std::get<HeadAttention>(out.attention).normsHeads = true;
    return out;
}

const TensorRow* Family::row(Slot slot) const {
    const auto found = std::lower_bound(tensors.begin(), tensors.end(), slot,
                                        [](const TensorRow& row, Slot wanted) { return row.slot < wanted; });
    return found == tensors.end() || found->slot != slot ? nullptr : &*found;
}

std::optional<Weight> Family::find(std::string_view name) const {
    std::uint32_t index = 0;
    const bool inLayer = name.starts_with(kBlock);
    if (inLayer) {
        const char* const begin = name.data() + kBlock.size();
        const auto [rest, failed] = std::from_chars(begin, name.data() + name.size(), index);
        if (failed != std::errc() || rest == name.data() + name.size() || *rest != '.') return std::nullopt;
        name.remove_prefix(static_cast<std::size_t>(rest - name.data()) + 1);
    }
    for (const TensorRow& row : tensors)
        if (isOfLayer(row.slot) == inLayer && row.name == name) return Weight{row.slot, index};
    return std::nullopt;
}

std::string Family::nameOf(Weight weight) const {
    const std::string_view name = row(weight.slot)->name;
    std::string out;
    if (isOfLayer(weight.slot)) {
        out.reserve(kBlock.size() + 10 + name.size()); // a number and a dot between them
        out.append(kBlock).append(std::to_string(weight.layer)).append(1, '.');
    }
    return out.append(name);
}

std::string Family::scaleNameOf(Weight weight) const {
    const std::string name = nameOf(weight);
    return name.substr(0, name.rfind('.')) + ".scale";
}

std::span<const Family* const> families() {
    static const std::array kFamilies{
        &bailingMoe2Family(), &deepseek2Family(),    &exaoneFamily(), &exaone4Family(),  &glm4Family(),
        &glm4MoeFamily(),     &hunyuanDenseFamily(), &llamaFamily(),  &mistral3Family(), &phi3Family(),
        &qwen2Family(),       &qwen2MoeFamily(),     &qwen3Family(),  &qwen3MoeFamily(), &qwen35Family(),
        &qwen35MoeFamily(),   &seedOssFamily(),      &smolLm3Family()};
    return kFamilies;
}

const Family* familyNamed(std::string_view architecture) {
    for (const Family* family : families())
        if (family->architecture == architecture) return family;
    return nullptr;
}

const Family* familyOfHubClass(std::string_view name) {
    for (const Family* family : families())
        if (std::find(family->hubClasses.begin(), family->hubClasses.end(), name) != family->hubClasses.end())
            return family;
    return nullptr;
}

} // namespace ponder
