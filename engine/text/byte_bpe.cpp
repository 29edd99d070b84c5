#include "engine/text/byte_bpe.h"

#include "engine/base/translatable.h"
#include "engine/text/byte_alphabet.h"
#include "engine/text/composition.h"
#include "engine/text/merge_list.h"
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
    const PreTokenizerChoice choice = PreTokenizerChoice::of(file.metadata());
    if (!choice.rule) return unknownTokenizer(file, std::string(choice.name));
    Result<Vocabulary> vocabulary = Vocabulary::read(file, decodePiece);
    if (!vocabulary) return vocabulary.error();

    std::unique_ptr<ByteBpe> bpe(new ByteBpe(std::move(*vocabulary), choice));
    std::string why;
    bpe->m_preTokenizer = PreTokenizer::compile(choice.rule->patterns, why);
    if (!bpe->m_preTokenizer)
        return Error{
            ErrorCode::Internal,
            {},
            Detail{PONDER_TR_NOOP("ErrorDetail", "pattern of %1: %2"), {std::string(choice.name), why}}};
    if (Result<void> done = bpe->indexPieces(file); !done) return done.error();
    if (Result<void> done = bpe->indexBytes(file); !done) return done.error();
    Result<MergeTable> merges = readMergeTable(file, bpe->vocabulary(), bpe->m_ids, appendByteAlphabet);
    if (!merges) return merges.error();
    bpe->m_merges = std::move(*merges);
    if (choice.guessed)
        bpe->addNote({PONDER_TR_NOOP("ErrorDetail",
                                     "%1 names no rule for cutting text into words; that of %2 is used"),
                      {"tokenizer.ggml.pre", std::string(choice.name)}});
    return std::unique_ptr<Tokenizer>(std::move(bpe));
}

ByteBpe::ByteBpe(Vocabulary vocabulary, const PreTokenizerChoice& choice)
    : VocabularyTokenizer(std::move(vocabulary), choice.rule->addBos), m_rule(*choice.rule),
      m_composes(choice.composes) {}

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

std::optional<TokenId> ByteBpe::idOf(std::string_view piece) const { return m_ids.find(vocabulary(), piece); }

void ByteBpe::encodeOrdinary(std::string_view text, std::vector<TokenId>& out) const {
    if (m_composes)
        if (const std::optional<std::string> joined = composed(text)) return encodeComposed(*joined, out);
    encodeComposed(text, out);
}

void ByteBpe::encodeComposed(std::string_view text, std::vector<TokenId>& out) const {
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
