#include "engine/convert/hugging_face_rope.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"

#include <cmath>
#include <numbers>

namespace ponder {
namespace {

using Json = nlohmann::json;

constexpr const char* kOriginal = "original_max_position_embeddings";
constexpr const char* kUnusable = PONDER_TR_NOOP("ErrorDetail", "%1 is not a usable number");

void cannot(JsonFields& fields, const char* name, const std::string& value) {
    fields.fail({ErrorCode::CannotConvert, fields.path(),
                 Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is \"%2\", which is not built in"),
                        {name, printable(value)}}});
}

// Of the first training; some files say it beside the scaling.
std::uint32_t originalContext(JsonFields& scaling, const JsonFields& config, const ModelConfig& model) {
    constexpr std::uint64_t kMost = 1u << 28;
    const char* const name = kOriginal;
    std::optional<std::uint64_t> out = scaling.integer(name, 1, kMost);
    JsonFields outer = config;
    if (!out) out = outer.integer(name, 1, kMost);
    return static_cast<std::uint32_t>(out.value_or(model.trainedContext));
}

// By what YaRN lengthens queries and keys, for a multiplier.
double grown(double factor, double multiplier) { return 1 + 0.1 * multiplier * std::log(factor); }

void readYarn(JsonFields& fields, const JsonFields& config, ModelConfig& model, double factor) {
    RopeScaling& scaling = model.ropeScaling;
    scaling.yarn = 1;
    scaling.originalContext = originalContext(fields, config, model);
    scaling.betaFast = fields.number("beta_fast", 1e-6, 1e6).value_or(scaling.betaFast);
    scaling.betaSlow = fields.number("beta_slow", 1e-6, 1e6).value_or(scaling.betaSlow);
    if (!fields.flag("truncate").value_or(true)) cannot(fields, "truncate", "false");
    const double own = fields.number("mscale", 0, 1e3).value_or(0);
    const double all = fields.number("mscale_all_dim", 0, 1e3).value_or(0);
    const auto given = fields.number("attention_factor", 1e-3, 1e3);
    if (model.latent.heads > 0) {
        // All of a query grows, not only what RoPE turns: files have a tenth of the multiplier.
        if (own != all && all != 0) cannot(fields, "mscale", fields.find("mscale")->dump());
        scaling.logMultiplier = 0.1 * all;
        return;
    }
    if (given)
        scaling.attentionFactor = *given / grown(factor, 1);
    else if (own != 0 && all != 0) {
        scaling.logMultiplier = all;
        scaling.attentionFactor = grown(factor, own) / grown(factor, 1);
    }
}

std::vector<float> factorList(JsonFields& fields, const char* name, std::size_t count) {
    std::vector<float> out;
    const Json* list = fields.find(name);
    if (list && list->is_array())
        for (const Json& one : *list)
            if (one.is_number() && one.get<double>() > 0) out.push_back(one.get<float>());
    if (out.size() != count) fields.bad(kUnusable, name);
    return out;
}

} // namespace

void HuggingFaceRope::read(JsonFields& config, ModelConfig& model) {
    const auto base = [&](JsonFields& fields) {
        model.ropeBase = fields.number("rope_theta", 1, 1e12).value_or(model.ropeBase);
        const auto part = fields.number("partial_rotary_factor", 0, 1);
        if (!part || model.latent.heads > 0) return;
        // Rows of q and k would change places in a part of each head only.
        const bool permuted =
            model.ropePairs() == RopePairs::Adjacent && !model.family->turnsAdjacentInFolder;
        if (*part != 1 && permuted)
            cannot(fields, "partial_rotary_factor", fields.find("partial_rotary_factor")->dump());
        model.rotary = static_cast<std::uint32_t>(model.headSize * *part);
    };
    base(config);
    for (const char* name : {"rope_scaling", "rope_parameters"}) {
        const Json* value = config.find(name);
        if (!value) continue;
        JsonFields scaling(*value, config.path());
        base(scaling);
        readScaling(scaling, config, model);
        if (scaling.problem()) config.fail(*scaling.problem());
    }
}

void HuggingFaceRope::readScaling(JsonFields& scaling, const JsonFields& config, ModelConfig& model) {
    std::optional<std::string> type = scaling.text("rope_type");
    if (!type) type = scaling.text("type");
    // How queries grow with their position is said here too.
    if (const auto growth = scaling.number("llama_4_scaling_beta", 0, 100)) {
        model.queryGrowth = static_cast<float>(*growth);
        model.ropeScaling.originalContext = originalContext(scaling, config, model);
    }
    if (!type || *type == "default") return;
    const double factor = scaling.number("factor", 1e-3, 1e6).value_or(1);
    const auto alpha = scaling.number("alpha", 1, 1e9);
    if (*type == "linear") {
        model.ropeScale = 1 / factor;
    } else if (*type == "yarn") {
        model.ropeScale = 1 / factor;
        readYarn(scaling, config, model, factor);
    } else if (*type == "llama3") {
        readLlama3(scaling, model);
    } else if (*type == "longrope" || *type == "su") {
        readLongrope(scaling, config, model);
    } else if (*type == "dynamic" && alpha && factor == 1 && model.headSize > 2) {
        const double size = model.headSize;
        model.ropeBase *= std::pow(*alpha, size / (size - 2));
    } else {
        cannot(scaling, "rope_type", *type);
    }
}

void HuggingFaceRope::readLlama3(JsonFields& scaling, ModelConfig& model) {
    llama3 = {scaling.number("factor", 1e-3, 1e6).value_or(1),
              scaling.number("low_freq_factor", 1e-3, 1e6).value_or(1),
              scaling.number("high_freq_factor", 1e-3, 1e6).value_or(4),
              scaling.number(kOriginal, 1, 1e9).value_or(8192)};
    if (llama3->highFactor <= llama3->lowFactor) scaling.bad(kUnusable, "high_freq_factor");
    model.ropeFactors = true;
}

// The longer the context was made, the longer cosines and sines are.
void HuggingFaceRope::readLongrope(JsonFields& scaling, const JsonFields& config, ModelConfig& model) {
    longFactors = factorList(scaling, "long_factor", model.rotary / 2);
    shortFactors = factorList(scaling, "short_factor", model.rotary / 2);
    model.longFactors = true;
    RopeScaling& out = model.ropeScaling;
    out.originalContext = originalContext(scaling, config, model);
    const double usual = double(model.trainedContext) / std::max(1U, out.originalContext);
    const double factor = scaling.number("factor", 1e-3, 1e6).value_or(usual);
    const auto given = scaling.number("attention_factor", 1e-3, 1e3);
    if (given)
        out.attentionFactor = *given;
    else if (factor > 1 && out.originalContext > 1)
        out.attentionFactor = std::sqrt(1 + std::log(factor) / std::log(double(out.originalContext)));
}

std::vector<float> HuggingFaceRope::factors(Slot slot, const ModelConfig& model) const {
    if (slot == Slot::RopeFactorsLong) return longFactors;
    if (slot == Slot::RopeFactorsShort) return shortFactors;
    std::vector<float> out;
    if (!llama3) return out;
    const double longest = llama3->originalContext / llama3->lowFactor;
    const double shortest = llama3->originalContext / llama3->highFactor;
    for (std::uint32_t i = 0; i < model.rotary / 2; ++i) {
        const double length = 2 * std::numbers::pi * std::pow(model.ropeBase, 2.0 * i / model.rotary);
        const double between =
            (llama3->originalContext / length - llama3->lowFactor) / (llama3->highFactor - llama3->lowFactor);
        double factor = 1 / ((1 - between) / llama3->factor + between);
        if (length < shortest) factor = 1;
        if (length > longest) factor = llama3->factor;
        out.push_back(static_cast<float>(factor));
    }
    return out;
}

} // namespace ponder
