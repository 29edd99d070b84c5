#include "engine/convert/hugging_face_tokenizer.h"
#include "engine/convert/pre_tokenizer_names.h"
#include "engine/file/json_document.h"
#include "engine/text/pre_tokenizer_choice.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

using namespace ponder;
using Json = nlohmann::json;

namespace {

const char* const kDeepSeek =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
    R"(| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

// As their makers publish them.
const std::vector<std::pair<const char*, const char*>> kNewerFamilies{
    {"qwen35", R"~((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N})~"
               R"~(]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)~"},
    {"gpt-4o", R"~([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'r)~"
               R"~(e|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\)~"
               R"~(p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+)~"
               R"~((?!\S)|\s+)~"},
    {"tekken", R"~([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L})~"
               R"~(\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N})~"
               R"~(]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)~"},
    {"seed-coder",
     R"~((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s)~"
     R"~(*[\r\n]+|\s+(?!\S)|\s+)~"},
};

Json tokenizerOf(const char* name) {
    return *jsonFile(test::modelFolder(name) / "tokenizer.json", 10'000'000);
}

Error errorOf(const Json& json) {
    const auto tokens = readHuggingFaceTokenizer(json, "tokenizer.json");
    return tokens ? Error{ErrorCode::Internal, "read", {}} : tokens.error();
}

// What files made from a SentencePiece model hold.
Json pieces() {
    return Json::parse(R"({
        "added_tokens": [{"id":0,"content":"<unk>","special":true},{"id":1,"content":"<s>","special":true}],
        "normalizer": {"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"}]},
        "model": {"type":"BPE","byte_fallback":true,"unk_token":"<unk>",
            "vocab":{"<unk>":0,"<s>":1,"<0x0A>":2,"▁":3,"a":4,"b":5,"ab":6,"▁ab":7},
            "merges":["a b","▁ ab"]}})");
}

} // namespace

class HuggingFaceTokenizerTest : public QObject {
    Q_OBJECT
private slots:
    void tokensMergesAndTypesAreThoseOfTheFile() {
        const Json json = tokenizerOf("qwen2-bf16");
        const auto tokens = readHuggingFaceTokenizer(json, "tokenizer.json");
        QVERIFY2(tokens, tokens ? "" : tokens.error().message().c_str());
        QCOMPARE(tokens->model, std::string("gpt2"));
        QCOMPARE(tokens->pre, std::string("qwen2"));
        QCOMPARE(tokens->merges.size(), json["model"]["merges"].size());
        for (const auto& [text, id] : json["model"]["vocab"].items())
            QCOMPARE(tokens->tokens()[id.get<std::size_t>()].text, text);
        const auto type = [&](const char* text) { return tokens->tokens()[tokens->find(text).value()].type; };
        QCOMPARE(type("<|im_end|>"), TokenType::Control);
        QCOMPARE(type("<think>"), TokenType::UserDefined);
        QCOMPARE(type("a"), TokenType::Normal);
    }

    void mergesMayBePairsOrTexts() {
        const auto pairs = readHuggingFaceTokenizer(tokenizerOf("qwen2-bf16"), "a");
        const auto texts = readHuggingFaceTokenizer(tokenizerOf("llama-f16-sharded"), "b");
        QVERIFY(pairs && texts);
        QCOMPARE(pairs->merges.front(), texts->merges.front()); // trained on the same lines
    }

    void aMarkThatIsNotSpecialInTheFileIsControlAllTheSame() {
        Json json = tokenizerOf("qwen2-bf16");
        json["added_tokens"].push_back({{"id", 500u}, {"content", "<｜User｜>"}, {"special", false}});
        const auto tokens = readHuggingFaceTokenizer(json, "tokenizer.json");
        QVERIFY(tokens);
        QCOMPARE(tokens->tokens().at(500).type, TokenType::Control);
    }

    void mergesOfByteFallbackBecomeScores() {
        const auto tokens = readHuggingFaceTokenizer(pieces(), "tokenizer.json");
        QVERIFY2(tokens, tokens ? "" : tokens.error().message().c_str());
        QCOMPARE(tokens->model, std::string("llama"));
        QVERIFY(tokens->merges.empty() && tokens->addSpacePrefix.value());
        const auto& list = tokens->tokens();
        QCOMPARE(list[0].type, TokenType::Unknown);
        QCOMPARE(list[1].type, TokenType::Control);
        QCOMPARE(list[2].type, TokenType::Byte);
        QVERIFY(list[6].score > list[7].score && list[7].score > list[4].score);
    }

    void everyKnownFamilyIsToldByItsPattern() {
        const auto split = [](const char* pattern) {
            return Json{{"type", "Split"},
                        {"pattern", {{"Regex", pattern}}},
                        {"behavior", "Isolated"},
                        {"invert", false}};
        };
        const Json bytes{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
        const Json words{{"type", "ByteLevel"}, {"add_prefix_space", false}};
        const auto sequence = [](const Json& steps) {
            return Json{{"type", "Sequence"}, {"pretokenizers", steps}};
        };
        QCOMPARE(preTokenizerName(words).value(), std::string("gpt-2"));
        QCOMPARE(
            preTokenizerName(sequence({{{"type", "Digits"}, {"individual_digits", true}}, words})).value(),
            std::string("smollm"));
        QCOMPARE(preTokenizerName(tokenizerOf("llama-f16-sharded")["pre_tokenizer"]).value(),
                 std::string("llama-bpe"));
        const Json deepSeek =
            sequence({split("\\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(kDeepSeek), bytes});
        QCOMPARE(preTokenizerName(deepSeek).value(), std::string("deepseek-v3"));
        for (const auto& [name, pattern] : kNewerFamilies)
            QCOMPARE(preTokenizerName(sequence({split(pattern), bytes})).value(), std::string(name));
        QVERIFY(!preTokenizerName(sequence({split("\\w+"), bytes})));
        QVERIFY(!preTokenizerName(Json{{"type", "Whitespace"}}));
        QVERIFY(!preTokenizerName(Json()));
    }

    void whetherTextIsComposedIsWrittenWhereTheRuleSaysOtherwise() {
        const auto keyOf = [](const Json& normalizer) {
            Json json = tokenizerOf("qwen2-bf16");
            json["normalizer"] = normalizer;
            const auto tokens = readHuggingFaceTokenizer(json, "tokenizer.json");
            GgufOutput output;
            if (tokens) tokens->setKeys(output);
            auto header = output.header();
            const auto file = ModelFile::fromBytes(std::move(*header), "keys.gguf");
            return file ? (*file)->metadata().boolean(kComposeKey) : std::nullopt;
        };
        QCOMPARE(keyOf(Json{{"type", "NFC"}}), std::optional<bool>());
        QCOMPARE(keyOf(Json()), std::optional(false));
        QCOMPARE(keyOf(Json{{"type", "Sequence"}, {"normalizers", Json::array()}}), std::optional(false));
    }

    void whatIsNotKnownIsNamed() {
        Json json = tokenizerOf("qwen2-bf16");
        json["pre_tokenizer"] = {{"type", "Whitespace"}};
        QVERIFY(errorOf(json).code == ErrorCode::UnknownTokenizer);
        QVERIFY(errorOf(json).message().find("Whitespace") != std::string::npos);
        json = tokenizerOf("qwen2-bf16");
        json["normalizer"] = {{"type", "Lowercase"}};
        QVERIFY(errorOf(json).message().find("Lowercase") != std::string::npos);
        json["model"]["type"] = "Unigram";
        QVERIFY(errorOf(json).message().find("Unigram") != std::string::npos);
    }

    void aDamagedVocabularyIsRefused() {
        const auto with = [](const char* part, const Json& value) {
            Json json = tokenizerOf("qwen2-bf16");
            json["model"][part] = value;
            return errorOf(json).detail.english();
        };
        QCOMPARE(with("vocab", Json{{"a", 0u}, {"b", 0u}}),
                 std::string("b and another token have the same number"));
        QCOMPARE(with("vocab", Json{{"a", -1}}), std::string("the token a has no number"));
        QCOMPARE(with("vocab", Json{{"a", 1ull << 40}}),
                 std::string("the token a has the number 1099511627776"));
        QCOMPARE(with("vocab", Json::object()), std::string("vocab is missing or empty"));
        for (const Json& merge :
             {Json("ab"), Json("a b c"), Json(" a"), Json({"a", "b", "c"}), Json({"a b", "c"}), Json(1)})
            QVERIFY(with("merges", Json::array({merge})).ends_with("is not a pair to be merged"));
        QVERIFY(errorOf(Json()).code == ErrorCode::UnknownTokenizer);
    }
};

PONDER_TEST(HuggingFaceTokenizerTest)
#include "hugging_face_tokenizer_test.moc"
