#include "engine/convert/token_marks.h"

#include "engine/convert/json_fields.h"

#include <array>
#include <string_view>

namespace ponder {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> kEndsOfTurn{"<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>"};
constexpr std::string_view kEndOfMessage = "<|eom_id|>";

class MarkReader {
public:
    MarkReader(const TokenList& tokens, const Json& tokenizerConfig)
        : m_tokens(tokens), m_names(tokenizerConfig, {}) {}

    // The text of a token, or {"content": text}.
    std::optional<TokenId> named(const char* field) const {
        const Json* value = m_names.find(field);
        if (value && value->is_object()) value = JsonFields(*value, {}).find("content");
        return value && value->is_string() ? m_tokens.find(value->get_ref<const std::string&>())
                                           : std::nullopt;
    }
    std::optional<TokenId> numbered(const std::vector<std::uint64_t>& ids) const {
        for (const std::uint64_t id : ids)
            if (id < m_tokens.tokens().size()) return static_cast<TokenId>(id);
        return std::nullopt;
    }
    std::optional<bool> flag(const char* field) { return m_names.flag(field); }
    std::string_view text(TokenId id) const { return m_tokens.tokens()[id].text; }

private:
    const TokenList& m_tokens;
    JsonFields m_names;
};

// What a template in front of every text begins with; nothing where there is no template.
std::optional<std::string> firstOfTemplate(const Json& processor) {
    const JsonFields fields(processor, {});
    if (const Json* list = fields.find("processors"); list && list->is_array())
        for (const Json& one : *list)
            if (auto found = firstOfTemplate(one)) return found;
    const Json* single = fields.find("single");
    if (!single || !single->is_array() || single->empty()) return std::nullopt;
    const Json* special = JsonFields(single->front(), {}).find("SpecialToken");
    const Json* id = special ? JsonFields(*special, {}).find("id") : nullptr;
    return id && id->is_string() ? id->get<std::string>() : std::string();
}

void setId(GgufOutput& output, const char* key, std::optional<TokenId> id) {
    if (id) output.set(key, *id);
}

} // namespace

TokenMarks TokenMarks::read(const TokenList& tokens, const HuggingFaceConfig& config,
                            const Json& tokenizerConfig, const Json& generation, const Json& tokenizer) {
    MarkReader reader(tokens, tokenizerConfig);
    TokenMarks out;
    out.bos = reader.named("bos_token");
    if (!out.bos) out.bos = reader.numbered(config.bos);
    out.eos = reader.named("eos_token");
    if (!out.eos) out.eos = reader.numbered(config.eos);
    out.padding = reader.named("pad_token");
    out.unknown = reader.named("unk_token");

    std::vector<std::uint64_t> ends = JsonFields(generation, {}).integers("eos_token_id");
    ends.insert(ends.end(), config.eos.begin(), config.eos.end());
    for (const std::uint64_t end : ends) {
        const std::optional<TokenId> id = reader.numbered({end});
        if (!id || id == out.eos) continue;
        if (!out.eos) out.eos = id;
        if (reader.text(*id) == kEndOfMessage) out.endOfMessage = id;
        for (const std::string_view text : kEndsOfTurn)
            if (reader.text(*id) == text) out.endOfTurn = id;
    }

    out.addBos = reader.flag("add_bos_token");
    out.addEos = reader.flag("add_eos_token");
    if (const Json* processor = JsonFields(tokenizer, {}).find("post_processor"); processor && !out.addBos)
        if (const auto first = firstOfTemplate(*processor))
            out.addBos = out.bos && tokens.find(*first) == out.bos;
    return out;
}

void TokenMarks::setKeys(GgufOutput& output) const {
    setId(output, "tokenizer.ggml.bos_token_id", bos);
    setId(output, "tokenizer.ggml.eos_token_id", eos);
    setId(output, "tokenizer.ggml.eot_token_id", endOfTurn);
    setId(output, "tokenizer.ggml.eom_token_id", endOfMessage);
    setId(output, "tokenizer.ggml.padding_token_id", padding);
    setId(output, "tokenizer.ggml.unknown_token_id", unknown);
    if (addBos) output.set("tokenizer.ggml.add_bos_token", *addBos);
    if (addEos) output.set("tokenizer.ggml.add_eos_token", *addEos);
}

} // namespace ponder
