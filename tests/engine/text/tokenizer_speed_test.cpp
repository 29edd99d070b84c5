// No text can make encoding take much longer than another of its length. How long that is, ./dev bench says.
#include "engine/text/tokenizer.h"
#include "tests/support/cpu_time.h"
#include "tests/support/memory_model.h"
#include "tests/support/random_text.h"
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;
using test::repeated;

namespace {

// With another pre-tokenizer, if one is given.
std::unique_ptr<Tokenizer> openTokenizer(const std::filesystem::path& vocabulary, std::string_view pre) {
    const auto file = ModelFile::open(vocabulary);
    if (!file) return nullptr;
    test::MemoryModel model((*file)->metadata());
    if (!pre.empty()) model.keys().set("tokenizer.ggml.pre", pre);
    auto tokenizer = Tokenizer::fromModel(model);
    return tokenizer ? std::move(*tokenizer) : nullptr;
}

std::string oneLongWordAfterAnother() {
    std::mt19937 random(5);
    std::string letters;
    while (letters.size() < test::kTextBytes)
        test::appendWord(letters, random, U'a', 26, 50);
    return letters;
}

} // namespace

class TokenizerSpeedTest : public QObject {
    Q_OBJECT
private slots:
    void noTextTakesMuchLongerThanAnother_data() {
        QTest::addColumn<QString>("family");
        for (const char* family :
             {"gpt-2", "qwen2", "llama-bpe", "smollm", "deepseek-llm", "deepseek-v3", "qwen35", "gpt-4o",
              "tekken", "seed-coder", "bailingmoe", "exaone-moe", "minicpm5", "superbpe", "default"})
            QTest::newRow(family) << family;
        QTest::newRow("SentencePiece") << "llama";
        QTest::newRow("plain") << "gemma4";
    }
    void noTextTakesMuchLongerThanAnother() {
        QFETCH(QString, family);
        const std::string pre = family.toStdString();
        if (family == "gemma4") PONDER_NEEDS_REFERENCE();
        const auto tokenizer =
            family == "gemma4"
                ? openTokenizer(test::referenceDir() / "vocab/ggml-vocab-gemma-4.gguf", {})
                : openTokenizer(test::dataDir() / "tokenizer" /
                                    (family == "llama" ? "sentence_piece.gguf" : "byte_bpe.gguf"),
                                pre);
        QVERIFY(tokenizer);
        std::size_t count = 0;
        const auto seconds = [&](const std::string& text) {
            const double started = test::threadSeconds();
            count = tokenizer->encode(text, SpecialTokens::Parse).size();
            return test::threadSeconds() - started;
        };
        const double ordinary = seconds(test::mixedText());
        for (const std::string& text : {repeated("a"),
                                        repeated("the"),
                                        oneLongWordAfterAnother(),
                                        repeated(" "),
                                        repeated(" ") + "x",
                                        repeated("\n"),
                                        repeated("\r") + " x",
                                        repeated(" \n") + "x",
                                        repeated("\t ") + "好",
                                        repeated("'"),
                                        repeated("'s"),
                                        repeated("深度"),
                                        repeated("가나"),
                                        repeated("e\u0301"),
                                        repeated("123"),
                                        repeated("<|im_end|"),
                                        repeated("<"),
                                        repeated(".\n"),
                                        repeated("\xF0\x9F\x98"),
                                        repeated("_a"),
                                        repeated("word "),
                                        repeated("A"),
                                        repeated("Aa\u0301"),
                                        repeated("\u1112\u1161\u11AB"),
                                        repeated("1½")}) {
            const double ratio = seconds(text) / ordinary;
            QVERIFY(count > 0);
            if (ratio > 2) qInfo("%.12s... %zu ids, %.1f times as long", text.c_str(), count, ratio);
            // What grows with the square of its length takes a thousand times as long.
            QVERIFY2(ratio < 50, text.substr(0, 12).c_str());
        }
    }
};

PONDER_TEST(TokenizerSpeedTest)
#include "tokenizer_speed_test.moc"
