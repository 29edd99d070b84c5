// Any bytes as a model file with a tokenizer: it opens or gives an error that names the file, and what opened
// encodes and decodes without harm, with ids inside the vocabulary.
#include "engine/text/stream_decoder.h"
#include "engine/text/utf8.h"

#include <cstdlib>

using namespace ponder;

namespace {

constexpr std::string_view kText =
    "Hi  there 123 你好 안녕\n<think>x</think><|im_end|></s> e\u0301 \U0001F600\xFF'll";

void require(bool condition) {
    if (!condition) std::abort();
}

void use(const Tokenizer& tokenizer, SpecialTokens special) {
    StreamDecoder decoder(tokenizer);
    for (const TokenId id : tokenizer.encode(kText, special)) {
        require(id < tokenizer.size());
        require(isUtf8(decoder.push(id)));
        tokenizer.isEndOfGeneration(id);
    }
    require(isUtf8(decoder.finish()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto file = ModelFile::fromBytes({bytes.begin(), bytes.end()}, "fuzz.gguf");
    if (!file) return 0;
    const auto tokenizer = Tokenizer::fromModel(**file);
    if (!tokenizer) {
        require(tokenizer.error().subject == "fuzz.gguf" && !tokenizer.error().message().empty());
        return 0;
    }
    use(**tokenizer, SpecialTokens::Parse);
    use(**tokenizer, SpecialTokens::Ignore);
    for (const std::string& text : (*tokenizer)->specialTexts())
        require((*tokenizer)->find(text).has_value());
    require(!(*tokenizer)->addBos() || (*tokenizer)->bos());
    return 0;
}
