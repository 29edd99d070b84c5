// How long loading and encoding take, and that no text can make them take much longer. Times are asserted in
// optimized builds without sanitizers; the best of three runs counts.
#include "engine/text/tokenizer.h"
#include "tests/support/memory_model.h"
#include "tests/support/reference_data.h"

#include <QTest>

#include <algorithm>
#include <ctime>
#include <random>

using namespace ponder;

namespace {

#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(PONDER_COVERAGE)
constexpr bool kTimed = true;
#else
constexpr bool kTimed = false;
#endif

constexpr std::size_t kTextBytes = 100'000;

// Processor time, not the clock on the wall: other tests run at the same time.
double secondsSince(std::clock_t start) {
    return static_cast<double>(std::clock() - start) / static_cast<double>(CLOCKS_PER_SEC);
}

template<class Work>
double bestSeconds(Work work) {
    double best = 1e9;
    for (int run = 0; run < 3; ++run) {
        const std::clock_t start = std::clock();
        work();
        best = std::min(best, secondsSince(start));
    }
    return best;
}

// Random words, so that few of them repeat: characters from `first` on, `count` of them.
void appendWord(std::string& out, std::mt19937& random, char32_t first, char32_t count, int longest) {
    const auto length = 1 + random() % static_cast<unsigned>(longest);
    std::u32string word;
    for (unsigned i = 0; i < length; ++i)
        word += first + static_cast<char32_t>(random() % count);
    out += QString::fromStdU32String(word).toStdString();
}

std::string mixedText() {
    std::mt19937 random(11);
    std::string out;
    while (out.size() < kTextBytes) {
        for (int i = 0; i < 8; ++i, out += ' ')
            appendWord(out, random, U'a', 26, 9);
        for (int i = 0; i < 4; ++i, out += "，")
            appendWord(out, random, 0x4E00, 3000, 14);
        for (int i = 0; i < 5; ++i, out += ' ')
            appendWord(out, random, 0xAC00, 2000, 5);
        out += "\n    if (value[" + std::to_string(random() % 1000) + "] != \"x\") {\n\t\treturn a->b(c, 0x";
        appendWord(out, random, U'A', 26, 6);
        out += ");\n    } // don't\n";
    }
    return out;
}

std::string repeated(std::string_view part) {
    std::string out;
    while (out.size() < kTextBytes)
        out += part;
    return out;
}

std::unique_ptr<Tokenizer> openTokenizer(const std::filesystem::path& path, std::string_view pre = {}) {
    const auto file = ModelFile::open(path);
    if (!file) return nullptr;
    test::MemoryModel model((*file)->metadata());
    if (!pre.empty()) model.keys().set("tokenizer.ggml.pre", pre);
    auto tokenizer = Tokenizer::fromModel(model);
    return tokenizer ? std::move(*tokenizer) : nullptr;
}

std::filesystem::path ownVocabulary(const char* name) { return test::dataDir() / "tokenizer" / name; }

} // namespace

class TokenizerSpeedTest : public QObject {
    Q_OBJECT
private slots:
    void aHundredKilobytesOfMixedTextTakeLessThanAFifthOfASecond_data() {
        QTest::addColumn<QString>("vocabulary");
        QTest::newRow("own") << QString::fromStdString(ownVocabulary("byte_bpe.gguf").string());
        QTest::newRow("own SentencePiece")
            << QString::fromStdString(ownVocabulary("sentence_piece.gguf").string());
        for (const char* name : {"qwen2", "llama-bpe", "deepseek-llm", "llama-spm", "gemma-4", "qwen35"}) {
            const auto path = test::referenceDir() / ("vocab/ggml-vocab-" + std::string(name) + ".gguf");
            QTest::newRow(name) << QString::fromStdString(path.string());
        }
    }
    void aHundredKilobytesOfMixedTextTakeLessThanAFifthOfASecond() {
        QFETCH(QString, vocabulary);
        if (!vocabulary.startsWith(QString::fromStdString(test::dataDir().string())))
            PONDER_NEEDS_REFERENCE();
        const auto tokenizer = openTokenizer(vocabulary.toStdString());
        QVERIFY(tokenizer);
        const std::string text = mixedText();
        std::size_t count = 0;
        const double seconds =
            bestSeconds([&] { count = tokenizer->encode(text, SpecialTokens::Parse).size(); });
        QVERIFY(count > 1000);
        qInfo("%zu bytes, %zu ids, %.1f ms", text.size(), count, seconds * 1e3);
        if (kTimed) QVERIFY2(seconds < 0.2, qPrintable(QString::number(seconds)));
    }

    void aLargeVocabularyLoadsInLessThanAThirdOfASecond_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"qwen2", "llama-bpe", "deepseek-llm", "llama-spm"})
            QTest::newRow(name) << QString(name);
    }
    void aLargeVocabularyLoadsInLessThanAThirdOfASecond() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(QString, name);
        const auto path = test::referenceDir() / ("vocab/ggml-vocab-" + name.toStdString() + ".gguf");
        const auto file = ModelFile::open(path);
        QVERIFY(file);
        std::size_t size = 0;
        const double seconds = bestSeconds([&] {
            const auto tokenizer = Tokenizer::fromModel(**file);
            size = tokenizer ? (*tokenizer)->size() : 0;
        });
        QVERIFY(size > 30000);
        qInfo("%zu tokens, %.1f ms", size, seconds * 1e3);
        if (kTimed) QVERIFY2(seconds < 0.3, qPrintable(QString::number(seconds)));
    }

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
                ? openTokenizer(test::referenceDir() / "vocab/ggml-vocab-gemma-4.gguf")
                : openTokenizer(ownVocabulary(family == "llama" ? "sentence_piece.gguf" : "byte_bpe.gguf"),
                                pre);
        QVERIFY(tokenizer);
        std::mt19937 random(5);
        std::string letters;
        while (letters.size() < kTextBytes)
            appendWord(letters, random, U'a', 26, 50);
        for (const std::string& text : {repeated("a"),
                                        repeated("the"),
                                        letters,
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
            const std::clock_t start = std::clock();
            const std::size_t count = tokenizer->encode(text, SpecialTokens::Parse).size();
            const double seconds = secondsSince(start);
            QVERIFY(count > 0);
            if (seconds > 0.1) qInfo("%.12s... %zu ids, %.1f ms", text.c_str(), count, seconds * 1e3);
            if (kTimed) QVERIFY2(seconds < 1.0, text.substr(0, 12).c_str());
        }
    }
};

QTEST_APPLESS_MAIN(TokenizerSpeedTest)
#include "tokenizer_speed_test.moc"
