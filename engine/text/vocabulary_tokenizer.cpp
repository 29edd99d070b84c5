#include "engine/text/vocabulary_tokenizer.h"

#include "engine/text/utf8.h"

#include <utility>

namespace ponder {

VocabularyTokenizer::VocabularyTokenizer(Vocabulary vocabulary, bool addBosByDefault)
    : m_vocabulary(std::move(vocabulary)),
      m_addBos(m_vocabulary.addBos().value_or(addBosByDefault) && m_vocabulary.bos().has_value()),
      m_notes(m_vocabulary.notes().begin(), m_vocabulary.notes().end()) {}

std::vector<TokenId> VocabularyTokenizer::encode(std::string_view text, SpecialTokens special,
                                                 std::span<const std::size_t> literal) const {
    std::vector<TokenId> ids;
    if (special == SpecialTokens::Ignore) {
        encodeBytes(text, ids);
        return ids;
    }
    for (const SpecialIndex::Fragment& fragment : m_vocabulary.specials().split(text, literal)) {
        if (fragment.special)
            ids.push_back(*fragment.special);
        else
            encodeBytes(fragment.text, ids);
    }
    return ids;
}

void VocabularyTokenizer::encodeBytes(std::string_view text, std::vector<TokenId>& out) const {
    if (m_vocabulary.ordinaryPieces().texts().empty()) return encodeStretch(text, out);
    for (const SpecialIndex::Fragment& fragment : m_vocabulary.ordinaryPieces().split(text, {})) {
        if (fragment.special)
            out.push_back(*fragment.special);
        else
            encodeStretch(fragment.text, out);
    }
}

void VocabularyTokenizer::encodeStretch(std::string_view text, std::vector<TokenId>& out) const {
    if (text.empty()) return;
    if (isUtf8(text))
        encodeOrdinary(text, out);
    else
        encodeOrdinary(replaceInvalidUtf8(text), out);
}

std::string VocabularyTokenizer::piece(TokenId id) const {
    return id < size() ? std::string(m_vocabulary.piece(id)) : std::string();
}

bool VocabularyTokenizer::isControl(TokenId id) const {
    return id < size() && m_vocabulary.type(id) == TokenType::Control;
}

bool VocabularyTokenizer::isEndOfGeneration(TokenId id) const {
    return id < size() && m_vocabulary.endsGeneration(id);
}

std::optional<TokenId> VocabularyTokenizer::find(std::string_view special) const {
    return m_vocabulary.specials().find(special);
}

} // namespace ponder
