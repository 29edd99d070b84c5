#include "engine/text/tokenizer.h"

#include "engine/base/translatable.h"
#include "engine/text/byte_bpe.h"
#include "engine/text/plain_bpe.h"
#include "engine/text/sentence_piece.h"
#include "engine/text/tokenizer_error.h"

namespace ponder {

Result<std::unique_ptr<Tokenizer>> Tokenizer::fromModel(const ModelFile& file) {
    const std::optional<std::string_view> kind = file.metadata().text("tokenizer.ggml.model");
    if (!kind)
        return badTokenizer(file,
                            Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is missing"), {"tokenizer.ggml.model"}});
    const bool plain = *kind == "gemma4" || file.metadata().text("tokenizer.ggml.pre") == "gemma4";
    if (plain && *kind != "llama") return PlainBpe::fromModel(file);
    if (*kind == "gpt2") return ByteBpe::fromModel(file);
    if (*kind == "llama") return SentencePiece::fromModel(file);
    return unknownTokenizer(file, std::string(*kind));
}

} // namespace ponder
