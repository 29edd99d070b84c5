// The corpus of the vocabulary fuzzer, replayed: damaged vocabularies stay harmless.
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"

#include <QFile>
#include <QTest>

#include <filesystem>

// The entry point of the fuzzer, as ponder_fuzz_entry() names it.
extern "C" int vocabulary_fuzz(const std::uint8_t* data, std::size_t size);

namespace {

void run(const QByteArray& bytes) {
    vocabulary_fuzz(reinterpret_cast<const std::uint8_t*>(bytes.constData()),
                    static_cast<std::size_t>(bytes.size()));
}

} // namespace

class VocabularyCorpusTest : public QObject {
    Q_OBJECT
private slots:
    void noDamageOfTheCorpusDoesHarm() {
        const auto corpus = ponder::test::sourceDir() / "tests/fuzz/corpus/vocabulary_fuzz";
        int replayed = 0;
        for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
            QFile file(QString::fromStdString(entry.path().string()));
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray bytes = file.readAll();
            run(bytes);
            // Every 61st byte changed in turn: the fuzzed function aborts where one does harm.
            for (qsizetype at = 0; at < bytes.size(); at += 61, ++replayed) {
                QByteArray damaged = bytes;
                damaged[at] = static_cast<char>(damaged[at] ^ 0x84);
                run(damaged);
            }
        }
        QVERIFY(replayed >= 200);
    }
};

PONDER_TEST(VocabularyCorpusTest)
#include "vocabulary_corpus_test.moc"
