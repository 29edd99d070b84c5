#include "engine/text/vocabulary.h"

#include "engine/base/translatable.h"
#include "engine/text/end_marks.h"
#include "engine/text/tokenizer_error.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ponder {
namespace {

constexpr std::size_t kMostTokens = std::size_t{1} << 22; // sixteen times the largest published vocabulary

constexpr std::size_t kMostNotes = 16; // a hostile file could give cause for millions

// What a text begins with, where a file names no token for it or one that it does not have.
constexpr std::array<std::string_view, 4> kBeginTexts{"<s>", "<bos>", "<|begin_of_text|>",
                                                      "<｜begin▁of▁sentence｜>"};
constexpr std::array kEndKeys{"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id",
                              "tokenizer.ggml.eom_token_id"};
constexpr const char* kBeginKey = "tokenizer.ggml.bos_token_id";

bool isMark(std::string_view text) {
    return text.size() > 2 &&
           ((text.front() == '<' && text.back() == '>') || (text.starts_with("[|") && text.ends_with("|]")));
}

// "<think>", "[TOOL_CALLS]": any user-defined token that a template may give a meaning to.
bool inBrackets(std::string_view text) {
    return text.size() > 2 && (text.front() == '<' || text.front() == '[') &&
           (text.back() == '>' || text.back() == ']');
}

// Conversions disagree about a few tokens; what the application relies on is settled here.
TokenType settledType(TokenType type, std::string_view text) {
    // The think/answer splitter must see these, so they are never hidden.
    if (type == TokenType::Control && (text == "<think>" || text == "</think>"))
        return TokenType::UserDefined;
    // Older conversions leave DeepSeek's role marks user-defined; nobody should read them.
    if (type == TokenType::UserDefined && text.starts_with("<｜") && text.ends_with("｜>"))
        return TokenType::Control;
    return type;
}

Error noToken(const ModelFile& file, const char* key) {
    return badTokenizer(file, Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is not one of its tokens"), {key}});
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
    noteStrayIds(file);
    m_ends.assign(size(), false);
    readKnownEnds(file, texts);
    readNamedEnds(file, texts);
    if (file.metadata().has(kEndKeys[0]) && !m_eos) {
        // Without any end a reply would run on until the context is full.
        const auto end = std::find(m_ends.begin(), m_ends.end(), true);
        if (end == m_ends.end()) return noToken(file, kEndKeys[0]);
        m_eos = static_cast<TokenId>(end - m_ends.begin());
    }
    return readBegin(file, texts);
}

// The token that a key names; nothing where it names none.
std::optional<TokenId> Vocabulary::idOf(const ModelFile& file, const char* key) const {
    const std::optional<std::uint64_t> value = file.metadata().integer(key);
    return value && *value < size() ? std::optional(static_cast<TokenId>(*value)) : std::nullopt;
}

void Vocabulary::addNote(Detail note) {
    if (m_notes.size() < kMostNotes) m_notes.push_back(std::move(note));
}

void Vocabulary::noteStrayIds(const ModelFile& file) {
    for (const auto& [key, value] : file.metadata().all())
        if (key.starts_with("tokenizer.ggml.") && key.ends_with("_token_id") && !idOf(file, key.c_str()))
            addNote({PONDER_TR_NOOP("ErrorDetail", "%1 is not one of its tokens and is passed over"), {key}});
}

Result<void> Vocabulary::readBegin(const ModelFile& file, std::span<const std::string_view> texts) {
    m_addBos = file.metadata().boolean("tokenizer.ggml.add_bos_token");
    m_bos = idOf(file, kBeginKey);
    if (m_bos || !file.metadata().has(kBeginKey)) return {};
    for (std::size_t id = 0; id < size() && !m_bos; ++id)
        if (m_types[id] == TokenType::Control &&
            std::find(kBeginTexts.begin(), kBeginTexts.end(), texts[id]) != kBeginTexts.end())
            m_bos = static_cast<TokenId>(id);
    // A model that was trained with it in front of every text cannot do without.
    if (!m_bos && m_addBos == true) return noToken(file, kBeginKey);
    return {};
}

void Vocabulary::readNamedEnds(const ModelFile& file, std::span<const std::string_view> texts) {
    for (const char* key : kEndKeys) {
        const std::optional<TokenId> id = idOf(file, key);
        if (!id) continue;
        if (!m_eos) m_eos = *id;
        m_ends[*id] = true;
        // A file without token types would otherwise show its end mark to the reader.
        if (m_types[*id] == TokenType::Normal && isMark(texts[*id])) m_types[*id] = TokenType::Control;
    }
}

void Vocabulary::readKnownEnds(const ModelFile& file, std::span<const std::string_view> texts) {
    const EndMarks marks =
        EndMarks::find({texts, m_types, file.metadata().texts("tokenizer.ggml.merges"),
                        file.metadata().text("tokenizer.chat_template").value_or(std::string_view())});
    for (const TokenId id : marks.ends) {
        if (m_types[id] == TokenType::Normal)
            addNote(
                {PONDER_TR_NOOP("ErrorDetail", "%1 is typed as ordinary text; it ends a reply all the same"),
                 {std::string(texts[id])}});
        m_types[id] = TokenType::Control;
        m_ends[id] = true;
    }
    for (const TokenId id : marks.written)
        m_types[id] = TokenType::Control;
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
    std::vector<std::pair<std::string_view, TokenId>> specials, ordinary;
    for (std::size_t id = 0; id < texts.size(); ++id) {
        if (m_types[id] == TokenType::Control ||
            (m_types[id] == TokenType::UserDefined && inBrackets(texts[id])))
            specials.emplace_back(texts[id], static_cast<TokenId>(id));
        else if (m_types[id] == TokenType::UserDefined)
            ordinary.emplace_back(texts[id], static_cast<TokenId>(id));
    }
    m_specials = SpecialIndex(specials);
    m_ordinaryPieces = SpecialIndex(ordinary);
}

std::string_view Vocabulary::piece(TokenId id) const {
    return std::string_view(m_bytes).substr(m_offsets[id], m_offsets[id + 1] - m_offsets[id]);
}

} // namespace ponder
