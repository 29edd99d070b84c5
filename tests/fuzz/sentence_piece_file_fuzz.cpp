// Any bytes as a tokenizer.model: it is refused or gives a vocabulary that can be written and read again.
#include "engine/convert/sentence_piece_file.h"
#include "engine/text/tokenizer.h"

#include <cstdlib>

using namespace ponder;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto tokens = readSentencePieceFile(std::as_bytes(std::span(data, size)), "fuzz/tokenizer.model");
    if (!tokens) {
        require(!tokens.error().message().empty());
        return 0;
    }
    require(bool(tokens->fill(tokens->tokens().size() + 3)));
    GgufOutput output;
    tokens->setKeys(output);
    auto header = output.header();
    require(bool(header));
    const auto file = ModelFile::fromBytes(std::move(*header), "fuzz.gguf");
    require(bool(file));
    if (const auto tokenizer = Tokenizer::fromModel(**file))
        (*tokenizer)->encode("some text", SpecialTokens::Parse);
    return 0;
}
