// The corpus of one fuzzer, replayed without a fuzzer: what it once found stays fixed. CMake's
// ponder_corpus_test() builds this with the fuzzer's own source and names its corpus.
#include "tests/support/test_folders.h"

#include <QTest>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

class CorpusReplayTest : public QObject {
    Q_OBJECT
private slots:
    void everyFileOfTheCorpusIsHandled() {
        const auto corpus = ponder::test::sourceDir() / "tests/fuzz/corpus" / PONDER_CORPUS;
        int files = 0;
        for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
            std::ifstream stream(entry.path(), std::ios::binary);
            const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
            // A failed check aborts, and the log ends with the file's name.
            qInfo("%s", entry.path().filename().c_str());
            QCOMPARE(
                LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), 0);
            ++files;
        }
        QVERIFY(files >= PONDER_CORPUS_LEAST);
    }
};

QTEST_APPLESS_MAIN(CorpusReplayTest)
#include "corpus_replay_test.moc"
