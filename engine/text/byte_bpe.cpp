#include "engine/text/byte_bpe.h"

#include "engine/base/translatable.h"
#include "engine/text/byte_alphabet.h"
#include "engine/text/tokenizer_error.h"

#include <unordered_map>
#include <utility>

namespace ponder {
namespace {

constexpr TokenId kNoToken = ~TokenId{0};

void decodePiece(std::string_view text, TokenType, std::string& out) { appendByteAlphabet(text, out); }

bool isContinuation(char byte) { return (static_cast<std::uint8_t>(byte) & 0xC0) == 0x80; }

// Tab, newline, printable ASCII, and all that characters up to U+3FFFF are made of. SmolLM2's vocabulary
// lacks some of the other bytes, which occur in no ordinary text.
bool isNeeded(std::size_t byte) {
    return byte == '\t' || byte == '\n' || (byte >= 0x20 && byte <= 0x7E) || (byte >= 0x80 && byte <= 0xBF) ||
           (byte >= 0xC2 && byte <= 0xF0);
}

// Words repeat, so what one became is copied from where it stands among the ids already made.
struct Made {
    std::size_t begin;
    std::size_t end;
};

} // namespace

Result<std::unique_ptr<Tokenizer>> ByteBpe::fromModel(const ModelFile& file) {
    const std::string_view name = file.metadata().text("tokenizer.ggml.pre").value_or("default");
    const PreTokenizerRule* rule = findPreTokenizerRule(name);
    if (!rule) return unknownTokenizer(file, std::string(name));
    Result<Vocabulary> vocabulary = Vocabulary::read(file, decodePiece);
    if (!vocabulary) return vocabulary.error();

    std::unique_ptr<ByteBpe> bpe(new ByteBpe(std::move(*vocabulary), *rule));
    std::string why;
    bpe->m_preTokenizer = PreTokenizer::compile(rule->patterns, why);
    if (!bpe->m_preTokenizer)
        return Error{ErrorCode::Internal,
                     {},
                     Detail{PONDER_TR_NOOP("ErrorDetail", "pattern of %1: %2"), {std::string(name), why}}};
    if (Result<void> done = bpe->indexPieces(file); !done) return done.error();
    if (Result<void> done = bpe->indexBytes(file); !done) return done.error();
    if (Result<void> done = bpe->readMerges(file); !done) return done.error();
    return std::unique_ptr<Tokenizer>(std::move(bpe));
}

ByteBpe::ByteBpe(Vocabulary vocabulary, const PreTokenizerRule& rule)
    : VocabularyTokenizer(std::move(vocabulary), rule.addBos), m_rule(rule) {}

Result<void> ByteBpe::indexPieces(const ModelFile& file) {
    m_ids = PieceIndex(vocabulary().size());
    for (TokenId id = 0; id < vocabulary().size(); ++id)
        if (vocabulary().type(id) == TokenType::Normal && !m_ids.add(vocabulary(), id))
            return badTokenizer(file, Detail{PONDER_TR_NOOP("ErrorDetail", "its tokens collide"), {}});
    return {};
}

Result<void> ByteBpe::indexBytes(const ModelFile& file) {
    for (std::size_t byte = 0; byte < m_byteIds.size(); ++byte) {
        const char text = static_cast<char>(byte);
        const std::optional<TokenId> id = idOf(std::string_view(&text, 1));
        if (!id && isNeeded(byte))
            return badTokenizer(file,
                                Detail{PONDER_TR_NOOP("ErrorDetail", "there is no token for the byte %1"),
                                       {std::to_string(byte)}});
        m_byteIds[byte] = id.value_or(kNoToken);
    }
    return {};
}

Result<void> ByteBpe::readMerges(const ModelFile& file) {
    const std::span<const std::string_view> merges = file.metadata().texts("tokenizer.ggml.merges");
    if (merges.empty())
        return badTokenizer(
            file, Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is missing or empty"), {"tokenizer.ggml.merges"}});
    m_merges = MergeTable(merges.size());
    std::string bytes;
    for (std::size_t i = 0; i < merges.size(); ++i) {
        const std::size_t gap = merges[i].find(' ', 1);
        if (gap == std::string_view::npos || gap + 1 == merges[i].size())
            return badTokenizer(file, Detail{PONDER_TR_NOOP("ErrorDetail", "entry %1 of %2 is no pair"),
                                             {std::to_string(i), "tokenizer.ggml.merges"}});
        bytes.clear();
        appendByteAlphabet(merges[i].substr(0, gap), bytes);
        const std::size_t middle = bytes.size();
        appendByteAlphabet(merges[i].substr(gap + 1), bytes);
        const std::string_view both = bytes;
        const std::optional<TokenId> left = idOf(both.substr(0, middle));
        const std::optional<TokenId> right = idOf(both.substr(middle));
        const std::optional<TokenId> merged = idOf(both);
        // A vocabulary that was cut down leaves merges behind which can never apply.
        if (left && right && merged && !m_merges.add(*left, *right, *merged))
            return badTokenizer(file, Detail{PONDER_TR_NOOP("ErrorDetail", "its merges collide"), {}});
    }
    return {};
}

std::optional<TokenId> ByteBpe::idOf(std::string_view piece) const { return m_ids.find(vocabulary(), piece); }

void ByteBpe::encodeOrdinary(std::string_view text, std::vector<TokenId>& out) const {
    std::unordered_map<std::string_view, Made> made;
    Buffers buffers;
    for (const std::string_view word : m_preTokenizer->split(text)) {
        const auto [entry, isNew] = made.try_emplace(word, Made{out.size(), 0});
        if (isNew) {
            encodeWord(word, buffers, out);
            entry->second.end = out.size();
            continue;
        }
        for (std::size_t i = entry->second.begin; i < entry->second.end; ++i)
            out.push_back(out[i]);
    }
}

void ByteBpe::encodeWord(std::string_view word, Buffers& buffers, std::vector<TokenId>& out) const {
    if (m_rule.ignoreMerges) {
        if (const std::optional<TokenId> whole = idOf(word)) {
            out.push_back(*whole);
            return;
        }
    }
    buffers.bytes.clear();
    for (std::size_t i = 0; i < word.size(); ++i) {
        const TokenId id = m_byteIds[static_cast<std::uint8_t>(word[i])];
        if (id != kNoToken) {
            buffers.bytes.push_back(id);
            continue;
        }
        while (i + 1 < word.size() && isContinuation(word[i + 1]))
            ++i;
    }
    m_merges.merge(buffers.bytes, buffers.merging, out);
}

} // namespace ponder
