// The corpus of the tokenizer fuzzer, replayed: what it once found stays fixed.
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"

#include <QFile>
#include <QTest>

#include <filesystem>

// The entry point of the fuzzer, as ponder_fuzz_entry() names it.
extern "C" int tokenizer_fuzz(const std::uint8_t* data, std::size_t size);

class TokenizerCorpusTest : public QObject {
    Q_OBJECT
private slots:
    void everyTextOfTheCorpusComesBack() {
        const auto corpus = ponder::test::sourceDir() / "tests/fuzz/corpus/tokenizer_fuzz";
        int replayed = 0;
        for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
            QFile file(QString::fromStdString(entry.path().string()));
            QVERIFY(file.open(QIODevice::ReadOnly));
            QByteArray bytes = file.readAll();
            QVERIFY(!bytes.isEmpty());
            // The first byte chooses the family: each text is tried in all of them.
            for (char family = 0; family < 6; ++family, ++replayed) {
                bytes[0] = family;
                QCOMPARE(tokenizer_fuzz(reinterpret_cast<const std::uint8_t*>(bytes.constData()),
                                        static_cast<std::size_t>(bytes.size())),
                         0);
            }
        }
        QVERIFY(replayed >= 60);
    }
};

PONDER_TEST(TokenizerCorpusTest)
#include "tokenizer_corpus_test.moc"
