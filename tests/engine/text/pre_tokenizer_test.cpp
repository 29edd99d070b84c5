// How text is cut into words, by every rule that files name, and which rule a file means that names none.
#include "engine/text/pre_tokenizer.h"
#include "engine/text/pre_tokenizer_choice.h"
#include "tests/support/reference_data.h"
#include "tests/support/small_vocabulary.h"
#include "tests/support/test_class.h"
#include "tests/support/tokenizer_checks.h"

#include <QTest>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace ponder;
using namespace ponder::test;
using Json = nlohmann::json;

namespace {

using Words = std::vector<std::string>;

// Not in Qt's strings, which drop a byte order mark that begins a word.
Words cut(const std::string& rule, const std::string& text) {
    std::string why = "no such rule";
    const PreTokenizerRule* found = findPreTokenizerRule(rule);
    const auto cutter = found ? PreTokenizer::compile(found->patterns, why) : nullptr;
    if (!cutter) return {why};
    const auto words = cutter->split(text);
    return {words.begin(), words.end()};
}

QStringList shown(const Words& words) {
    QStringList out;
    for (const std::string& word : words)
        out << QString::fromStdString(word);
    return out;
}

// The vocabulary's words, as often as needed to be as large as that of a family.
struct Family {
    const char* architecture;
    std::vector<std::string_view> marks;
    std::size_t tokens;
    const char* rule;
};

std::string ruleOf(const Family& family, std::optional<std::string_view> pre = {}) {
    Metadata keys;
    std::vector<std::string_view> tokens = family.marks;
    tokens.resize(std::max(family.tokens, tokens.size()), "a");
    keys.set("tokenizer.ggml.tokens", tokens);
    keys.set("general.architecture", std::string_view(family.architecture));
    if (pre) keys.set("tokenizer.ggml.pre", *pre);
    const PreTokenizerChoice choice = PreTokenizerChoice::of(keys);
    if (!choice.rule) return "none";
    return choice.guessed ? std::string(choice.name) : "named " + std::string(choice.name);
}

} // namespace

class PreTokenizerTest : public QObject {
    Q_OBJECT
private slots:
    void everyRuleCutsAsThePublishedPatternDoes_data() {
        QTest::addColumn<QString>("rule");
        for (const char* rule : {"qwen35", "gpt-4o", "tekken", "glm4", "exaone", "exaone4", "kanana2",
                                 "hunyuan-dense", "qwen2", "llama-bpe", "deepseek-v3", "gpt-2", "exaone-moe",
                                 "lfm2", "seed-coder", "smollm", "superbpe", "bailingmoe", "minicpm5"})
            QTest::newRow(rule) << QString(rule);
    }
    void everyRuleCutsAsThePublishedPatternDoes() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(QString, rule);
        std::ifstream file(referenceDir() / "tokenizer/splits.json");
        const Json cases = Json::parse(file)[rule.toStdString()];
        QVERIFY(cases.size() >= 60);
        for (const Json& entry : cases) {
            const bool isPublished = entry.contains("pieces_by_published_regex");
            Words expected;
            for (const Json& piece : entry[isPublished ? "pieces_by_published_regex" : "pieces"])
                if (piece != "") expected.push_back(piece); // places between words are no words
            const Words words = cut(rule.toStdString(), entry["text"]);
            if (words != expected) qWarning() << shown(words) << "not" << shown(expected);
            QVERIFY(words == expected);
        }
    }

    void lettersMarksAndCapitalsAreCutAsEachFamilyWrites_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("words");
        const QString hindi = QStringLiteral("हिन्दी है");
        QTest::newRow("qwen35 keeps marks with their letters")
            << "qwen35" << hindi << QStringList{"हिन्दी", " है"};
        QTest::newRow("qwen2 does not")
            << "qwen2" << QStringLiteral("हिन") << QStringList{QStringLiteral("ह"), QStringLiteral("िन")};
        QTest::newRow("gpt-4o keeps them too") << "gpt-4o" << hindi << QStringList{"हिन्दी", " है"};
        QTest::newRow("gpt-4o cuts before a capital")
            << "gpt-4o"
            << "МоскваРека it's HTTPServer" << QStringList{"Москва", "Река", " it's", " HTTPServer"};
        QTest::newRow("gpt-4o takes slashes after symbols")
            << "gpt-4o"
            << "a://b\n/c" << QStringList{"a", "://", "b", "\n", "/c"};
        QTest::newRow("tekken has no contractions and single digits")
            << "tekken"
            << "it's 123" << QStringList{"it", "'s", " ", "1", "2", "3"};
        QTest::newRow("exaone has single digits") << "exaone"
                                                  << "a12" << QStringList{"a", "1", "2"};
        QTest::newRow("exaone4 has not") << "exaone4"
                                         << "a12" << QStringList{"a", "12"};
        QTest::newRow("superbpe groups digits from the right")
            << "superbpe"
            << "n 1234567" << QStringList{"n ", "1", "234", "567"};
        QTest::newRow("the default rule takes punctuation apart")
            << "default"
            << "a, b+c 12345" << QStringList{"a", ",", " b", "+", "c", " ", "123", "45"};
    }
    void lettersMarksAndCapitalsAreCutAsEachFamilyWrites() {
        QFETCH(QString, rule);
        QFETCH(QString, text);
        QFETCH(QStringList, words);
        QCOMPARE(shown(cut(rule.toStdString(), text.toStdString())), words);
    }

    void otherNamesOfARuleCutAsItDoes() {
        const std::string text = "It's 1234 ÀB cD हिन्दी!\n\n /x 한국어 漢字かな  don't";
        const std::vector<std::pair<const char*, std::vector<const char*>>> names{
            {"llama-bpe",
             {"llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "glm4",
              "chatglm-bpe", "smaug-bpe", "dbrx"}},
            {"gpt-2",
             {"a.x-4.0", "exaone4", "trillion", "phi-2", "gigachat", "mellum", "olmo", "mpt", "jais"}},
            {"qwen2", {"deepseek-r1-qwen", "kormo", "megrez", "solar-open", "hunyuan", "stablelm2"}},
            {"deepseek-v3", {"hunyuan-dense", "joyai-llm"}},
            {"gpt-4o", {"kanana2", "llama4", "minimax-m2"}},
            {"smollm", {"exaone", "starcoder", "refact", "command-r"}},
            {"bailingmoe", {"bailingmoe2", "llada-moe"}}};
        for (const auto& [rule, others] : names)
            for (const char* other : others)
                QCOMPARE(cut(other, text), cut(rule, text));
        QVERIFY(cut("gpt-2", text) != cut("qwen2", text));
    }

    void aFileWithoutAPreTokenizerTakesThatOfItsFamily() {
        for (const Family& family :
             std::vector<Family>{{"qwen2", {"<|im_start|>"}, 151'936, "qwen2"},
                                 {"qwen3moe", {}, 300, "qwen2"},
                                 {"qwen35", {}, 300, "qwen35"},
                                 {"llama", {"<|begin_of_text|>", "<|eot_id|>"}, 128'256, "llama-bpe"},
                                 {"llama", {}, 128'256, "llama-bpe"},
                                 {"llama", {"<｜begin▁of▁sentence｜>"}, 102'400, "deepseek-llm"},
                                 {"llama", {"<|im_start|>"}, 49'152, "smollm"},
                                 {"llama", {"[AVAILABLE_TOOLS]"}, 131'072, "tekken"},
                                 {"deepseek2", {}, 129'280, "deepseek-v3"},
                                 {"deepseek2", {}, 102'400, "deepseek-llm"},
                                 {"deepseek2", {"[gMASK]"}, 154'880, "glm4"},
                                 {"gpt-oss", {}, 201'088, "gpt-4o"},
                                 {"phi3", {}, 200'064, "gpt-4o"},
                                 {"phi3", {}, 100'352, "dbrx"},
                                 {"exaone4", {}, 102'400, "exaone4"},
                                 {"unheard-of", {}, 300, "default"}}) {
            QCOMPARE(ruleOf(family), std::string(family.rule));
            QCOMPARE(ruleOf(family, "default"), std::string(family.rule));
            QCOMPARE(ruleOf(family, "tekken"), std::string("named tekken"));
        }
    }

    void everyFamilyThatFilesMayLeaveOutHasARule() {
        // A name in the table of families that no rule has would refuse the files it was made for.
        for (const char* architecture :
             {"qwen35moe",  "qwen2moe",      "qwen3",       "qwen3next",  "llama4",      "exaone",
              "exaone-moe", "mistral3",      "smollm3",     "lfm2",       "chatglm",     "glm4",
              "glm4moe",    "hunyuan-dense", "hunyuan-moe", "seed_oss",   "bailingmoe2", "minimax-m2",
              "command-r",  "olmo2",         "falcon-h1",   "starcoder2", "stablelm",    "phi2",
              "granite",    "granitehybrid", "deepseek",    "dbrx",       "gpt2"})
            QVERIFY2(ruleOf({architecture, {}, 300, ""}) != "none" &&
                         ruleOf({architecture, {}, 300, ""}) != "default",
                     architecture);
    }

    void whatWasGuessedIsSaidOnce() {
        SmallVocabulary named;
        QVERIFY(tokenizerOf(named.model)->notes().empty());
        SmallVocabulary vocabulary;
        vocabulary.model.keys().set("tokenizer.ggml.pre", std::string_view("default"));
        vocabulary.model.keys().set("general.architecture", std::string_view("exaone4"));
        const auto tokenizer = tokenizerOf(vocabulary.model);
        QVERIFY(tokenizer);
        tokenizer->encode("hi", SpecialTokens::Ignore);
        QCOMPARE(tokenizer->notes().size(), std::size_t{1});
        QCOMPARE(
            tokenizer->notes()[0].english(),
            std::string("tokenizer.ggml.pre names no rule for cutting text into words; that of exaone4 is "
                        "used"));
    }
};

PONDER_TEST(PreTokenizerTest)
#include "pre_tokenizer_test.moc"
