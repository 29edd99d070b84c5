// What all kinds of tokenizer share: the vocabulary, and special tokens cut out before ordinary text is
// encoded.
//
// Owner: Model, as a Tokenizer. Thread: any, const. Next station: byte_bpe.h, plain_bpe.h,
// sentence_piece.h.
#pragma once

#include "engine/text/tokenizer.h"
#include "engine/text/vocabulary.h"

#include <utility>

namespace ponder {

class VocabularyTokenizer : public Tokenizer {
public:
    std::vector<TokenId> encode(std::string_view text, SpecialTokens special,
                                std::span<const std::size_t> literal) const final;
    std::string piece(TokenId id) const final; // empty where there is no such token
    std::size_t size() const final { return m_vocabulary.size(); }
    bool isControl(TokenId id) const final;
    bool isEndOfGeneration(TokenId id) const final;
    std::optional<TokenId> bos() const final { return m_vocabulary.bos(); }
    std::optional<TokenId> eos() const final { return m_vocabulary.eos(); }
    bool addBos() const final { return m_addBos; }
    std::optional<TokenId> find(std::string_view special) const final;
    std::span<const std::string> specialTexts() const final { return m_vocabulary.specials().texts(); }
    std::span<const Detail> notes() const final { return m_notes; }

protected:
    // `addBosByDefault` holds where the file says nothing about it.
    VocabularyTokenizer(Vocabulary vocabulary, bool addBosByDefault);
    // Appends the ids of text without special tokens; `text` is valid UTF-8 and not empty.
    virtual void encodeOrdinary(std::string_view text, std::vector<TokenId>& out) const = 0;
    const Vocabulary& vocabulary() const { return m_vocabulary; }
    void addNote(Detail note) { m_notes.push_back(std::move(note)); }

private:
    void encodeBytes(std::string_view text, std::vector<TokenId>& out) const; // without special tokens
    void encodeStretch(std::string_view text,
                       std::vector<TokenId>& out) const; // without those of ordinary text

    Vocabulary m_vocabulary;
    bool m_addBos;
    std::vector<Detail> m_notes;
};

} // namespace ponder
