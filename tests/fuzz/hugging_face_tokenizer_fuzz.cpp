// Any bytes as a tokenizer.json: it is refused or gives a vocabulary that can be written and read again.
#include "engine/convert/hugging_face_tokenizer.h"
#include "engine/file/json_document.h"
#include "engine/text/tokenizer.h"

#include <cstdlib>

using namespace ponder;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto json = parseJson({reinterpret_cast<const char*>(data), size}, "fuzz/tokenizer.json");
    if (!json) return 0;
    auto tokens = readHuggingFaceTokenizer(*json, "fuzz/tokenizer.json");
    if (!tokens) {
        require(!tokens.error().message().empty());
        return 0;
    }
    if (tokens->tokens().size() > 1000 || !tokens->fill(1000)) return 0; // a number far out costs time alone
    GgufOutput output;
    tokens->setKeys(output);
    auto header = output.header();
    require(bool(header));
    const auto file = ModelFile::fromBytes(std::move(*header), "fuzz.gguf");
    require(bool(file));
    if (const auto tokenizer = Tokenizer::fromModel(**file))
        (*tokenizer)->encode("some text 12", SpecialTokens::Parse);
    return 0;
}
