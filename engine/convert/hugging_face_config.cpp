#include "engine/convert/hugging_face_config.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/convert/json_fields.h"

#include <algorithm>

namespace ponder {
namespace {

using Json = nlohmann::json;

// Those of model/config.cpp: what is larger could not be loaded.
constexpr std::uint64_t kMaxLayers = 1024, kMaxWidth = 1u << 17, kMaxHidden = 1u << 19;
constexpr std::uint64_t kMaxHeads = 1024, kMaxVocabulary = 1u << 22;
constexpr std::uint64_t kMaxContext = 1u << 28;

constexpr std::string_view kDeepseekV2 = "DeepseekV2ForCausalLM";

class ConfigJsonReader {
public:
    ConfigJsonReader(const Json& config, const std::string& path) : m_fields(config, path) {}

    Result<HuggingFaceConfig> read();

private:
    void readArchitecture();
    void readSizes();
    void readHeads();
    void readLatent();
    void readDelta();
    void readRecurrentLayers();
    void readMixture();
    void readRouting();
    void readDenseLayers();
    void readWindows();
    void readMarks();
    void readQuantization(const Json& quantization);
    void rejectUnsupported();
    void rejectOtherTurns();

    std::uint32_t count(const char* name, std::uint64_t most) {
        return static_cast<std::uint32_t>(m_fields.neededInteger(name, 1, most));
    }
    std::uint32_t optionalCount(const char* name, std::uint64_t most) {
        return static_cast<std::uint32_t>(m_fields.integer(name, 0, most).value_or(0));
    }
    std::uint32_t countOr(const char* name, std::uint64_t most, std::uint32_t usual) {
        return static_cast<std::uint32_t>(m_fields.integer(name, 1, most).value_or(usual));
    }
    // What holds where the fields of routing are left out.
    bool routesLikeDeepseekV3() const {
        return m_out.model.family->gating == Gating::Sigmoid ||
               (m_out.model.latent.heads > 0 && m_className != kDeepseekV2);
    }
    bool hasDelta() const { return m_out.model.family->row(Slot::DeltaInput) != nullptr; }
    // Families call some fields otherwise.
    const char* either(const char* name, const char* other) const {
        return m_fields.find(other) && !m_fields.find(name) ? other : name;
    }
    void cannot(Detail detail) {
        m_fields.fail({ErrorCode::CannotConvert, m_fields.path(), std::move(detail)});
    }
    void cannot(const char* name, const std::string& value) {
        cannot(Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is \"%2\", which is not built in"),
                      {name, printable(value)}});
    }

    JsonFields m_fields;
    std::string m_className;
    HuggingFaceConfig m_out;
};

Result<HuggingFaceConfig> ConfigJsonReader::read() {
    readArchitecture();
    if (m_fields.problem()) return *m_fields.problem();
    readSizes();
    readDelta();
    readMixture();
    m_out.rope.read(m_fields, m_out.model);
    readWindows();
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
    m_className = name;
    m_out.model.family = familyOfHubClass(name);
    if (m_out.model.family) return;
    if (name.empty())
        m_fields.bad(PONDER_TR_NOOP("ErrorDetail", "%1 is missing"), "architectures");
    else
        cannot("architectures", name);
}

void ConfigJsonReader::readSizes() {
    ModelConfig& model = m_out.model;
    model.layers = count(either("num_hidden_layers", "num_layers"), kMaxLayers);
    model.width = count("hidden_size", kMaxWidth);
    // Classes all of whose layers are mixtures need not have it.
    const bool sparse = model.family->row(Slot::Router) && !m_fields.find("intermediate_size");
    model.hidden = count(sparse ? "moe_intermediate_size" : "intermediate_size", kMaxHidden);
    model.heads = count("num_attention_heads", kMaxHeads);
    model.vocabulary = count("vocab_size", kMaxVocabulary);
    model.trainedContext = count("max_position_embeddings", kMaxContext);
    model.draftLayers = optionalCount("num_nextn_predict_layers", kMaxLayers);
    model.normEpsilon = static_cast<float>(
        m_fields.number(either("rms_norm_eps", "layer_norm_epsilon"), 1e-12, 0.1).value_or(1e-6));
    model.tied = m_fields.flag("tie_word_embeddings").value_or(false);
    if (model.family->row(Slot::KeyValueDown))
        readLatent();
    else
        readHeads();
}

void ConfigJsonReader::readHeads() {
    ModelConfig& model = m_out.model;
    model.kvHeads = static_cast<std::uint32_t>(
        m_fields.integer("num_key_value_heads", 1, kMaxHeads).value_or(model.heads));
    const auto headSize = m_fields.integer("head_dim", 1, kMaxHeadSize);
    model.headSize = static_cast<std::uint32_t>(headSize.value_or(model.width / model.heads));
    model.rotary = model.headSize;
    model.headNorms = m_fields.flag("use_qk_norm").value_or(false);
    if (model.headSize == 0 || model.headSize % 2 != 0 || (!headSize && model.width % model.heads != 0) ||
        model.heads % model.kvHeads != 0)
        m_fields.bad(PONDER_TR_NOOP("ErrorDetail", "%1 does not go with the other sizes"),
                     "num_attention_heads");
}

void ConfigJsonReader::readLatent() {
    ModelConfig& model = m_out.model;
    LatentAttention& latent = model.latent;
    latent.heads = model.heads;
    latent.queryRank = optionalCount("q_lora_rank", kMaxWidth);
    latent.kvRank = count("kv_lora_rank", kMaxLatentSize);
    latent.nopeSize = count("qk_nope_head_dim", kMaxHeadSize);
    latent.ropeSize = count("qk_rope_head_dim", kMaxHeadSize);
    latent.valueSize = count("v_head_dim", kMaxHeadSize);
    model.kvHeads = 1;
    model.headSize = latent.keySize();
    model.rotary = latent.ropeSize;
    // V2 has no such field. Where it is false, RoPE turns a value with the one half of them away
    // (DeepseekV3's apply_rotary_pos_emb), else with its neighbour (apply_rotary_pos_emb_interleave).
    m_out.turnsHalves = m_className != kDeepseekV2 && !m_fields.flag("rope_interleave").value_or(true);
}

void ConfigJsonReader::readDelta() {
    if (!hasDelta()) return;
    ModelConfig& model = m_out.model;
    DeltaAttention& delta = model.delta;
    delta.headSize = countOr("linear_key_head_dim", kMaxDeltaHead, 128);
    delta.keyHeads = countOr("linear_num_key_heads", kMaxHeads, 16);
    delta.valueHeads = countOr("linear_num_value_heads", kMaxHeads, 32);
    delta.kernel = countOr("linear_conv_kernel_dim", kMaxConvolution, 4);
    if (const auto other = countOr("linear_value_head_dim", kMaxDeltaHead, 128); other != delta.headSize)
        cannot("linear_value_head_dim", std::to_string(other));
    if (delta.valueHeads % delta.keyHeads != 0) {
        m_fields.bad(PONDER_TR_NOOP("ErrorDetail", "%1 does not go with the other sizes"),
                     "linear_num_value_heads");
        delta.valueHeads = delta.keyHeads;
    }
    readRecurrentLayers();
    model.rotary = model.headSize / 4; // where partial_rotary_factor is left out
    const Json* rope = m_fields.find("rope_parameters");
    if (!rope) return;
    const auto sections = JsonFields(*rope, m_fields.path()).integers("mrope_section");
    for (std::size_t i = 0; i < std::min(sections.size(), model.ropeSections.size()); ++i)
        model.ropeSections[i] =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(sections[i], kMaxHeadSize));
}

void ConfigJsonReader::readRecurrentLayers() {
    ModelConfig& model = m_out.model;
    const Json* types = m_fields.find("layer_types");
    const std::uint32_t interval = countOr("full_attention_interval", kMaxLayers, 4);
    for (std::uint32_t i = 0; i < model.layers; ++i) {
        const bool listed = types && types->is_array() && i < types->size();
        const bool delta = listed ? (*types)[i] == "linear_attention" : (i + 1) % interval != 0;
        const bool known = delta || (listed && (*types)[i] == "full_attention");
        if (types && !known && !m_fields.problem()) cannot("layer_types", types->dump());
        model.recurrent.push_back(delta);
    }
}

void ConfigJsonReader::readMixture() {
    ModelConfig& model = m_out.model;
    if (!model.family->row(Slot::Router)) return;
    MixtureFeedForward& mixture = model.mixture;
    mixture.experts = count(either("num_experts", "n_routed_experts"), kMostExperts);
    mixture.used = count("num_experts_per_tok", std::min(mixture.experts, kMostUsedExperts));
    mixture.hidden = count("moe_intermediate_size", kMaxHidden);
    // Qwen3.5's class has no such field and always does.
    mixture.normalises = m_fields.flag("norm_topk_prob").value_or(routesLikeDeepseekV3() || hasDelta());
    if (model.family->row(Slot::SharedRouter))
        mixture.sharedHidden = count("shared_expert_intermediate_size", kMaxHidden);
    else if (model.family->row(Slot::SharedUp))
        mixture.sharedHidden =
            mixture.hidden * optionalCount("n_shared_experts", kMaxHidden / mixture.hidden);
    mixture.sharedGate = mixture.sharedHidden > 0 && model.family->row(Slot::SharedRouter) != nullptr;
    mixture.scale = static_cast<float>(m_fields.number("routed_scaling_factor", 1e-6, 1e6).value_or(1));
    readRouting();
    readDenseLayers();
}

void ConfigJsonReader::readRouting() {
    MixtureFeedForward& mixture = m_out.model.mixture;
    const std::string gating =
        m_fields.text("scoring_func").value_or(routesLikeDeepseekV3() ? "sigmoid" : "softmax");
    if (gating != "sigmoid" && gating != "softmax") cannot("scoring_func", gating);
    mixture.gating = gating == "sigmoid" ? Gating::Sigmoid : Gating::Softmax;
    const std::uint32_t groups = std::max(1U, optionalCount("n_group", kMostExpertGroups));
    const std::string method =
        m_fields.text("topk_method").value_or(routesLikeDeepseekV3() ? "noaux_tc" : "greedy");
    if (groups == 1 || method == "greedy") return;
    // By the best expert of each or by the two best: which follows from the gating (model/expert_choice.h).
    if (method != (mixture.gating == Gating::Softmax ? "group_limited_greedy" : "noaux_tc"))
        cannot("topk_method", method);
    mixture.groups = groups;
    mixture.usedGroups = count("topk_group", groups);
}

// Those in front, and no others.
void ConfigJsonReader::readDenseLayers() {
    m_out.model.denseLayers = optionalCount("first_k_dense_replace", m_out.model.layers);
    for (const char* name : {"decoder_sparse_step", "moe_layer_freq"})
        if (m_fields.integer(name, 0, kMaxLayers).value_or(1) != 1) cannot(name, m_fields.find(name)->dump());
    const Json* dense = m_fields.find("mlp_only_layers");
    if (dense && dense->is_array() && !dense->empty()) cannot("mlp_only_layers", dense->dump());
    const Json* types = m_fields.find("mlp_layer_types");
    if (!types || !types->is_array()) return;
    std::uint32_t first = 0;
    while (first < types->size() && (*types)[first] == "dense")
        ++first;
    m_out.model.denseLayers = std::min(first, m_out.model.layers);
    for (std::size_t i = first; i < types->size(); ++i)
        if ((*types)[i] != "sparse") return cannot("mlp_layer_types", types->dump());
}

// Which layers look through a window: by their kinds, or by a pattern such as "LLLG" that is repeated.
void ConfigJsonReader::readWindows() {
    ModelConfig& model = m_out.model;
    if (!model.family->windows) return;
    model.window = optionalCount("sliding_window", kMaxContext);
    const Json* types = m_fields.find("layer_types");
    const Json* pattern = m_fields.find("sliding_window_pattern");
    if (model.window == 0) return;
    for (std::uint32_t i = 0; i < model.layers; ++i) {
        if (types && types->is_array() && i < types->size())
            model.windowed.push_back((*types)[i] == "sliding_attention");
        else if (pattern && pattern->is_string() && !pattern->get_ref<const std::string&>().empty()) {
            const auto& kinds = pattern->get_ref<const std::string&>();
            model.windowed.push_back(kinds[i % kinds.size()] == 'L');
        } else if (pattern && pattern->is_number_unsigned() && pattern->get<std::uint64_t>() > 0) {
            model.windowed.push_back((i + 1) % pattern->get<std::uint64_t>() != 0);
        } else {
            return cannot("sliding_window", std::to_string(model.window));
        }
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
    const char* const activation = either("hidden_act", "activation_function");
    if (const std::string name = m_fields.text(activation).value_or("silu"); name != "silu")
        cannot(activation, name);
    const Family& family = *m_out.model.family;
    if (!family.windows && m_fields.flag("use_sliding_window").value_or(false))
        cannot("use_sliding_window", "true");
    if (!family.row(Slot::QueryBias) && m_fields.flag("attention_bias").value_or(false))
        cannot("attention_bias", "true");
    for (const char* name : {"mlp_bias", "attention_out_bias"})
        if (m_fields.flag(name).value_or(false)) cannot(name, "true");
    if (family.row(Slot::QueryNorm) && !m_fields.flag("use_qk_norm").value_or(true) &&
        lengthOf(Extent::HeadKey, m_out.model, m_out.model.layer(0)) > 0)
        cannot("use_qk_norm", "false");
    if (!m_fields.flag("rope_interleave").value_or(true) && !m_out.turnsHalves)
        cannot("rope_interleave", "false");
    rejectOtherTurns();
}

// Layers that go without RoPE are those of the family: files have no key for them. That SmolLM3's are every
// fourth is built into llama.cpp (n_no_rope_layer_step); EXAONE 4 turns where it looks through a window.
void ConfigJsonReader::rejectOtherTurns() {
    const ModelConfig& model = m_out.model;
    std::vector<std::uint64_t> turns = m_fields.integers("no_rope_layers"); // 1: the layer turns its heads
    const char* const name = turns.empty() ? "no_rope_layer_interval" : "no_rope_layers";
    const auto period = m_fields.integer("no_rope_layer_interval", 1, kMaxLayers);
    if (turns.empty() && period)
        for (std::uint32_t i = 1; i <= model.layers; ++i)
            turns.push_back(i % *period == 0 ? 0 : 1);
    for (std::uint32_t i = 0; i < std::min<std::size_t>(turns.size(), model.layers); ++i)
        if (const HeadAttention* heads = model.layer(i).heads(); heads && heads->turns != (turns[i] != 0))
            return cannot(name, m_fields.find(name)->dump());
}

// Models that see images as well have the fields of their text part one step further in; the classes and
// whether the embedding is tied are said outside.
Json textPart(const Json& config) {
    const auto text = config.find("text_config");
    if (text == config.end() || !text->is_object()) return config;
    Json out = *text;
    for (const auto& [name, value] : config.items())
        if (!value.is_null() &&
            (!out.contains(name) || name == "architectures" || name == "tie_word_embeddings"))
            out[name] = value;
    return out;
}

} // namespace

Result<HuggingFaceConfig> HuggingFaceConfig::read(const Json& config, const std::string& path) {
    const Json text = textPart(config);
    return ConfigJsonReader(text, path).read();
}

} // namespace ponder
