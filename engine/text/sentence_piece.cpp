#include "engine/text/sentence_piece.h"

#include "engine/base/translatable.h"
#include "engine/text/sentence_piece_proto.h"
#include "engine/text/tokenizer_error.h"

#include <sentencepiece_processor.h>

#include <charconv>
#include <utility>

namespace ponder {
namespace {

constexpr std::string_view kSpace = "\xE2\x96\x81"; // U+2581, which stands for a space

// "<0x0A>" stands for one byte.
bool appendByte(std::string_view text, std::string& out) {
    if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return false;
    std::uint8_t byte = 0;
    const auto [end, error] = std::from_chars(text.data() + 3, text.data() + 5, byte, 16);
    if (error != std::errc() || end != text.data() + 5) return false;
    out += static_cast<char>(byte);
    return true;
}

void decodePiece(std::string_view text, TokenType type, std::string& out) {
    if (type == TokenType::Byte && appendByte(text, out)) return;
    for (std::size_t at = text.find(kSpace); at != std::string_view::npos; at = text.find(kSpace)) {
        out += text.substr(0, at);
        out += ' ';
        text.remove_prefix(at + kSpace.size());
    }
    out += text;
}

} // namespace

Result<std::unique_ptr<Tokenizer>> SentencePiece::fromModel(const ModelFile& file) {
    Result<Vocabulary> vocabulary = Vocabulary::read(file, decodePiece);
    if (!vocabulary) return vocabulary.error();
    const Metadata& metadata = file.metadata();
    const std::span<const double> scores = metadata.numbers("tokenizer.ggml.scores");
    if (scores.size() != vocabulary->size())
        return badTokenizer(file, Detail{PONDER_TR_NOOP("ErrorDetail", "%1 has %2 entries for %3 tokens"),
                                         {"tokenizer.ggml.scores", std::to_string(scores.size()),
                                          std::to_string(vocabulary->size())}});
    std::vector<TokenType> types;
    for (TokenId id = 0; id < vocabulary->size(); ++id)
        types.push_back(vocabulary->type(id));
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
