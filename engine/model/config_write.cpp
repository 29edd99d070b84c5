// The keys of a config: the part of config.h that writes what config.cpp reads.
#include "engine/model/config.h"

namespace ponder {
namespace {

void writeRopeScaling(const ModelConfig& config, GgufOutput& output) {
    const RopeScaling& scaling = config.ropeScaling;
    const auto set = [&](const char* name, double value) {
        output.set(std::string(config.architecture()) + ".rope.scaling." + name, static_cast<float>(value));
    };
    const auto setOther = [&](const char* name, double value, double usual) {
        if (value != usual) set(name, value);
    };
    if (config.longFactors || scaling.yarn != 0 || config.queryGrowth != 0)
        output.set(std::string(config.architecture()) + ".rope.scaling.original_context_length",
                   scaling.originalContext);
    setOther("attn_factor", scaling.attentionFactor, 1);
    if (config.ropeScale == 1 && scaling.yarn == 0) return;
    output.set(std::string(config.architecture()) + ".rope.scaling.type",
               std::string(scaling.yarn != 0 ? "yarn" : "linear"));
    set("factor", 1 / config.ropeScale);
    if (scaling.yarn == 0) return;
    setOther("yarn_ext_factor", scaling.yarn, 1);
    setOther("yarn_beta_fast", scaling.betaFast, 32);
    setOther("yarn_beta_slow", scaling.betaSlow, 1);
    setOther("yarn_log_multiplier", scaling.logMultiplier, 0);
}

} // namespace

void ModelConfig::write(GgufOutput& output) const {
    const auto key = [&](const char* name) { return std::string(architecture()) + "." + name; };
    output.set(key("block_count"), layers).set(key("context_length"), trainedContext);
    output.set(key("embedding_length"), width).set(key("feed_forward_length"), hidden);
    writeHeads(output);
    writeWindows(output);
    if (hasStates()) writeDelta(output);
    output.set(key("attention.layer_norm_rms_epsilon"), normEpsilon);
    output.set(key("rope.freq_base"), static_cast<float>(ropeBase));
    output.set(key("rope.dimension_count"), rotary).set(key("vocab_size"), vocabulary);
    if (mixture.experts > 0) writeMixture(output);
    if (queryGrowth != 0) output.set(key("attention.temperature_scale"), queryGrowth);
    writeRopeScaling(*this, output);
}

void ModelConfig::writeHeads(GgufOutput& output) const {
    const auto key = [&](const char* name) { return std::string(architecture()) + ".attention." + name; };
    output.set(key("head_count"), heads).set(key("head_count_kv"), kvHeads);
    if (latent.heads > 0) {
        if (latent.queryRank > 0) output.set(key("q_lora_rank"), latent.queryRank);
        output.set(key("kv_lora_rank"), latent.kvRank);
        output.set(key("key_length"), latent.latentSize()).set(key("value_length"), latent.kvRank);
        output.set(key("key_length_mla"), latent.keySize()).set(key("value_length_mla"), latent.valueSize);
    } else if (std::uint64_t{headSize} * heads != width) {
        output.set(key("key_length"), headSize).set(key("value_length"), headSize);
    }
}

void ModelConfig::writeWindows(GgufOutput& output) const {
    const std::string key = std::string(architecture()) + ".attention.sliding_window";
    if (window > 0) output.set(key, window);
    if (!windowed.empty()) output.array(key + "_pattern", windowed);
}

void ModelConfig::writeDelta(GgufOutput& output) const {
    const auto key = [&](const char* name) { return std::string(architecture()) + "." + name; };
    output.set(key("ssm.conv_kernel"), delta.kernel).set(key("ssm.state_size"), delta.headSize);
    output.set(key("ssm.group_count"), delta.keyHeads).set(key("ssm.time_step_rank"), delta.valueHeads);
    output.set(key("ssm.inner_size"), delta.valueLength());
    output.array(key("attention.recurrent_layers"), recurrent);
    // llama.cpp does not load a file without it.
    std::vector<std::int32_t> sections(ropeSections.begin(), ropeSections.end());
    const auto pairs = static_cast<std::int32_t>(rotary / 2);
    if (sections == std::vector<std::int32_t>(3)) sections = {(pairs + 2) / 3, (pairs + 1) / 3, pairs / 3};
    sections.push_back(0);
    output.array(key("rope.dimension_sections"), sections);
}

void ModelConfig::writeMixture(GgufOutput& output) const {
    const auto key = [&](const char* name) { return std::string(architecture()) + "." + name; };
    output.set(key("expert_count"), mixture.experts).set(key("expert_used_count"), mixture.used);
    output.set(key("expert_feed_forward_length"), mixture.hidden);
    if (mixture.sharedHidden > 0) {
        output.set(key("expert_shared_feed_forward_length"), mixture.sharedHidden);
        // What llama.cpp wants of families whose shared expert is as wide as some others together.
        if (!mixture.sharedGate && mixture.sharedHidden % mixture.hidden == 0)
            output.set(key("expert_shared_count"), mixture.sharedHidden / mixture.hidden);
    }
    if (denseLayers > 0) output.set(key("leading_dense_block_count"), denseLayers);
    output.set(key("expert_gating_func"), 1 + static_cast<std::uint32_t>(mixture.gating));
    output.set(key("expert_weights_norm"), mixture.normalises);
    if (mixture.scale != 1) output.set(key("expert_weights_scale"), mixture.scale);
    if (!mixture.grouped()) return;
    output.set(key("expert_group_count"), mixture.groups);
    output.set(key("expert_group_used_count"), mixture.usedGroups);
}

} // namespace ponder
