#include "engine/convert/hugging_face_config.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/convert/json_fields.h"

#include <cmath>
#include <numbers>

namespace ponder {
namespace {

using Json = nlohmann::json;

// Those of model/config.cpp: what is larger could not be loaded.
constexpr std::uint64_t kMaxLayers = 1024, kMaxWidth = 1u << 17, kMaxHidden = 1u << 19;
constexpr std::uint64_t kMaxHeads = 1024, kMaxVocabulary = 1u << 22;
constexpr std::uint64_t kMaxContext = 1u << 28;

class ConfigJsonReader {
public:
    ConfigJsonReader(const Json& config, const std::string& path) : m_fields(config, path) {}

    Result<HuggingFaceConfig> read();

private:
    void readArchitecture();
    void readSizes();
    void readMixture();
    void readRope();
    void readRopeScaling(JsonFields& fields);
    void readMarks();
    void readQuantization(const Json& quantization);
    void rejectUnsupported();

    std::uint32_t count(const char* name, std::uint64_t most) {
        return static_cast<std::uint32_t>(m_fields.neededInteger(name, 1, most));
    }
    void cannot(Detail detail) {
        m_fields.fail({ErrorCode::CannotConvert, m_fields.path(), std::move(detail)});
    }
    void cannot(const char* name, const std::string& value) {
        cannot(Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is \"%2\", which is not built in"),
                      {name, printable(value)}});
    }

    JsonFields m_fields;
    HuggingFaceConfig m_out;
};

Result<HuggingFaceConfig> ConfigJsonReader::read() {
    readArchitecture();
    if (m_fields.problem()) return *m_fields.problem();
    readSizes();
    readMixture();
    readRope();
    readMarks();
    rejectUnsupported();
    if (m_fields.problem()) return *m_fields.problem();
    return m_out;
}

void ConfigJsonReader::readArchitecture() {
    std::string name;
    const Json* list = m_fields.find("architectures");
    if (list && list->is_array() && !list->empty() && list->front().is_string())
        name = list->front().get<std::string>();
    m_out.model.family = familyOfHubClass(name);
    if (m_out.model.family) return;
    if (name.empty())
        m_fields.bad(PONDER_TR_NOOP("ErrorDetail", "%1 is missing"), "architectures");
    else
        cannot("architectures", name);
}

void ConfigJsonReader::readSizes() {
    ModelConfig& model = m_out.model;
    model.layers = count("num_hidden_layers", kMaxLayers);
    model.width = count("hidden_size", kMaxWidth);
    model.hidden = count("intermediate_size", kMaxHidden);
    model.heads = count("num_attention_heads", kMaxHeads);
    model.vocabulary = count("vocab_size", kMaxVocabulary);
    model.trainedContext = count("max_position_embeddings", kMaxContext);
    model.kvHeads = static_cast<std::uint32_t>(
        m_fields.integer("num_key_value_heads", 1, kMaxHeads).value_or(model.heads));
    const auto headSize = m_fields.integer("head_dim", 1, kMaxHeadSize);
    model.headSize = static_cast<std::uint32_t>(headSize.value_or(model.width / model.heads));
    model.rotary = model.headSize;
    if (model.headSize == 0 || model.headSize % 2 != 0 || (!headSize && model.width % model.heads != 0) ||
        model.heads % model.kvHeads != 0)
        m_fields.bad(PONDER_TR_NOOP("ErrorDetail", "%1 does not go with the other sizes"),
                     "num_attention_heads");
    model.normEpsilon = static_cast<float>(m_fields.number("rms_norm_eps", 1e-12, 0.1).value_or(1e-6));
    model.tied = m_fields.flag("tie_word_embeddings").value_or(false);
}

// Every layer is a mixture: the fields that make some of them dense have to say so.
void ConfigJsonReader::readMixture() {
    if (!m_out.model.family->row(Slot::Router)) return;
    MixtureFeedForward& mixture = m_out.model.mixture;
    mixture.experts = count("num_experts", kMostExperts);
    mixture.used = count("num_experts_per_tok", std::min(mixture.experts, kMostUsedExperts));
    mixture.hidden = count("moe_intermediate_size", kMaxHidden);
    mixture.normalises = m_fields.flag("norm_topk_prob").value_or(false);
    if (m_out.model.family->row(Slot::SharedUp))
        mixture.sharedHidden = count("shared_expert_intermediate_size", kMaxHidden);
    mixture.sharedGate = m_out.model.family->row(Slot::SharedRouter) != nullptr;
    if (m_fields.integer("decoder_sparse_step", 0, kMaxLayers).value_or(1) != 1)
        cannot("decoder_sparse_step", m_fields.find("decoder_sparse_step")->dump());
    const Json* dense = m_fields.find("mlp_only_layers");
    if (dense && dense->is_array() && !dense->empty()) cannot("mlp_only_layers", dense->dump());
}

// Newer files keep all of RoPE under rope_parameters.
void ConfigJsonReader::readRope() {
    m_out.model.ropeBase = m_fields.number("rope_theta", 1, 1e12).value_or(10000);
    for (const char* name : {"rope_scaling", "rope_parameters"}) {
        const Json* value = m_fields.find(name);
        if (!value) continue;
        JsonFields scaling(*value, m_fields.path());
        m_out.model.ropeBase = scaling.number("rope_theta", 1, 1e12).value_or(m_out.model.ropeBase);
        readRopeScaling(scaling);
        if (scaling.problem()) m_fields.fail(*scaling.problem());
    }
}

void ConfigJsonReader::readRopeScaling(JsonFields& fields) {
    std::optional<std::string> type = fields.text("rope_type");
    if (!type) type = fields.text("type");
    if (!type || *type == "default") return;
    const double factor = fields.number("factor", 1e-3, 1e6).value_or(1);
    if (*type == "linear") {
        m_out.model.ropeScale = 1 / factor;
    } else if (*type == "llama3") {
        Llama3Scaling scaling{factor, fields.number("low_freq_factor", 1e-3, 1e6).value_or(1),
                              fields.number("high_freq_factor", 1e-3, 1e6).value_or(4),
                              fields.number("original_max_position_embeddings", 1, 1e9).value_or(8192)};
        if (scaling.highFactor <= scaling.lowFactor)
            fields.bad(PONDER_TR_NOOP("ErrorDetail", "%1 is not a usable number"), "high_freq_factor");
        m_out.llama3 = scaling;
        m_out.model.ropeFactors = true;
    } else {
        cannot("rope_type", *type);
    }
}

void ConfigJsonReader::readMarks() {
    m_out.bos = m_fields.integers("bos_token_id");
    m_out.eos = m_fields.integers("eos_token_id");
    m_out.nameOrPath = m_fields.text("_name_or_path").value_or("");
    m_out.numberFormat = m_fields.text("torch_dtype").value_or(m_fields.text("dtype").value_or(""));
    if (const Json* quantization = m_fields.find("quantization_config")) readQuantization(*quantization);
}

void ConfigJsonReader::readQuantization(const Json& quantization) {
    m_out.quantMethod = JsonFields(quantization, m_fields.path()).text("quant_method").value_or("unknown");
    if (m_out.quantMethod != "awq") return;
    const Result<AwqFormat> format = AwqFormat::read(quantization, m_fields.path());
    if (format)
        m_out.awq = *format;
    else
        m_fields.fail(format.error());
}

// What would convert and then answer nonsense.
void ConfigJsonReader::rejectUnsupported() {
    const std::string activation = m_fields.text("hidden_act").value_or("silu");
    if (activation != "silu") cannot("hidden_act", activation);
    if (m_fields.flag("use_sliding_window").value_or(false)) cannot("use_sliding_window", "true");
    const TensorRow* bias = m_out.model.family->row(Slot::QueryBias);
    const bool biased = bias && bias->presence == Presence::Always;
    if (!biased && m_fields.flag("attention_bias").value_or(false)) cannot("attention_bias", "true");
    if (m_fields.flag("mlp_bias").value_or(false)) cannot("mlp_bias", "true");
    if (m_fields.number("partial_rotary_factor", 0, 1).value_or(1) != 1)
        cannot("partial_rotary_factor", m_fields.find("partial_rotary_factor")->dump());
}

} // namespace

Result<HuggingFaceConfig> HuggingFaceConfig::read(const Json& config, const std::string& path) {
    return ConfigJsonReader(config, path).read();
}

std::vector<float> HuggingFaceConfig::ropeFactors() const {
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
