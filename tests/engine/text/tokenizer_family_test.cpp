// Every family of pre-tokenizers on the project's own small vocabularies, against the ids that the Hugging
// Face tokenizers library and the SentencePiece library gave (tests/data/tokenizer/make_vocabularies.py).
#include "engine/text/composition.h"
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

#include <atomic>
#include <thread>

using namespace ponder;

namespace {

// PONDER_VOCABULARIES names another folder made by the script, with more random texts.
std::filesystem::path folder() {
    const QByteArray set = qgetenv("PONDER_VOCABULARIES");
    return set.isEmpty() ? test::dataDir() / "tokenizer" : std::filesystem::path(set.toStdString());
}

QJsonObject expected() {
    QFile file(QString::fromStdString((folder() / "expected.json").string()));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

QString joined(const std::vector<std::int64_t>& ids) {
    QStringList out;
    for (const std::int64_t id : ids)
        out << QString::number(id);
    return out.join(' ');
}

// The texts and ids of one family; says how many differ and shows the first of them.
void compareAll(const Tokenizer& tokenizer, const QJsonArray& texts, const QJsonArray& ids) {
    QVERIFY(texts.size() >= 20);
    QCOMPARE(texts.size(), ids.size());
    int different = 0;
    for (int i = 0; i < texts.size(); ++i) {
        const QString text = texts[i].toString();
        const std::vector<TokenId> found = tokenizer.encode(text.toStdString(), SpecialTokens::Ignore);
        std::vector<std::int64_t> wanted;
        for (const QJsonValue& id : ids[i].toArray())
            wanted.push_back(id.toInt());
        const std::vector<std::int64_t> actual(found.begin(), found.end());
        if (actual == wanted) continue;
        if (++different <= 5) qWarning() << text << "gave" << joined(actual) << "not" << joined(wanted);
    }
    QCOMPARE(different, 0);
}

} // namespace

class TokenizerFamilyTest : public QObject {
    Q_OBJECT
private slots:
    void idsAreThoseOfThePublishedTokenizer_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("name");
        for (const char* family : {"gpt-2", "qwen2", "llama-bpe", "smollm", "deepseek-llm", "deepseek-v3"})
            QTest::newRow(family) << family << family;
        QTest::newRow("deepseek-r1-qwen is qwen2") << "qwen2"
                                                   << "deepseek-r1-qwen";
        QTest::newRow("llama3 is llama-bpe") << "llama-bpe"
                                             << "llama3";
        QTest::newRow("llama-v3 is llama-bpe") << "llama-bpe"
                                               << "llama-v3";
    }
    void idsAreThoseOfThePublishedTokenizer() {
        QFETCH(QString, family);
        QFETCH(QString, name);
        const auto file = ModelFile::open(folder() / "byte_bpe.gguf");
        QVERIFY(file);
        test::MemoryModel model((*file)->metadata());
        const std::string pre = name.toStdString();
        model.keys().set("tokenizer.ggml.pre", std::string_view(pre));
        model.keys().set(kComposeKey, false); // the script's tokenizers have no normalizer
        const auto tokenizer = Tokenizer::fromModel(model);
        QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message().c_str());
        const QJsonObject all = expected();
        compareAll(**tokenizer, all["texts"].toArray(), all["byte_bpe"].toObject()[family].toArray());
    }

    void idsAreThoseOfTheSentencePieceLibraryOnItsOwnModel() {
        const auto file = ModelFile::open(folder() / "sentence_piece.gguf");
        QVERIFY(file);
        const auto tokenizer = Tokenizer::fromModel(**file);
        QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message().c_str());
        const QJsonObject all = expected();
        compareAll(**tokenizer, all["texts"].toArray(), all["sentence_piece"].toArray());
    }

    void oneTokenizerServesManyThreadsAtOnce() {
        for (const char* name : {"byte_bpe.gguf", "sentence_piece.gguf"}) {
            const auto file = ModelFile::open(folder() / name);
            QVERIFY(file);
            const auto tokenizer = Tokenizer::fromModel(**file);
            QVERIFY(tokenizer);
            std::string text;
            for (const QJsonValue& entry : expected()["texts"].toArray())
                text += entry.toString().toStdString();
            const std::vector<TokenId> alone = (*tokenizer)->encode(text, SpecialTokens::Parse);
            std::atomic<int> different = 0;
            std::vector<std::thread> threads;
            for (int i = 0; i < 4; ++i)
                threads.emplace_back([&] {
                    for (int round = 0; round < 50; ++round)
                        if ((*tokenizer)->encode(text, SpecialTokens::Parse) != alone) ++different;
                });
            for (std::thread& thread : threads)
                thread.join();
            QCOMPARE(different.load(), 0);
        }
    }

    void aTextIsFoundAgainInThePiecesOfItsIds() {
        const auto file = ModelFile::open(folder() / "byte_bpe.gguf");
        QVERIFY(file);
        const auto tokenizer = Tokenizer::fromModel(**file);
        QVERIFY(tokenizer);
        for (const QJsonValue& entry : expected()["texts"].toArray()) {
            // Qwen2's family composes what it reads; that is all that changes.
            const std::string given = entry.toString().toStdString();
            const std::string text = composed(given).value_or(given);
            std::string again;
            for (const TokenId id : (*tokenizer)->encode(text, SpecialTokens::Parse))
                again += (*tokenizer)->piece(id);
            QCOMPARE(QByteArray::fromStdString(again), QByteArray::fromStdString(text));
        }
    }
};

PONDER_TEST(TokenizerFamilyTest)
#include "tokenizer_family_test.moc"
