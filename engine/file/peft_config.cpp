#include "engine/file/peft_config.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/file/json_document.h"

#include <algorithm>
#include <cmath>

namespace ponder {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostPatterns = 256;

// What the object has under this key; null where it has nothing.
const Json& at(const Json& json, const char* key) {
    static const Json kNothing;
    const auto found = json.find(key);
    return found == json.end() ? kNothing : *found;
}

bool isTrue(const Json& json, const char* key) {
    return at(json, key).is_boolean() && at(json, key).get<bool>();
}

std::string textOf(const Json& json, const char* key) {
    return at(json, key).is_string() ? at(json, key).get<std::string>() : std::string();
}

} // namespace

Error PeftConfig::bad(const char* pattern, std::vector<std::string> arguments) const {
    return {ErrorCode::BadAdapter, m_name, Detail{pattern, std::move(arguments)}};
}

Error PeftConfig::unsupported(const char* pattern, std::vector<std::string> arguments) const {
    return {ErrorCode::UnsupportedAdapter, m_name, Detail{pattern, std::move(arguments)}};
}

Result<void> PeftConfig::refuseWhatIsMore(const Json& json) const {
    if (const std::string kind = textOf(json, "peft_type"); kind != "LORA")
        return unsupported(PONDER_TR_NOOP("ErrorDetail", "it is of the kind \"%1\", not LoRA"),
                           {printable(kind)});
    if (isTrue(json, "use_dora"))
        return unsupported(
            PONDER_TR_NOOP("ErrorDetail", "it was trained with DoRA, which also scales the weights"));
    if (const std::string bias = textOf(json, "bias");
        isTrue(json, "lora_bias") || (!bias.empty() && bias != "none"))
        return unsupported(PONDER_TR_NOOP("ErrorDetail", "it changes biases as well"));
    if (const Json& saved = at(json, "modules_to_save"); saved.is_array() && !saved.empty())
        return unsupported(PONDER_TR_NOOP("ErrorDetail", "it replaces whole layers (modules_to_save)"));
    for (const char* key : {"layer_replication", "alora_invocation_tokens", "trainable_token_indices",
                            "use_qalora", "target_parameters", "arrow_config"}) {
        const Json& value = at(json, key);
        if (!value.is_null() && value != false && !value.empty())
            return unsupported(PONDER_TR_NOOP("ErrorDetail", "it needs the setting %1"), {key});
    }
    const std::string begun = textOf(json, "init_lora_weights");
    for (const char* changing : {"pissa", "olora", "corda", "loftq"})
        if (begun.starts_with(changing))
            return unsupported(PONDER_TR_NOOP("ErrorDetail", "its training changed the base model too (%1)"),
                               {printable(begun)});
    return {};
}

Result<std::vector<PeftConfig::Entry>> PeftConfig::readPattern(const Json& json, const char* key) const {
    std::vector<Entry> entries;
    const Json& object = at(json, key);
    if (object.is_null()) return entries;
    if (!object.is_object() || object.size() > kMostPatterns)
        return bad(PONDER_TR_NOOP("ErrorDetail", "%1 is not a list of patterns"), {key});
    for (const auto& [text, value] : object.items()) {
        std::optional<NamePattern> pattern = NamePattern::compile(text);
        if (!pattern || !value.is_number())
            return bad(PONDER_TR_NOOP("ErrorDetail", "%1 is not a pattern with a number"), {printable(text)});
        entries.push_back({std::move(*pattern), value.get<double>()});
    }
    return entries;
}

Result<PeftConfig> PeftConfig::parse(std::string_view text, const std::string& name) {
    const Result<Json> json = parseJson(text, name);
    if (!json) return json.error();
    PeftConfig config;
    config.m_name = name;
    if (!json->is_object())
        return config.bad(PONDER_TR_NOOP("ErrorDetail", "its settings are no JSON object"));
    if (const Result<void> plain = config.refuseWhatIsMore(*json); !plain) return plain.error();
    const Json &rank = at(*json, "r"), &alpha = at(*json, "lora_alpha");
    if (!rank.is_number() || !alpha.is_number() || rank.get<double>() < 1)
        return config.bad(PONDER_TR_NOOP("ErrorDetail", "its settings lack %1"), {"r, lora_alpha"});
    config.m_rank = rank.get<double>();
    config.m_alpha = alpha.get<double>();
    config.m_rootOfRank = isTrue(*json, "use_rslora");
    config.m_baseModel = textOf(*json, "base_model_name_or_path");
    auto ranks = config.readPattern(*json, "rank_pattern");
    if (!ranks) return ranks.error();
    auto alphas = config.readPattern(*json, "alpha_pattern");
    if (!alphas) return alphas.error();
    config.m_ranks = std::move(*ranks);
    config.m_alphas = std::move(*alphas);
    return config;
}

// PEFT takes the first pattern of several that match; their order is lost here, so they have to agree.
Result<double> PeftConfig::valueFor(const std::vector<Entry>& entries, const std::string& module,
                                    double usual) const {
    std::optional<double> value;
    for (const Entry& entry : entries) {
        const std::optional<bool> matches = entry.pattern.matches(module);
        if (!matches)
            return bad(PONDER_TR_NOOP("ErrorDetail", "a pattern of its settings takes too long to match"));
        if (!*matches) continue;
        if (value && *value != entry.value)
            return unsupported(PONDER_TR_NOOP("ErrorDetail", "several patterns of its settings match %1"),
                               {printable(module)});
        value = entry.value;
    }
    return value.value_or(usual);
}

Result<double> PeftConfig::scale(const std::string& module, double rank) const {
    const Result<double> set = valueFor(m_ranks, module, m_rank);
    if (!set) return set.error();
    if (*set != rank)
        return bad(PONDER_TR_NOOP("ErrorDetail", "%1 has the rank %2 where its settings say %3"),
                   {printable(module), std::to_string(static_cast<std::uint64_t>(rank)),
                    std::to_string(static_cast<std::uint64_t>(std::clamp(*set, 0.0, 1e9)))});
    const Result<double> alpha = valueFor(m_alphas, module, m_alpha);
    if (!alpha) return alpha.error();
    return *alpha / (m_rootOfRank ? std::sqrt(rank) : rank);
}

} // namespace ponder
