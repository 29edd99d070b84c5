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
constexpr std::uint64_t kMaxHeads = 1024, kMaxHeadSize = 512, kMaxVocabulary = 1u << 22;
constexpr std::uint64_t kMaxContext = 1u << 28;

class ConfigJsonReader {
public:
    ConfigJsonReader(const Json& config, const std::string& path) : m_fields(config, path) {}

    Result<HuggingFaceConfig> read();

private:
    void readArchitecture();
    void readSizes();
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
    if (name == "Qwen2ForCausalLM")
        m_out.architecture = "qwen2";
    else if (name == "LlamaForCausalLM")
        m_out.architecture = "llama";
    else if (name.empty())
        m_fields.bad(PONDER_TR_NOOP("ErrorDetail", "%1 is missing"), "architectures");
    else
        cannot("architectures", name);
}

void ConfigJsonReader::readSizes() {
    m_out.layers = count("num_hidden_layers", kMaxLayers);
    m_out.width = count("hidden_size", kMaxWidth);
    m_out.hidden = count("intermediate_size", kMaxHidden);
    m_out.heads = count("num_attention_heads", kMaxHeads);
    m_out.vocabulary = count("vocab_size", kMaxVocabulary);
    m_out.context = count("max_position_embeddings", kMaxContext);
    m_out.kvHeads = static_cast<std::uint32_t>(
        m_fields.integer("num_key_value_heads", 1, kMaxHeads).value_or(m_out.heads));
    const auto headSize = m_fields.integer("head_dim", 1, kMaxHeadSize);
    m_out.headSize = static_cast<std::uint32_t>(headSize.value_or(m_out.width / m_out.heads));
    if (m_out.headSize == 0 || m_out.headSize % 2 != 0 || (!headSize && m_out.width % m_out.heads != 0) ||
        m_out.heads % m_out.kvHeads != 0)
        m_fields.bad(PONDER_TR_NOOP("ErrorDetail", "%1 does not go with the other sizes"),
                     "num_attention_heads");
    m_out.normEpsilon = m_fields.number("rms_norm_eps", 1e-12, 0.1).value_or(1e-6);
    m_out.tied = m_fields.flag("tie_word_embeddings").value_or(false);
}

// Newer files keep all of RoPE under rope_parameters.
void ConfigJsonReader::readRope() {
    m_out.ropeBase = m_fields.number("rope_theta", 1, 1e12).value_or(10000);
    for (const char* name : {"rope_scaling", "rope_parameters"}) {
        const Json* value = m_fields.find(name);
        if (!value) continue;
        JsonFields scaling(*value, m_fields.path());
        m_out.ropeBase = scaling.number("rope_theta", 1, 1e12).value_or(m_out.ropeBase);
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
        m_out.linearFactor = factor;
    } else if (*type == "llama3") {
        Llama3Scaling scaling{factor, fields.number("low_freq_factor", 1e-3, 1e6).value_or(1),
                              fields.number("high_freq_factor", 1e-3, 1e6).value_or(4),
                              fields.number("original_max_position_embeddings", 1, 1e9).value_or(8192)};
        if (scaling.highFactor <= scaling.lowFactor)
            fields.bad(PONDER_TR_NOOP("ErrorDetail", "%1 is not a usable number"), "high_freq_factor");
        m_out.llama3 = scaling;
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
    if (m_out.llama())
        for (const char* name : {"attention_bias", "mlp_bias"})
            if (m_fields.flag(name).value_or(false)) cannot(name, "true");
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
    for (std::uint32_t i = 0; i < headSize / 2; ++i) {
        const double length = 2 * std::numbers::pi * std::pow(ropeBase, 2.0 * i / headSize);
        const double between =
            (llama3->originalContext / length - llama3->lowFactor) / (llama3->highFactor - llama3->lowFactor);
        double factor = 1 / ((1 - between) / llama3->factor + between);
        if (length < shortest) factor = 1;
        if (length > longest) factor = llama3->factor;
        out.push_back(static_cast<float>(factor));
    }
    return out;
}

ModelShape HuggingFaceConfig::shape() const {
    ModelShape out;
    out.llama = llama();
    out.layers = layers;
    out.width = width;
    out.heads = heads;
    out.kvHeads = kvHeads;
    out.headSize = headSize;
    out.hidden = hidden;
    out.vocabulary = vocabulary;
    out.ropeBase = ropeBase;
    out.epsilon = normEpsilon;
    out.tied = tied;
    out.ropeFactors = llama3.has_value();
    out.context = context;
    return out;
}

std::uint64_t HuggingFaceConfig::parameters() const {
    const std::uint64_t d = width, f = hidden, queries = std::uint64_t{heads} * headSize;
    const std::uint64_t keys = std::uint64_t{kvHeads} * headSize;
    std::uint64_t layer = 2 * d * queries + 2 * d * keys + 3 * d * f + 2 * d;
    if (!llama()) layer += queries + 2 * keys;
    return layer * layers + (tied ? 1 : 2) * d * vocabulary + d;
}

void HuggingFaceConfig::setKeys(GgufOutput& output) const {
    const auto key = [&](const char* name) { return architecture + "." + name; };
    output.set(key("block_count"), layers).set(key("context_length"), context);
    output.set(key("embedding_length"), width).set(key("feed_forward_length"), hidden);
    output.set(key("attention.head_count"), heads).set(key("attention.head_count_kv"), kvHeads);
    if (std::uint64_t{headSize} * heads != width)
        output.set(key("attention.key_length"), headSize).set(key("attention.value_length"), headSize);
    output.set(key("attention.layer_norm_rms_epsilon"), static_cast<float>(normEpsilon));
    output.set(key("rope.freq_base"), static_cast<float>(ropeBase));
    output.set(key("rope.dimension_count"), headSize).set(key("vocab_size"), vocabulary);
    if (linearFactor) {
        output.set(key("rope.scaling.type"), "linear");
        output.set(key("rope.scaling.factor"), static_cast<float>(*linearFactor));
    }
}

} // namespace ponder
