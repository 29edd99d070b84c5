#include "engine/convert/token_list.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/text/pre_tokenizer_choice.h"

namespace ponder {
namespace {

constexpr std::uint64_t kMostTokens = std::uint64_t{1} << 22; // as text/vocabulary.cpp

} // namespace

Result<void> TokenList::put(std::uint64_t id, ListedToken token) {
    if (id >= kMostTokens)
        return Error{ErrorCode::BadTokenizer, m_path,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "the token %1 has the number %2"),
                            {printable(token.text), std::to_string(id)}}};
    if (id >= m_tokens.size()) m_tokens.resize(id + 1);
    m_ids.insert_or_assign(token.text, static_cast<TokenId>(id));
    m_tokens[id] = std::move(token);
    return {};
}

std::optional<TokenId> TokenList::find(std::string_view text) const {
    const auto found = m_ids.find(std::string(text));
    return found == m_ids.end() ? std::nullopt : std::optional(found->second);
}

Result<void> TokenList::fill(std::uint64_t rows) {
    if (m_tokens.size() > rows)
        return Error{ErrorCode::BadTokenizer, m_path,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "it has %1 tokens, and the model knows %2"),
                            {std::to_string(m_tokens.size()), std::to_string(rows)}}};
    m_tokens.resize(rows);
    for (std::size_t id = 0; id < m_tokens.size(); ++id)
        if (m_tokens[id].text.empty())
            m_tokens[id] = {"[PAD" + std::to_string(id) + "]", TokenType::Unused, 0};
    return {};
}

void TokenList::setKeys(GgufOutput& output) const {
    std::vector<std::string> texts;
    std::vector<std::int32_t> types;
    std::vector<float> scores;
    for (const ListedToken& token : m_tokens) {
        texts.push_back(token.text);
        types.push_back(static_cast<std::int32_t>(token.type));
        scores.push_back(token.score);
    }
    output.set("tokenizer.ggml.model", model).set("tokenizer.ggml.pre", pre);
    output.array("tokenizer.ggml.tokens", texts).array("tokenizer.ggml.token_type", types);
    if (scored) output.array("tokenizer.ggml.scores", scores);
    if (!merges.empty()) output.array("tokenizer.ggml.merges", merges);
    if (addSpacePrefix) output.set("tokenizer.ggml.add_space_prefix", *addSpacePrefix);
    const PreTokenizerRule* rule = findPreTokenizerRule(pre);
    if (composes && rule && *composes != (rule->composition == Composition::Always))
        output.set(kComposeKey, *composes);
}

} // namespace ponder
