// Ids that a well-known engine gives for texts, prompts and whole vocabularies (the reference data).
#include "engine/text/pre_tokenizer_choice.h"
#include "engine/text/tokenizer.h"
#include "tests/support/memory_model.h"
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonValue>
#include <QTest>
#include <QVector>

using namespace ponder;

namespace {

QJsonObject readObject(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

std::unique_ptr<Tokenizer> openTokenizer(const std::filesystem::path& path) {
    const Result<std::unique_ptr<ModelFile>> file = ModelFile::open(path);
    if (!file) {
        qWarning("%s", file.error().message().c_str());
        return nullptr;
    }
    test::MemoryModel model((*file)->metadata());
    // The engine that made the reference never composes text, and its ids are to be matched all the same;
    // composition_test has the rest.
    model.keys().set(kComposeKey, false);
    Result<std::unique_ptr<Tokenizer>> tokenizer = Tokenizer::fromModel(model);
    if (!tokenizer) {
        qWarning("%s", tokenizer.error().message().c_str());
        return nullptr;
    }
    return std::move(*tokenizer);
}

QVector<TokenId> idsOf(const QJsonValue& array) {
    QVector<TokenId> ids;
    for (const QJsonValue& id : array.toArray())
        ids.push_back(static_cast<TokenId>(id.toInt()));
    return ids;
}

QVector<TokenId> encode(const Tokenizer& tokenizer, const QString& text, SpecialTokens special) {
    const std::vector<TokenId> ids = tokenizer.encode(text.toStdString(), special);
    return {ids.begin(), ids.end()};
}

QString spelled(const Tokenizer& tokenizer, const QVector<TokenId>& ids) {
    QString out;
    for (const TokenId id : ids)
        out += QString::fromStdString(tokenizer.piece(id)) + "|";
    return out;
}

// Compares every case of one file and says where ids differ, in pieces a person can read.
void compareCases(const Tokenizer& tokenizer, const QJsonArray& cases, const char* textKey,
                  const char* idsKey) {
    QVERIFY(!cases.isEmpty());
    for (const QJsonValue& entry : cases) {
        const QString text = entry[textKey].toString();
        const QVector<TokenId> expected = idsOf(entry[idsKey]);
        const QVector<TokenId> actual = encode(tokenizer, text, SpecialTokens::Parse);
        if (actual != expected)
            qWarning() << text << "gave" << spelled(tokenizer, actual) << "not"
                       << spelled(tokenizer, expected);
        QCOMPARE(actual, expected);
    }
}

} // namespace

class TokenizerReferenceTest : public QObject {
    Q_OBJECT
private slots:
    void everyCaseOfAVocabularyMatches_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"qwen2", "llama-bpe", "deepseek-llm", "llama-spm", "smollm2", "gemma3",
                                 "gemma4", "phi3", "qwen35"})
            QTest::newRow(name) << QString(name);
    }
    void everyCaseOfAVocabularyMatches() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(QString, name);
        const QJsonObject object =
            readObject(test::referenceDir() / "tokenizer" / (name.toStdString() + ".json"));
        std::filesystem::path vocabulary =
            test::referenceDir() / "vocab" / object["vocab"].toString().toStdString();
        if (name == "smollm2") {
            vocabulary = test::smolLm2();
            PONDER_NEEDS_MODEL(vocabulary);
        }
        if (name == "gemma3") {
            vocabulary = test::modelFile("gemma-3-270m-q4_k_m.gguf");
            PONDER_NEEDS_MODEL(vocabulary);
        }
        const auto tokenizer = openTokenizer(vocabulary);
        QVERIFY(tokenizer);
        QVERIFY(tokenizer->notes().empty());
        compareCases(*tokenizer, object["cases"].toArray(), "text", "ids");
        if (object.contains("hf_cases"))
            compareCases(*tokenizer, object["hf_cases"].toArray(), "text", "ids");
    }

    void thePromptsAndTheTextOfARealModelMatch_data() {
        QTest::addColumn<QString>("reference");
        QTest::addColumn<QString>("model");
        QTest::newRow("SmolLM2") << "smollm2-135m-q4_1.json"
                                 << QString::fromStdString(test::smolLm2().string());
        // The coder's vocabulary is Qwen2's with more special tokens, which these texts do not use.
        const std::filesystem::path qwen = test::referenceDir() / "vocab/ggml-vocab-qwen2.gguf";
        QTest::newRow("Qwen coder") << "qwen2.5-coder-1.5b-q4_k_m.json"
                                    << QString::fromStdString(qwen.string());
    }
    void thePromptsAndTheTextOfARealModelMatch() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(QString, reference);
        QFETCH(QString, model);
        PONDER_NEEDS_MODEL(std::filesystem::path(model.toStdString()));
        const QJsonObject object = readObject(test::referenceDir() / "real" / reference.toStdString());
        const auto tokenizer = openTokenizer(model.toStdString());
        QVERIFY(tokenizer);
        compareCases(*tokenizer, object["cases"].toArray(), "prompt", "prompt_ids");

        QFile text(QString::fromStdString((test::referenceDir() / "real/text.txt").string()));
        QVERIFY(text.open(QIODevice::ReadOnly));
        const QVector<TokenId> actual =
            encode(*tokenizer, QString::fromUtf8(text.readAll()), SpecialTokens::Parse);
        const QVector<TokenId> expected = idsOf(object["text"].toObject()["ids"]); // the first few hundred
        QVERIFY(expected.size() >= 128);
        QCOMPARE(actual.mid(0, expected.size()), expected);
    }

    void aTextComesBackFromTheIdsOfEveryTinyModel() {
        PONDER_NEEDS_REFERENCE();
        const std::string text = "<think>\nthe rain in 2024, 你好 안녕\n</think>\n\n'ſ \U0001F600 x  ";
        int models = 0;
        for (const auto& entry : std::filesystem::directory_iterator(test::referenceDir() / "tiny")) {
            if (entry.path().extension() != ".gguf") continue;
            const auto tokenizer = openTokenizer(entry.path());
            QVERIFY2(tokenizer, entry.path().c_str());
            std::string again;
            for (const TokenId id : tokenizer->encode(text, SpecialTokens::Parse))
                again += tokenizer->piece(id);
            QCOMPARE(QString::fromStdString(again), QString::fromStdString(text));
            ++models;
        }
        QVERIFY(models >= 15);
    }

    void thePromptsOfTheSmallReasoningModelMatch() {
        PONDER_NEEDS_REFERENCE();
        const std::filesystem::path folder = test::referenceDir() / "tiny-reasoner";
        const QJsonObject object = readObject(folder / "expected.json");
        const auto tokenizer = openTokenizer(folder / "tiny-reasoner-q8_0.gguf");
        QVERIFY(tokenizer);
        for (const QString& kind : object.keys())
            compareCases(*tokenizer, object[kind].toArray(), "prompt", "prompt_ids");
    }
};

PONDER_TEST(TokenizerReferenceTest)
#include "tokenizer_reference_test.moc"
