#include "engine/convert/pre_tokenizer_names.h"

#include <nlohmann/json.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace ponder {
namespace {

using Json = nlohmann::json;

#define CONTRACTION "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define SPACES R"(|\s*[\r\n]+|\s+(?!\S)|\s+)"
#define SPACES_ONE_NEWLINE R"(|\s*[\r\n]|\s+(?!\S)|\s+)"
#define CASED_WORD(ending)                                                                                   \
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)" ending                 \
    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)" ending

constexpr std::string_view kDigit = "one digit", kGpt2Words = "the words of GPT-2"; // steps without a pattern

struct NamedSteps {
    std::string_view name;
    std::vector<std::string_view> steps;
};

const std::vector<NamedSteps>& namedSteps() {
    static const std::vector<NamedSteps> kNamed{
        {"gpt-2", {kGpt2Words}},
        {"smollm", {kDigit, kGpt2Words}},
        {"qwen2", {CONTRACTION R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)" SPACES}},
        {"llama-bpe",
         {CONTRACTION R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)" SPACES}},
        {"qwen35",
         {CONTRACTION R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*)" SPACES}},
        {"gpt-4o", {CASED_WORD(CONTRACTION "?") R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*)" SPACES}},
        {"tekken", {CASED_WORD("") R"(|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*)" SPACES}},
        {"seed-coder", {CONTRACTION R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+)" SPACES}},
        {"bailingmoe",
         {R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*)" SPACES_ONE_NEWLINE}},
        {"exaone-moe",
         {CONTRACTION
          R"(|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?)" SPACES_ONE_NEWLINE}},
        {"minicpm5",
         {R"(\p{N}{1,3})",
          CONTRACTION R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*)" SPACES}},
        {"deepseek-v3",
         {R"(\p{N}{1,3})", "[一-龥぀-ゟ゠-ヿ]+",
          R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
          R"(| ?[\p{P}\p{S}]+[\r\n]*)" SPACES}},
        // The second step lists all cased letters, of which the first tell enough.
        {"deepseek-llm",
         {R"([\r\n])",
          R"(\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁ...)",
          R"(\s?[!-/:-~！-／：-～‘-‟　-。]+)", R"(\s+$)", "[一-龥ࠀ-一가-퟿]+", kDigit}},
    };
    return kNamed;
}

// Some files hold the characters where others hold their escapes.
std::string withEscapes(const std::string& pattern) {
    std::string out;
    for (const char c : pattern)
        if (c == '\r')
            out += "\\r";
        else if (c == '\n')
            out += "\\n";
        else
            out += c;
    return out;
}

bool isTrue(const Json& step, const char* name, bool otherwise) {
    const auto found = step.find(name);
    return found != step.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

// Appends what one step does; false where no known family has such a step.
bool appendStep(const Json& step, std::vector<std::string>& out) {
    if (!step.is_object()) return false;
    const auto type = step.find("type");
    if (type == step.end()) return false;
    if (*type == "ByteLevel") {
        if (isTrue(step, "add_prefix_space", false)) return false;
        if (isTrue(step, "use_regex", true)) out.emplace_back(kGpt2Words);
        return true;
    }
    if (*type == "Digits") {
        out.emplace_back(kDigit);
        return isTrue(step, "individual_digits", false);
    }
    if (*type != "Split" || isTrue(step, "invert", false) || step.value("behavior", Json()) != "Isolated")
        return false;
    const auto pattern = step.find("pattern");
    if (pattern == step.end() || !pattern->is_object() || pattern->size() != 1) return false;
    const Json& regex = pattern->begin().value();
    if (!regex.is_string()) return false;
    out.push_back(withEscapes(regex.get_ref<const std::string&>()));
    if (out.back() == R"(\p{N})") out.back() = kDigit;
    return true;
}

bool matches(std::string_view known, std::string_view step) {
    if (!known.ends_with("...")) return known == step;
    return step.starts_with(known.substr(0, known.size() - 3));
}

bool matches(const NamedSteps& known, const std::vector<std::string>& steps) {
    if (known.steps.size() != steps.size()) return false;
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (!matches(known.steps[i], steps[i])) return false;
    return true;
}

} // namespace

std::optional<std::string> preTokenizerName(const Json& section) {
    std::vector<std::string> steps;
    const auto list = section.is_object() ? section.find("pretokenizers") : section.end();
    if (section.is_object() && list != section.end() && list->is_array()) {
        for (const Json& step : *list)
            if (!appendStep(step, steps)) return std::nullopt;
    } else if (!appendStep(section, steps)) {
        return std::nullopt;
    }
    for (const NamedSteps& known : namedSteps())
        if (matches(known, steps)) return std::string(known.name);
    return std::nullopt;
}

} // namespace ponder
