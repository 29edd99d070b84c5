// SentencePiece vocabularies (tokenizer.ggml.model = "llama"), through the SentencePiece library.
//
// Takes tokens, scores and types of a model file; the library gets them as a model of its own format
// (sentence_piece_proto.h) and cuts text with it. Pieces are decoded here: the library's decoder drops the
// leading space, which is right for a whole text and wrong in the middle of a reply.
//
// Owner: Model, as a Tokenizer. Thread: any, const. Errors: BadTokenizer with the library's reason.
// Source: Kudo and Richardson 2018, "SentencePiece". Next station: the forward pass.
#pragma once

#include "engine/text/vocabulary_tokenizer.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace ponder {

class SentencePiece final : public VocabularyTokenizer {
public:
    static Result<std::unique_ptr<Tokenizer>> fromModel(const ModelFile& file);
    ~SentencePiece() override;

protected:
    void encodeOrdinary(std::string_view text, std::vector<TokenId>& out) const override;

private:
    SentencePiece(Vocabulary vocabulary, std::unique_ptr<sentencepiece::SentencePieceProcessor> processor);
    std::unique_ptr<sentencepiece::SentencePieceProcessor> m_processor;
};

} // namespace ponder
