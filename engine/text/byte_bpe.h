// Byte-level byte-pair encoding: the tokenizer of Qwen, Llama 3, DeepSeek, SmolLM and GPT-2.
//
// Takes a vocabulary written in the byte alphabet (byte_alphabet.h), merges and the name of a pre-tokenizer;
// text is composed where the family does so (composition.h) and cut into words (pre_tokenizer.h), each word
// into bytes, and bytes are merged (merge_table.h). Nothing else is lost: the pieces of the ids are the text
// again, for every vocabulary with all 256 bytes. Some published ones lack bytes that hardly occur;
// characters that need one are left out.
//
// Owner: Model, as a Tokenizer. Thread: any, const. Errors: UnknownTokenizer (the pre-tokenizer),
// BadTokenizer. Next station: the forward pass.
#pragma once

#include "engine/text/merge_table.h"
#include "engine/text/piece_index.h"
#include "engine/text/pre_tokenizer.h"
#include "engine/text/pre_tokenizer_choice.h"
#include "engine/text/vocabulary_tokenizer.h"

#include <array>

namespace ponder {

class ByteBpe final : public VocabularyTokenizer {
public:
    static Result<std::unique_ptr<Tokenizer>> fromModel(const ModelFile& file);

protected:
    void encodeOrdinary(std::string_view text, std::vector<TokenId>& out) const override;

private:
    struct Buffers {
        std::vector<TokenId> bytes;
        MergeTable::Scratch merging;
    };

    ByteBpe(Vocabulary vocabulary, const PreTokenizerChoice& choice);
    Result<void> indexPieces(const ModelFile& file);
    Result<void> indexBytes(const ModelFile& file);
    void encodeComposed(std::string_view text, std::vector<TokenId>& out) const;
    void encodeWord(std::string_view word, Buffers& buffers, std::vector<TokenId>& out) const;
    std::optional<TokenId> idOf(std::string_view piece) const;

    const PreTokenizerRule& m_rule;
    bool m_composes;
    std::unique_ptr<PreTokenizer> m_preTokenizer;
    PieceIndex m_ids; // of normal tokens
    std::array<TokenId, 256> m_byteIds{};
    MergeTable m_merges;
};

} // namespace ponder
