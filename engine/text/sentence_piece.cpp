#include "engine/text/sentence_piece.h"

#include "engine/base/translatable.h"
#include "engine/text/plain_alphabet.h"
#include "engine/text/sentence_piece_proto.h"
#include "engine/text/tokenizer_error.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <utility>

namespace ponder {

namespace {

// The token that stands for what the vocabulary cannot spell: as the file says, else the one called so.
std::optional<TokenId> unknownToken(const Vocabulary& vocabulary, const Metadata& metadata) {
    const std::optional<std::uint64_t> named = metadata.integer("tokenizer.ggml.unknown_token_id");
    if (named && *named < vocabulary.size()) return static_cast<TokenId>(*named);
    const std::span<const std::string_view> texts = metadata.texts("tokenizer.ggml.tokens");
    for (TokenId id = 0; id < vocabulary.size(); ++id)
        if (vocabulary.type(id) == TokenType::Unknown) return std::nullopt; // the library finds it
    const auto found = std::find(texts.begin(), texts.end(), "<unk>");
    return found == texts.end() ? std::nullopt : std::optional(static_cast<TokenId>(found - texts.begin()));
}

// The library wants exactly one unknown token. Files call it a control token (Gemma), or call fillers that no
// text becomes unknown too (Phi 3).
std::vector<TokenType> libraryTypes(const Vocabulary& vocabulary, const Metadata& metadata) {
    const std::optional<TokenId> unknown = unknownToken(vocabulary, metadata);
    std::vector<TokenType> types;
    for (TokenId id = 0; id < vocabulary.size(); ++id) {
        const TokenType type = vocabulary.type(id);
        types.push_back(unknown && type == TokenType::Unknown ? TokenType::Unused : type);
    }
    if (unknown) types[*unknown] = TokenType::Unknown;
    return types;
}

} // namespace

Result<std::unique_ptr<Tokenizer>> SentencePiece::fromModel(const ModelFile& file) {
    Result<Vocabulary> vocabulary = Vocabulary::read(file, appendPlainAlphabet);
    if (!vocabulary) return vocabulary.error();
    const Metadata& metadata = file.metadata();
    const std::span<const double> scores = metadata.numbers("tokenizer.ggml.scores");
    if (scores.size() != vocabulary->size())
        return badTokenizer(file, Detail{PONDER_TR_NOOP("ErrorDetail", "%1 has %2 entries for %3 tokens"),
                                         {"tokenizer.ggml.scores", std::to_string(scores.size()),
                                          std::to_string(vocabulary->size())}});
    const std::vector<TokenType> types = libraryTypes(*vocabulary, metadata);
    const SentencePieceModel model{metadata.texts("tokenizer.ggml.tokens"), scores, types,
                                   metadata.boolean("tokenizer.ggml.add_space_prefix").value_or(true)};

    auto processor = std::make_unique<sentencepiece::SentencePieceProcessor>();
    if (const auto status = processor->LoadFromSerializedProto(model.serialized()); !status.ok())
        return badTokenizer(file, status.ToString());
    return std::unique_ptr<Tokenizer>(new SentencePiece(std::move(*vocabulary), std::move(processor)));
}

SentencePiece::SentencePiece(Vocabulary vocabulary,
                             std::unique_ptr<sentencepiece::SentencePieceProcessor> processor)
    : VocabularyTokenizer(std::move(vocabulary), true), m_processor(std::move(processor)) {}

SentencePiece::~SentencePiece() = default;

void SentencePiece::encodeOrdinary(std::string_view text, std::vector<TokenId>& out) const {
    std::vector<int> ids;
    if (!m_processor->Encode(text, &ids).ok()) return;
    for (const int id : ids)
        out.push_back(static_cast<TokenId>(id));
}

} // namespace ponder
