#include "engine/model/config.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/model/weights.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

namespace ponder {
namespace {

// Far above every model there is. Heads times their size fit 32 bits with room to spare.
constexpr std::uint32_t kMaxLayers = 1024;
constexpr std::uint32_t kMaxWidth = 1u << 17;
constexpr std::uint32_t kMaxHidden = 1u << 19;
constexpr std::uint32_t kMaxHeads = 1024;
constexpr std::uint32_t kMaxVocabulary = 1u << 22;
constexpr std::uint32_t kMaxContext = 1u << 28;
// Every block format and every kernel works on runs of 32 values.
constexpr std::uint32_t kRun = 32;

// Reads the keys of one file in turn; the first problem stays and the rest is skipped.
class ConfigReader {
public:
    explicit ConfigReader(const ModelFile& file) : m_file(file), m_keys(file.metadata()) {}

    Result<ModelConfig> read() {
        readArchitecture();
        if (m_error) return *m_error;
        readSizes();
        if (m_config.family->row(Slot::KeyValueDown))
            readLatent();
        else
            readHeads();
        readDelta();
        readRope();
        readWindows();
        scaleLatent();
        readVocabulary();
        readMixture();
        rejectUnsupported();
        if (m_error) return *m_error;
        return m_config;
    }

private:
    void readArchitecture();
    void readSizes();
    void readHeads();
    void readLatent();
    void readDelta();
    void readRecurrentLayers();
    void scaleLatent();
    void readRope();
    void readRopeScaling();
    void readWindows();
    void readYarn();
    void readVocabulary();
    void readMixture();
    void readRouting();
    void rejectUnsupported();
    bool mixes() const { return m_config.family->row(Slot::Router) != nullptr; }
    // Of the first layer that is a mixture, if the file has it.
    const TensorInfo* ofMixture(Slot slot) const {
        if (!m_config.family->row(slot)) return nullptr;
        return m_file.find(m_config.family->nameOf({slot, m_config.denseLayers}));
    }

    std::string key(std::string_view name) const {
        return std::string(m_config.architecture()) + "." + std::string(name);
    }
    void fail(ErrorCode code, Detail detail) {
        if (!m_error) m_error = Error{code, m_file.parts().front().string(), std::move(detail)};
    }
    // `pattern` has the key as %1 and the numbers from %2 on.
    void bad(std::string_view name, const char* pattern, std::initializer_list<std::uint64_t> numbers = {}) {
        std::vector<std::string> arguments{key(name)};
        for (const std::uint64_t number : numbers)
            arguments.push_back(std::to_string(number));
        fail(ErrorCode::BadMetadata, Detail{pattern, std::move(arguments)});
    }
    // The integer at `name` from 1 to `most`. `fallback` stands where the key is absent; without one it is
    // required. Gives 1 after an error, so that what follows can divide by it.
    std::uint32_t count(std::string_view name, std::uint32_t most,
                        std::optional<std::uint32_t> fallback = std::nullopt);
    double number(std::string_view name, double least, double most, std::optional<double> fallback);

    const ModelFile& m_file;
    const Metadata& m_keys;
    ModelConfig m_config;
    std::optional<Error> m_error;
};

std::uint32_t ConfigReader::count(std::string_view name, std::uint32_t most,
                                  std::optional<std::uint32_t> fallback) {
    const std::string full = key(name);
    if (!m_keys.has(full)) {
        if (!fallback) bad(name, PONDER_TR_NOOP("ErrorDetail", "%1 is missing"));
        return fallback.value_or(1);
    }
    const auto value = m_keys.integer(full);
    if (value && *value >= 1 && *value <= most) return static_cast<std::uint32_t>(*value);
    bad(name, PONDER_TR_NOOP("ErrorDetail", "%1 must be a number from 1 to %2"), {most});
    return 1;
}

double ConfigReader::number(std::string_view name, double least, double most,
                            std::optional<double> fallback) {
    const std::string full = key(name);
    if (!m_keys.has(full)) {
        if (!fallback) bad(name, PONDER_TR_NOOP("ErrorDetail", "%1 is missing"));
        return fallback.value_or(least);
    }
    const auto value = m_keys.number(full);
    if (value && *value >= least && *value <= most) return *value; // false for a NaN
    bad(name, PONDER_TR_NOOP("ErrorDetail", "%1 is not a usable number"));
    return least;
}

void ConfigReader::readArchitecture() {
    if (m_keys.text("general.type") == "adapter")
        return fail(ErrorCode::UnsupportedModel,
                    Detail{PONDER_TR_NOOP("ErrorDetail", "it is an adapter that changes another model"), {}});
    const auto architecture = m_keys.text("general.architecture");
    if (!architecture)
        return fail(ErrorCode::BadMetadata,
                    Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is missing"), {"general.architecture"}});
    m_config.family = familyNamed(*architecture);
    if (!m_config.family) fail(ErrorCode::UnknownArchitecture, printable(*architecture));
}

void ConfigReader::readSizes() {
    // Blocks that only guess further tokens are counted and stand at the end.
    const std::uint32_t blocks = count("block_count", kMaxLayers);
    if (m_keys.integer(key("nextn_predict_layers")) != 0)
        m_config.draftLayers = count("nextn_predict_layers", kMaxLayers, 0);
    if (m_config.draftLayers >= blocks)
        bad("nextn_predict_layers", PONDER_TR_NOOP("ErrorDetail", "%1 does not go with the other sizes"));
    m_config.layers = blocks - std::min(m_config.draftLayers, blocks - 1);
    m_config.width = count("embedding_length", kMaxWidth);
    // Mixtures need not have it: all of their layers may be experts.
    m_config.hidden = count("feed_forward_length", kMaxHidden, mixes() ? std::optional(kRun) : std::nullopt);
    m_config.trainedContext = count("context_length", kMaxContext);
    m_config.normEpsilon =
        static_cast<float>(number("attention.layer_norm_rms_epsilon", 1e-12, 0.1, std::nullopt));
    if (m_config.width % kRun != 0)
        bad("embedding_length", PONDER_TR_NOOP("ErrorDetail", "%1 must be a multiple of 32"));
    if (m_config.hidden % kRun != 0)
        bad("feed_forward_length", PONDER_TR_NOOP("ErrorDetail", "%1 must be a multiple of 32"));
}

void ConfigReader::readHeads() {
    m_config.heads = count("attention.head_count", kMaxHeads);
    m_config.kvHeads = count("attention.head_count_kv", kMaxHeads, m_config.heads);
    if (m_config.heads % m_config.kvHeads != 0)
        bad("attention.head_count_kv",
            PONDER_TR_NOOP("ErrorDetail", "%1 is %2, which does not divide the %3 heads"),
            {m_config.kvHeads, m_config.heads});
    if (!m_keys.has(key("attention.key_length")) && m_config.width % m_config.heads != 0)
        bad("attention.head_count",
            PONDER_TR_NOOP("ErrorDetail", "%1 is %2, which does not divide the embedding length of %3"),
            {m_config.heads, m_config.width});
    m_config.headSize = count("attention.key_length", kMaxHeadSize, m_config.width / m_config.heads);
    if (m_config.headSize == 0 || m_config.headSize > kMaxHeadSize || m_config.headSize % 2 != 0)
        bad("attention.key_length",
            PONDER_TR_NOOP("ErrorDetail", "%1 (the head size) is %2; it must be an even number up to %3"),
            {m_config.headSize, kMaxHeadSize});
    if (m_config.heads * m_config.headSize % kRun != 0)
        bad("attention.key_length",
            PONDER_TR_NOOP("ErrorDetail", "%1: %2 heads of %3 values are no multiple of 32 together"),
            {m_config.heads, m_config.headSize});
    if (count("attention.value_length", kMaxHeadSize, m_config.headSize) != m_config.headSize)
        bad("attention.value_length", PONDER_TR_NOOP("ErrorDetail", "%1 differs from the head size"));
}

// Heads of which RoPE turns the last values; what a token leaves is one key for all of them.
void ConfigReader::readLatent() {
    if (m_file.find("blk.0.attn_kv_b.weight"))
        return fail(
            ErrorCode::UnsupportedModel,
            Detail{PONDER_TR_NOOP("ErrorDetail",
                                  "it has the tensor %1, which newer files hold in two parts; a newer "
                                  "file of this model is needed"),
                   {"blk.0.attn_kv_b.weight"}});
    LatentAttention& latent = m_config.latent;
    latent.heads = m_config.heads = count("attention.head_count", kMaxHeads);
    m_config.kvHeads = 1;
    // Without these keys, as converters also say with a zero, queries are made of n itself.
    if (m_keys.integer(key("attention.q_lora_rank")).value_or(0) != 0)
        latent.queryRank = count("attention.q_lora_rank", kMaxWidth);
    latent.kvRank = count("attention.kv_lora_rank", kMaxLatentSize);
    latent.ropeSize = count("rope.dimension_count", kMaxHeadSize);
    latent.valueSize = count("attention.value_length_mla", kMaxHeadSize);
    m_config.headSize = count("attention.key_length_mla", kMaxHeadSize);
    if (latent.kvRank % kRun != 0)
        bad("attention.kv_lora_rank", PONDER_TR_NOOP("ErrorDetail", "%1 must be a multiple of 32"));
    if (latent.latentSize() > kMaxLatentSize)
        bad("attention.kv_lora_rank", PONDER_TR_NOOP("ErrorDetail", "%1 must be a number from 1 to %2"),
            {kMaxLatentSize - latent.ropeSize});
    if (m_config.headSize <= latent.ropeSize)
        bad("rope.dimension_count",
            PONDER_TR_NOOP("ErrorDetail", "%1 must be even and not larger than the head size"));
    else
        latent.nopeSize = m_config.headSize - latent.ropeSize;
}

void ConfigReader::readDelta() {
    if (!m_config.family->row(Slot::DeltaInput)) return;
    DeltaAttention& delta = m_config.delta;
    delta.headSize = count("ssm.state_size", kMaxDeltaHead);
    delta.keyHeads = count("ssm.group_count", kMaxHeads);
    delta.valueHeads = count("ssm.time_step_rank", kMaxHeads);
    delta.kernel = count("ssm.conv_kernel", kMaxConvolution);
    if (delta.headSize % kRun != 0)
        bad("ssm.state_size", PONDER_TR_NOOP("ErrorDetail", "%1 must be a multiple of 32"));
    if (delta.valueHeads % delta.keyHeads != 0)
        bad("ssm.group_count", PONDER_TR_NOOP("ErrorDetail", "%1 is %2, which does not divide the %3 heads"),
            {delta.keyHeads, delta.valueHeads});
    if (count("ssm.inner_size", kMaxHidden, delta.valueLength()) != delta.valueLength())
        bad("ssm.inner_size", PONDER_TR_NOOP("ErrorDetail", "%1 does not go with the other sizes"));
    readRecurrentLayers();
}

// A list, or n: all but every n-th.
void ConfigReader::readRecurrentLayers() {
    constexpr std::string_view kList = "attention.recurrent_layers";
    constexpr std::uint32_t kUsualInterval = 4;
    const auto list = m_keys.integers(key(kList));
    if (list.empty()) {
        const std::uint32_t interval = count("full_attention_interval", kMaxLayers, kUsualInterval);
        for (std::uint32_t i = 0; i < m_config.layers; ++i)
            m_config.recurrent.push_back((i + 1) % interval != 0);
        return;
    }
    if (list.size() < m_config.layers)
        bad(kList, PONDER_TR_NOOP("ErrorDetail", "%1 says it of %2 layers, but there are %3"),
            {list.size(), m_config.layers});
    for (std::uint32_t i = 0; i < m_config.layers; ++i)
        m_config.recurrent.push_back(i < list.size() && list[i] != 0);
}

// Over the square root of a query's values. With YaRN queries and keys grow by 0.1 m ln(factor) + 1, all of
// them and not only what RoPE turns; files have 0.1 m (DeepSeek-V2's modeling code: mscale_all_dim).
void ConfigReader::scaleLatent() {
    LatentAttention& latent = m_config.latent;
    if (latent.heads == 0 || m_error) return;
    double scale = 1 / std::sqrt(static_cast<double>(latent.keySize()));
    RopeScaling& scaling = m_config.ropeScaling;
    if (scaling.yarn != 0 && scaling.logMultiplier != 0) {
        const double grown = 1 + scaling.logMultiplier * std::log(std::max(1.0, 1 / m_config.ropeScale));
        scale *= grown * grown;
        scaling.inScores = true;
    }
    latent.scale = static_cast<float>(scale);
}

void ConfigReader::readRope() {
    m_config.rotary = count("rope.dimension_count", kMaxHeadSize, m_config.headSize);
    if (m_config.rotary % 2 != 0 || m_config.rotary > m_config.headSize)
        bad("rope.dimension_count",
            PONDER_TR_NOOP("ErrorDetail", "%1 must be even and not larger than the head size"));
    m_config.ropeBase = number("rope.freq_base", 1.0, 1e12, 10000.0);
    readRopeScaling();
    m_config.queryGrowth = static_cast<float>(number("attention.temperature_scale", 0, 100, 0.0));
}

// Which layers have the window: a list, or n: all but every n-th.
void ConfigReader::readWindows() {
    constexpr std::string_view kWindow = "attention.sliding_window";
    constexpr std::string_view kPattern = "attention.sliding_window_pattern";
    if (!m_config.family->windows) return;
    if (m_keys.integer(key(kWindow)).value_or(0) != 0) m_config.window = count(kWindow, kMaxContext);
    const auto list = m_keys.integers(key(kPattern));
    if (list.empty() && m_keys.has(key(kPattern))) {
        const std::uint32_t period = count(kPattern, kMaxLayers);
        for (std::uint32_t i = 0; i < m_config.layers; ++i)
            m_config.windowed.push_back(i % period + 1 < period);
    }
    if (!list.empty() && list.size() < m_config.layers)
        return bad(kPattern, PONDER_TR_NOOP("ErrorDetail", "%1 says it of %2 layers, but there are %3"),
                   {list.size(), m_config.layers});
    for (std::uint32_t i = 0; i < m_config.layers && !list.empty(); ++i)
        m_config.windowed.push_back(list[i] != 0);
}

// Without a type, a factor means linear scaling (older files); a factor of 0 means none. Files of longrope
// need no type: they have its factors.
void ConfigReader::readRopeScaling() {
    const std::string typeKey = key("rope.scaling.type");
    std::string_view type = "linear";
    if (m_keys.has(typeKey)) {
        const auto text = m_keys.text(typeKey);
        if (!text) return bad("rope.scaling.type", PONDER_TR_NOOP("ErrorDetail", "%1 is not a text"));
        type = *text;
    }
    if (type != "none" && type != "linear" && type != "yarn" && type != "longrope")
        return fail(ErrorCode::UnsupportedModel,
                    Detail{PONDER_TR_NOOP("ErrorDetail",
                                          "%1 is \"%2\" (only none, linear, yarn and longrope are known)"),
                           {typeKey, printable(type)}});
    RopeScaling& scaling = m_config.ropeScaling;
    scaling.originalContext =
        count("rope.scaling.original_context_length", kMaxContext, m_config.trainedContext);
    scaling.attentionFactor = number("rope.scaling.attn_factor", 1e-3, 1e3, 1.0);
    if (type == "none") return;
    const std::string_view name =
        m_keys.has(key("rope.scaling.factor")) ? "rope.scaling.factor" : "rope.scale_linear";
    const double factor = number(name, 0.0, 1e6, 1.0);
    if (factor != 0 && factor < 1e-3)
        return bad(name, PONDER_TR_NOOP("ErrorDetail", "%1 is not a usable number"));
    if (factor != 0) m_config.ropeScale = 1.0 / factor;
    if (type == "yarn")
        readYarn();
    else
        scaling.attentionFactor *= number("rope.scaling.yarn_attn_factor", 1e-3, 1e3, 1.0);
}

void ConfigReader::readYarn() {
    RopeScaling& scaling = m_config.ropeScaling;
    const double share = number("rope.scaling.yarn_ext_factor", -1, 1, 1.0);
    scaling.yarn = share < 0 ? 1 : share; // a negative one stands for none given
    scaling.betaFast = number("rope.scaling.yarn_beta_fast", 1e-6, 1e6, scaling.betaFast);
    scaling.betaSlow = number("rope.scaling.yarn_beta_slow", 1e-6, 1e6, scaling.betaSlow);
    scaling.logMultiplier = number("rope.scaling.yarn_log_multiplier", 0, 1e3, 0.0);
    if (m_config.ropeBase <= 1)
        bad("rope.freq_base", PONDER_TR_NOOP("ErrorDetail", "%1 is not a usable number"));
}

// Rows of the embedding; a file of a vocabulary alone has its tokens only.
void ConfigReader::readVocabulary() {
    constexpr std::string_view kTokens = "tokenizer.ggml.tokens";
    const std::uint64_t tokens = m_keys.texts(kTokens).size();
    const TensorInfo* embedding = m_file.find("token_embd.weight");
    const std::uint64_t rows = embedding ? embedding->rows() : tokens;
    if (rows == 0)
        return fail(ErrorCode::BadMetadata,
                    Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is missing or empty"), {std::string(kTokens)}});
    if (rows > kMaxVocabulary)
        return fail(
            ErrorCode::BadTensor,
            Detail{PONDER_TR_NOOP("ErrorDetail",
                                  "token_embd.weight has %1 rows, which is not a plausible vocabulary"),
                   {std::to_string(rows)}});
    if (tokens > rows)
        return fail(ErrorCode::BadMetadata,
                    Detail{PONDER_TR_NOOP("ErrorDetail",
                                          "%1 has %2 tokens, more than the %3 rows of token_embd.weight"),
                           {std::string(kTokens), std::to_string(tokens), std::to_string(rows)}});
    m_config.vocabulary = static_cast<std::uint32_t>(rows);
    m_config.tied = embedding && !m_file.find("output.weight");
    m_config.ropeFactors = m_file.find("rope_freqs.weight") != nullptr;
    m_config.headNorms = m_file.find("blk.0.attn_q_norm.weight") != nullptr;
    m_config.longFactors = m_file.find("rope_factors_long.weight") != nullptr;
}

// Lengths that files leave out, or count in ways of their own, are those of the tensors.
void ConfigReader::readMixture() {
    if (!mixes()) return;
    MixtureFeedForward& mixture = m_config.mixture;
    mixture.experts = count("expert_count", kMostExperts);
    mixture.used = count("expert_used_count", std::min(mixture.experts, kMostUsedExperts));
    if (m_keys.integer(key("leading_dense_block_count")) != 0)
        m_config.denseLayers = count("leading_dense_block_count", m_config.layers, 0);
    const TensorInfo* down = ofMixture(Slot::DownExperts);
    const std::uint64_t found = down && down->rowLength() <= kMaxHidden
                                    ? down->rowLength()
                                    : std::max<std::uint64_t>(1, m_config.hidden / mixture.used);
    mixture.hidden = count("expert_feed_forward_length", kMaxHidden, static_cast<std::uint32_t>(found));
    if (mixture.hidden % kRun != 0)
        bad("expert_feed_forward_length", PONDER_TR_NOOP("ErrorDetail", "%1 must be a multiple of 32"));
    mixture.merged = ofMixture(Slot::GateUpExperts) != nullptr;
    if (m_config.family->row(Slot::SharedUp)) {
        constexpr std::string_view kLength = "expert_shared_feed_forward_length";
        std::uint64_t length = m_config.family->row(Slot::SharedRouter) ? m_config.hidden : 0;
        if (m_keys.integer(key("expert_shared_count")).value_or(0) != 0)
            length = std::uint64_t{mixture.hidden} * count("expert_shared_count", kMostExperts);
        if (m_keys.integer(key(kLength)).value_or(0) != 0) length = count(kLength, kMaxHidden);
        if (const TensorInfo* up = ofMixture(Slot::SharedUp)) length = up->rows();
        if (length % kRun != 0 || length > kMaxHidden)
            bad(kLength, PONDER_TR_NOOP("ErrorDetail", "%1 must be a multiple of 32"));
        else
            mixture.sharedHidden = static_cast<std::uint32_t>(length);
    }
    mixture.sharedGate = mixture.sharedHidden > 0 && m_config.family->row(Slot::SharedRouter);
    readRouting();
}

// How groups are judged is not in a file: converters write the same two keys, n_group and topk_group of a
// folder, for DeepSeek-V2 (group_limited_greedy, the best expert of each) and V3 (noaux_tc, the two best);
// llama.cpp takes the two best for both (its converter's TextModel; build_moe_ffn of its graphs). The gating
// tells them apart: the classes of V2 know a softmax only, those of V3 sigmoids (expert_choice.h).
void ConfigReader::readRouting() {
    MixtureFeedForward& mixture = m_config.mixture;
    constexpr std::array kGatings{Gating::Softmax, Gating::Sigmoid, Gating::SoftmaxOfChosen};
    // Files of those that choose with a bias may leave this out as well.
    mixture.gating = ofMixture(Slot::RouterBias) ? Gating::Sigmoid : m_config.family->gating;
    if (m_keys.integer(key("expert_gating_func")).value_or(0) != 0)
        mixture.gating = kGatings[count("expert_gating_func", kGatings.size()) - 1];
    mixture.normalises =
        m_keys.boolean(key("expert_weights_norm")).value_or(m_config.family->normalisesExperts);
    mixture.scale = static_cast<float>(number("expert_weights_scale", 0, 1e6, 1));
    if (mixture.scale == 0) mixture.scale = 1; // as converters say "none"
    if (m_keys.integer(key("expert_group_count")).value_or(0) == 0) return;
    mixture.groups = count("expert_group_count", std::min(mixture.experts, kMostExpertGroups));
    mixture.usedGroups = count("expert_group_used_count", mixture.groups, mixture.groups);
    if (mixture.experts % mixture.groups != 0 ||
        mixture.experts / mixture.groups * mixture.usedGroups < mixture.used)
        bad("expert_group_count",
            PONDER_TR_NOOP("ErrorDetail", "%1 is %2, which does not go with %3 experts"),
            {mixture.groups, mixture.experts});
}

// Variants that would load and then answer nonsense.
void ConfigReader::rejectUnsupported() {
    const auto experts = m_keys.integer(key("expert_count"));
    if (experts && *experts > 0 && !mixes())
        fail(ErrorCode::UnsupportedModel,
             Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is %2 (a mixture of experts)"),
                    {key("expert_count"), std::to_string(*experts)}});
    if (m_keys.boolean(key("attention.causal")) == false)
        fail(ErrorCode::UnsupportedModel,
             Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is false (a model for embeddings, not for chat)"),
                    {key("attention.causal")}});
}

// The largest that `lengthOf` gives for a layer.
template<class LengthOf>
std::uint32_t longest(const ModelConfig& config, LengthOf lengthOf) {
    std::uint32_t most = 0;
    for (std::uint32_t i = 0; i < config.layers; ++i)
        most = std::max(most, lengthOf(config.layer(i)));
    return most;
}

template<class LengthOf>
std::uint32_t longestHeads(const ModelConfig& config, LengthOf lengthOf) {
    return longest(config,
                   [&](const Layer& layer) { return layer.heads() ? (layer.heads()->*lengthOf)() : 0; });
}

} // namespace

std::uint32_t ModelConfig::queryLength() const { return longestHeads(*this, &HeadAttention::askedLength); }
std::uint32_t ModelConfig::keyLength() const { return longestHeads(*this, &HeadAttention::keyLength); }
std::uint32_t ModelConfig::valueLength() const { return longestHeads(*this, &HeadAttention::valueLength); }
std::uint32_t ModelConfig::attendedLength() const {
    return std::max(
        {longestHeads(*this, &HeadAttention::attendedLength), latent.attendedLength(), delta.valueLength()});
}
std::uint32_t ModelConfig::longestValue() const {
    return longest(*this, [](const Layer& layer) {
        const HeadAttention* own = layer.heads();
        const LatentAttention* kept = layer.latent();
        return own ? own->valueSize : kept ? kept->kvRank : 0;
    });
}
std::uint32_t ModelConfig::hiddenLength() const {
    return longest(*this, [](const Layer& layer) { return layer.hidden(); });
}

std::uint64_t ModelConfig::parameters() const {
    std::uint64_t sum = 0;
    const auto add = [&](const TensorRow& row, const Layer& parts) {
        const bool certain = row.presence != Presence::Maybe && row.presence != Presence::AllOrNone;
        if (!certain || row.slot == Slot::RopeFactors || !has(*this, row, parts)) return;
        sum += lengthOf(row.rows, *this, parts) * lengthOf(row.rowLength, *this, parts) *
               lengthOf(row.depth(), *this, parts);
    };
    for (std::uint32_t i = 0; i < layers; ++i) {
        const Layer parts = layer(i);
        for (const TensorRow& row : family->tensors)
            if (isOfLayer(row.slot) || i == 0) add(row, parts);
    }
    return sum;
}

Result<ModelConfig> ModelConfig::read(const ModelFile& file) { return ConfigReader(file).read(); }

} // namespace ponder
