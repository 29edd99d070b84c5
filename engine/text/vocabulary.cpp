#include "engine/text/vocabulary.h"

#include "engine/base/translatable.h"
#include "engine/text/tokenizer_error.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ponder {
namespace {

constexpr std::size_t kMostTokens = std::size_t{1} << 22; // sixteen times the largest published vocabulary

// Control tokens with these texts end a reply even where a file names only one of them as its end.
constexpr std::array<std::string_view, 11> kEndTexts{
    "<|im_end|>", "<|eot_id|>",    "<|eom_id|>", "<|end|>",       "<|endoftext|>",         "<|end_of_text|>",
    "</s>",       "<end_of_turn>", "<EOT>",      "<|endofturn|>", "<｜end▁of▁sentence｜>",
};

bool isEndText(std::string_view text) {
    return std::find(kEndTexts.begin(), kEndTexts.end(), text) != kEndTexts.end();
}

bool isMark(std::string_view text) { return text.size() > 2 && text.front() == '<' && text.back() == '>'; }

// Conversions disagree about a few tokens; what the application relies on is settled here.
TokenType settledType(TokenType type, std::string_view text) {
    // The think/answer splitter must see these, so they are never hidden.
    if (type == TokenType::Control && (text == "<think>" || text == "</think>"))
        return TokenType::UserDefined;
    // Older conversions leave DeepSeek's role marks and some ends user-defined; nobody should read them.
    if (type == TokenType::UserDefined && isMark(text) &&
        (isEndText(text) || (text.starts_with("<｜") && text.ends_with("｜>"))))
        return TokenType::Control;
    return type;
}

// Nothing where the key is absent; an error where it is no token of this vocabulary.
Result<std::optional<TokenId>> readId(const ModelFile& file, const char* key, std::size_t count) {
    if (!file.metadata().has(key)) return std::optional<TokenId>();
    const std::optional<std::uint64_t> value = file.metadata().integer(key);
    if (!value || *value >= count)
        return badTokenizer(file,
                            Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is not one of its tokens"), {key}});
    return std::optional<TokenId>(static_cast<TokenId>(*value));
}

} // namespace

Result<Vocabulary> Vocabulary::read(const ModelFile& file, PieceDecoder decode) {
    const std::span<const std::string_view> texts = file.metadata().texts("tokenizer.ggml.tokens");
    if (texts.empty())
        return badTokenizer(
            file, Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is missing or empty"), {"tokenizer.ggml.tokens"}});
    if (texts.size() > kMostTokens)
        return badTokenizer(
            file, Detail{PONDER_TR_NOOP("ErrorDetail", "%1 holds %2 tokens, which is not plausible"),
                         {"tokenizer.ggml.tokens", std::to_string(texts.size())}});

    Vocabulary vocabulary;
    if (Result<void> done = vocabulary.readTypes(file, texts); !done) return done.error();
    if (Result<void> done = vocabulary.readMarks(file, texts); !done) return done.error();
    vocabulary.readPieces(texts, decode);
    vocabulary.indexSpecials(texts);
    return vocabulary;
}

Result<void> Vocabulary::readTypes(const ModelFile& file, std::span<const std::string_view> texts) {
    m_types.assign(texts.size(), TokenType::Normal);
    if (!file.metadata().has("tokenizer.ggml.token_type")) return {};
    const std::span<const std::int64_t> types = file.metadata().integers("tokenizer.ggml.token_type");
    if (types.size() != texts.size())
        return badTokenizer(file, Detail{PONDER_TR_NOOP("ErrorDetail", "%1 has %2 entries for %3 tokens"),
                                         {"tokenizer.ggml.token_type", std::to_string(types.size()),
                                          std::to_string(texts.size())}});
    for (std::size_t id = 0; id < types.size(); ++id) {
        // Values outside the format's list are read as normal tokens, as later versions may add some.
        if (types[id] >= 1 && types[id] <= 6)
            m_types[id] = settledType(static_cast<TokenType>(types[id]), texts[id]);
    }
    return {};
}

Result<void> Vocabulary::readMarks(const ModelFile& file, std::span<const std::string_view> texts) {
    const Result<std::optional<TokenId>> bos = readId(file, "tokenizer.ggml.bos_token_id", size());
    if (!bos) return bos.error();
    m_bos = *bos;
    m_addBos = file.metadata().boolean("tokenizer.ggml.add_bos_token");

    m_ends.assign(size(), false);
    for (const char* key :
         {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"}) {
        const Result<std::optional<TokenId>> id = readId(file, key, size());
        if (!id) return id.error();
        if (!*id) continue;
        if (!m_eos) m_eos = *id;
        m_ends[**id] = true;
        // A file without token types would otherwise show its end mark to the reader.
        if (m_types[**id] == TokenType::Normal && isMark(texts[**id])) m_types[**id] = TokenType::Control;
    }
    for (std::size_t id = 0; id < size(); ++id)
        if (m_types[id] == TokenType::Control && isEndText(texts[id])) m_ends[id] = true;
    return {};
}

void Vocabulary::readPieces(std::span<const std::string_view> texts, PieceDecoder decode) {
    m_offsets.reserve(texts.size() + 1);
    for (std::size_t id = 0; id < texts.size(); ++id) {
        m_offsets.push_back(m_bytes.size());
        if (m_types[id] == TokenType::Control || m_types[id] == TokenType::UserDefined)
            m_bytes += texts[id];
        else
            decode(texts[id], m_types[id], m_bytes);
    }
    m_offsets.push_back(m_bytes.size());
}

void Vocabulary::indexSpecials(std::span<const std::string_view> texts) {
    std::vector<std::pair<std::string_view, TokenId>> entries;
    for (std::size_t id = 0; id < texts.size(); ++id)
        if (m_types[id] == TokenType::Control || m_types[id] == TokenType::UserDefined)
            entries.emplace_back(texts[id], static_cast<TokenId>(id));
    m_specials = SpecialIndex(entries);
}

std::string_view Vocabulary::piece(TokenId id) const {
    return std::string_view(m_bytes).substr(m_offsets[id], m_offsets[id + 1] - m_offsets[id]);
}

} // namespace ponder
