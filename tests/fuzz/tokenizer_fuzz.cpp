// Any text, in every family: the pieces of its ids are the text again (composed, where the family does so),
// typed marks never become control tokens, and the streaming decoder gives whole characters only, for any
// ids.
#include "engine/text/composition.h"
#include "engine/text/stream_decoder.h"
#include "engine/text/utf8.h"
#include "tests/support/small_vocabulary.h"

#include <cstdlib>
#include <numeric>

using namespace ponder;
namespace {
void require(bool condition) {
    if (!condition) std::abort();
}

std::vector<std::unique_ptr<Tokenizer>> makeAll() {
    test::SmallVocabulary vocabulary;
    for (const auto& [left, right] :
         {std::pair("t", "h"), {"th", "e"}, {"Ġ", "the"}, {"Ġ", "Ġ"}, {"å", "¥"}, {"å¥", "½"}})
        vocabulary.merge(left, right);
    vocabulary.publish();
    std::vector<std::unique_ptr<Tokenizer>> all;
    for (const char* family :
         {"gpt-2", "qwen2", "llama-bpe", "smollm", "deepseek-llm", "deepseek-v3", "qwen35", "gpt-4o",
          "tekken", "seed-coder", "bailingmoe", "exaone-moe", "minicpm5", "superbpe", "default"}) {
        vocabulary.model.keys().set("tokenizer.ggml.pre", std::string_view(family));
        auto tokenizer = Tokenizer::fromModel(vocabulary.model);
        require(static_cast<bool>(tokenizer));
        all.push_back(std::move(*tokenizer));
    }
    return all;
}

std::string streamed(const Tokenizer& tokenizer, const std::vector<TokenId>& ids) {
    StreamDecoder decoder(tokenizer, true);
    std::string out;
    for (const TokenId id : ids) {
        const std::string part = decoder.push(id);
        require(isUtf8(part));
        out += part;
    }
    return out + decoder.finish();
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<std::unique_ptr<Tokenizer>> tokenizers = makeAll();
    if (size == 0) return 0;
    const Tokenizer& tokenizer = *tokenizers[*data % tokenizers.size()];
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::vector<std::size_t> everywhere(text.size());
    std::iota(everywhere.begin(), everywhere.end(), std::size_t{0});
    const auto typed = tokenizer.encode(text, SpecialTokens::Parse, everywhere);
    require(typed == tokenizer.encode(text, SpecialTokens::Ignore));
    for (const TokenId id : typed)
        require(!tokenizer.isControl(id));
    const bool composes = tokenizer.encode("e\u0301", SpecialTokens::Ignore) ==
                          tokenizer.encode("\u00E9", SpecialTokens::Ignore);
    // Special tokens are found first, so that a mark after one stands apart until all is composed again.
    const auto form = [composes](const std::string& value) {
        return composes ? composed(value).value_or(value) : value;
    };
    const std::string wanted = form(replaceInvalidUtf8(text));
    require(form(streamed(tokenizer, typed)) == wanted);
    require(form(streamed(tokenizer, tokenizer.encode(text, SpecialTokens::Parse))) == wanted);
    streamed(tokenizer, {data, data + size});
    return 0;
}
