#include "engine/text/plain_bpe.h"

#include "engine/base/translatable.h"
#include "engine/text/merge_list.h"
#include "engine/text/plain_alphabet.h"
#include "engine/text/tokenizer_error.h"
#include "engine/text/utf8.h"

#include <algorithm>
#include <utility>

namespace ponder {
namespace {

constexpr TokenId kNoToken = ~TokenId{0};

} // namespace

Result<std::unique_ptr<Tokenizer>> PlainBpe::fromModel(const ModelFile& file) {
    Result<Vocabulary> vocabulary = Vocabulary::read(file, appendPlainAlphabet);
    if (!vocabulary) return vocabulary.error();
    std::unique_ptr<PlainBpe> bpe(new PlainBpe(std::move(*vocabulary)));
    if (Result<void> done = bpe->indexPieces(file); !done) return done.error();
    Result<MergeTable> merges = readMergeTable(file, bpe->vocabulary(), bpe->m_ids, appendWithSpaces);
    if (!merges) return merges.error();
    bpe->m_merges = std::move(*merges);
    return std::unique_ptr<Tokenizer>(std::move(bpe));
}

PlainBpe::PlainBpe(Vocabulary vocabulary) : VocabularyTokenizer(std::move(vocabulary), true) {}

Result<void> PlainBpe::indexPieces(const ModelFile& file) {
    m_ids = PieceIndex(vocabulary().size());
    m_byteIds.fill(kNoToken);
    for (TokenId id = 0; id < vocabulary().size(); ++id) {
        const std::string_view piece = vocabulary().piece(id);
        const TokenType type = vocabulary().type(id);
        if (type == TokenType::Normal && !m_ids.add(vocabulary(), id))
            return badTokenizer(file, Detail{PONDER_TR_NOOP("ErrorDetail", "its tokens collide"), {}});
        if (type == TokenType::Byte && piece.size() == 1) m_byteIds[static_cast<std::uint8_t>(piece[0])] = id;
        if (type == TokenType::Unknown && !m_unknown) m_unknown = id;
    }
    return {};
}

void PlainBpe::encodeOrdinary(std::string_view text, std::vector<TokenId>& out) const {
    if (text.find(kSpaceMark) == std::string_view::npos) return encodeSpaced(text, out);
    std::string spaced;
    appendWithSpaces(text, spaced);
    encodeSpaced(spaced, out);
}

void PlainBpe::encodeSpaced(std::string_view text, std::vector<TokenId>& out) const {
    std::vector<TokenId> characters;
    MergeTable::Scratch merging;
    while (!text.empty()) {
        // No token has a line break beside anything else, so merges end here; a shorter word costs less.
        const bool breaks = text.front() == '\n';
        const std::string_view word = text.substr(0, breaks ? text.find_first_not_of('\n') : text.find('\n'));
        text.remove_prefix(word.size());
        characters.clear();
        for (std::size_t at = 0, length = 0; at < word.size(); at += length) {
            length = utf8Step(word.substr(at)).length;
            appendCharacter(word.substr(at, length), characters);
        }
        m_merges.merge(characters, merging, out);
    }
}

void PlainBpe::appendCharacter(std::string_view character, std::vector<TokenId>& out) const {
    if (const std::optional<TokenId> id = m_ids.find(vocabulary(), character)) {
        out.push_back(*id);
        return;
    }
    const bool spelled = std::all_of(character.begin(), character.end(), [this](char c) {
        return m_byteIds[static_cast<std::uint8_t>(c)] != kNoToken;
    });
    if (!spelled) {
        if (m_unknown) out.push_back(*m_unknown);
        return;
    }
    for (const char c : character)
        out.push_back(m_byteIds[static_cast<std::uint8_t>(c)]);
}

} // namespace ponder
