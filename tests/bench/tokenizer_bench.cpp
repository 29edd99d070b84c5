// How long loading a vocabulary and encoding text take, in processor time; the best of three runs counts.
#include "engine/text/tokenizer.h"
#include "tests/support/cpu_time.h"
#include "tests/support/random_text.h"
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <algorithm>

using namespace ponder;

namespace {

template<class Work>
double bestSeconds(Work work) {
    double best = 1e9;
    for (int run = 0; run < 3; ++run) {
        const double started = test::threadSeconds();
        work();
        best = std::min(best, test::threadSeconds() - started);
    }
    return best;
}

std::unique_ptr<Tokenizer> openTokenizer(const std::filesystem::path& path) {
    const auto file = ModelFile::open(path);
    if (!file) return nullptr;
    auto tokenizer = Tokenizer::fromModel(**file);
    return tokenizer ? std::move(*tokenizer) : nullptr;
}

std::filesystem::path ownVocabulary(const char* name) { return test::dataDir() / "tokenizer" / name; }

} // namespace

class TokenizerBench : public QObject {
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
        const std::string text = test::mixedText();
        std::size_t count = 0;
        const double seconds =
            bestSeconds([&] { count = tokenizer->encode(text, SpecialTokens::Parse).size(); });
        QVERIFY(count > 1000);
        qInfo("%zu bytes, %zu ids, %.1f ms", text.size(), count, seconds * 1e3);
        QVERIFY2(seconds < 0.2, qPrintable(QString::number(seconds)));
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
        QVERIFY2(seconds < 0.3, qPrintable(QString::number(seconds)));
    }
};

PONDER_TEST(TokenizerBench)
#include "tokenizer_bench.moc"
