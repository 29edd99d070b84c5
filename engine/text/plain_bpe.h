// Byte-pair encoding on plain UTF-8: the tokenizer of Gemma 4 (tokenizer.ggml.model = "gemma4").
//
// Takes a vocabulary written as SentencePiece's are (plain_alphabet.h) and merges. A line of text is one
// word, spaces included, and so is a run of line breaks; each character is a token, or the tokens of its
// bytes where there is none (the unknown token where it has none either), and tokens are merged
// (merge_table.h). Nothing is put in front of a text.
//
// Owner: Model, as a Tokenizer. Thread: any, const. Errors: BadTokenizer. Source: the tokenizer.json that
// Google publishes with Gemma 4. Next station: the forward pass.
#pragma once

#include "engine/text/merge_table.h"
#include "engine/text/piece_index.h"
#include "engine/text/vocabulary_tokenizer.h"

#include <array>

namespace ponder {

class PlainBpe final : public VocabularyTokenizer {
public:
    static Result<std::unique_ptr<Tokenizer>> fromModel(const ModelFile& file);

protected:
    void encodeOrdinary(std::string_view text, std::vector<TokenId>& out) const override;

private:
    explicit PlainBpe(Vocabulary vocabulary);
    Result<void> indexPieces(const ModelFile& file);
    // `text` has no space marks but spaces, as the vocabulary's pieces have.
    void encodeSpaced(std::string_view text, std::vector<TokenId>& out) const;
    void appendCharacter(std::string_view character, std::vector<TokenId>& out) const;

    PieceIndex m_ids; // of normal tokens
    std::array<TokenId, 256> m_byteIds{};
    std::optional<TokenId> m_unknown;
    MergeTable m_merges;
};

} // namespace ponder
