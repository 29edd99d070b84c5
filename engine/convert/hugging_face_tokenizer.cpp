#include "engine/convert/hugging_face_tokenizer.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/convert/pre_tokenizer_names.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace ponder {
namespace {

using Json = nlohmann::json;

const Json& child(const Json& parent, const char* name) {
    static const Json kNone;
    if (!parent.is_object()) return kNone;
    const auto found = parent.find(name);
    return found == parent.end() ? kNone : *found;
}

std::string textOf(const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

bool isByteToken(std::string_view text) {
    return text.size() == 6 && text.starts_with("<0x") && text.ends_with('>');
}

// "<|eot_id|>", "<｜User｜>": files disagree about whether these are special.
bool looksLikeMark(std::string_view text) {
    return (text.starts_with("<|") && text.ends_with("|>")) ||
           (text.starts_with("<｜") && text.ends_with("｜>"));
}

class TokenizerReader {
public:
    TokenizerReader(const Json& file, const std::string& path) : m_file(file), m_list(path) {}

    Result<TokenList> read();

private:
    Result<void> readKind();
    Result<void> readNormalizer();
    Result<void> readVocabulary();
    Result<void> readMerges();
    Result<void> readMerge(const Json& merge);
    Result<void> readAdded();
    Result<void> scoreByMerges();

    Error bad(Detail detail) const { return {ErrorCode::BadTokenizer, m_list.path(), std::move(detail)}; }
    Error missing(const char* name) const {
        return bad({PONDER_TR_NOOP("ErrorDetail", "%1 is missing or empty"), {name}});
    }
    Error unknown(const Json& what) const {
        return {ErrorCode::UnknownTokenizer, m_list.path(),
                printable(what.is_string() ? textOf(what) : what.dump(), 200)};
    }

    const Json& m_file;
    TokenList m_list;
};

Result<TokenList> TokenizerReader::read() {
    for (const auto step :
         {&TokenizerReader::readKind, &TokenizerReader::readVocabulary, &TokenizerReader::readMerges,
          &TokenizerReader::scoreByMerges, &TokenizerReader::readAdded})
        if (const Result<void> done = (this->*step)(); !done) return done.error();
    return std::move(m_list);
}

Result<void> TokenizerReader::readKind() {
    const Json& model = child(m_file, "model");
    // Older files leave the type out.
    if (const Json& type = child(model, "type"); !type.is_null() && type != "BPE") return unknown(type);
    for (const char* name : {"continuing_subword_prefix", "end_of_word_suffix"})
        if (const Json& affix = child(model, name); !textOf(affix).empty()) return unknown(name);
    if (child(model, "byte_fallback") == true) {
        m_list.model = "llama";
        m_list.scored = true;
        const std::string normalizer = child(m_file, "normalizer").dump();
        m_list.addSpacePrefix = normalizer.find("\"Prepend\"") != std::string::npos ||
                                child(child(m_file, "pre_tokenizer"), "add_prefix_space") == true ||
                                child(child(m_file, "pre_tokenizer"), "prepend_scheme") == "first";
        return {};
    }
    m_list.model = "gpt2";
    if (const Result<void> done = readNormalizer(); !done) return done;
    const Json& section = child(m_file, "pre_tokenizer");
    const std::optional<std::string> pre = preTokenizerName(section);
    if (!pre) return unknown(section);
    m_list.pre = *pre;
    return {};
}

// None, or that of Unicode's composed form.
Result<void> TokenizerReader::readNormalizer() {
    const Json& normalizer = child(m_file, "normalizer");
    m_list.composes = !normalizer.is_null();
    if (normalizer.is_null() || child(normalizer, "type") == "NFC") return {};
    if (const Json& list = child(normalizer, "normalizers"); list.is_array()) {
        m_list.composes = !list.empty();
        if (std::all_of(list.begin(), list.end(), [](const Json& o) { return child(o, "type") == "NFC"; }))
            return {};
    }
    return unknown(normalizer);
}

Result<void> TokenizerReader::readVocabulary() {
    const Json& vocabulary = child(child(m_file, "model"), "vocab");
    if (!vocabulary.is_object() || vocabulary.empty()) return missing("vocab");
    for (const auto& [text, id] : vocabulary.items()) {
        if (!id.is_number_unsigned() || text.empty())
            return bad({PONDER_TR_NOOP("ErrorDetail", "the token %1 has no number"), {printable(text)}});
        const auto number = id.get<std::uint64_t>();
        if (number < m_list.tokens().size() && !m_list.tokens()[number].text.empty())
            return bad({PONDER_TR_NOOP("ErrorDetail", "%1 and another token have the same number"),
                        {printable(text)}});
        const bool byte = m_list.scored && isByteToken(text);
        if (const Result<void> done =
                m_list.put(number, {text, byte ? TokenType::Byte : TokenType::Normal, 0});
            !done)
            return done;
    }
    return {};
}

// "a b", or ["a", "b"] in newer files.
Result<void> TokenizerReader::readMerge(const Json& merge) {
    std::string text;
    if (merge.is_string()) text = merge.get<std::string>();
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
        text = merge[0].get<std::string>() + " " + merge[1].get<std::string>();
    const std::size_t space = text.find(' ');
    if (space == 0 || space == std::string::npos || space + 1 == text.size() ||
        text.find(' ', space + 1) != std::string::npos)
        return bad({PONDER_TR_NOOP("ErrorDetail", "%1 is not a pair to be merged"),
                    {printable(merge.dump(-1, ' ', false, Json::error_handler_t::replace))}});
    m_list.merges.push_back(std::move(text));
    return {};
}

Result<void> TokenizerReader::readMerges() {
    const Json& merges = child(child(m_file, "model"), "merges");
    if (!merges.is_array()) return missing("merges");
    for (const Json& merge : merges)
        if (const Result<void> done = readMerge(merge); !done) return done;
    return {};
}

// SentencePiece merges what gives the best score, so the earlier merge has the better one.
Result<void> TokenizerReader::scoreByMerges() {
    if (!m_list.scored) return {};
    const auto last = static_cast<float>(m_list.merges.size());
    std::vector<ListedToken> tokens = m_list.tokens();
    for (ListedToken& token : tokens)
        token.score = token.type == TokenType::Normal ? -last - 1 : 0;
    for (std::size_t rank = m_list.merges.size(); rank-- > 0;) {
        std::string text = m_list.merges[rank];
        text.erase(text.find(' '), 1);
        if (const auto id = m_list.find(text)) tokens[*id].score = -static_cast<float>(rank);
    }
    for (std::size_t id = 0; id < tokens.size(); ++id)
        if (!tokens[id].text.empty())
            if (const Result<void> done = m_list.put(id, std::move(tokens[id])); !done) return done;
    m_list.merges.clear();
    return {};
}

Result<void> TokenizerReader::readAdded() {
    const Json& added = child(m_file, "added_tokens");
    const Json& unknownText = child(child(m_file, "model"), "unk_token");
    if (!added.is_array()) return {};
    for (const Json& token : added) {
        const Json& id = child(token, "id");
        const Json& content = child(token, "content");
        if (!id.is_number_unsigned() || textOf(content).empty())
            return bad({PONDER_TR_NOOP("ErrorDetail", "the entry of %1 is not complete"), {"added_tokens"}});
        const std::string text = textOf(content);
        const bool control = child(token, "special") == true || looksLikeMark(text);
        TokenType type = control ? TokenType::Control : TokenType::UserDefined;
        if (m_list.scored && content == unknownText) type = TokenType::Unknown;
        if (const Result<void> done = m_list.put(id.get<std::uint64_t>(), {text, type, 0}); !done)
            return done;
    }
    return {};
}

} // namespace

Result<TokenList> readHuggingFaceTokenizer(const Json& tokenizer, const std::string& path) {
    return TokenizerReader(tokenizer, path).read();
}

} // namespace ponder
