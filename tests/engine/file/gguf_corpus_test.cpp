// The corpus of the GGUF fuzzer, replayed: what it once found stays fixed.
#include "tests/support/reference_data.h"
#include "tests/support/test_folders.h"

#include <cstdint>
#include <fstream>
#include <iterator>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

class GgufCorpusTest : public QObject {
    Q_OBJECT
private slots:
    void everyFileOfTheCorpusIsHandled() {
        const std::filesystem::path corpus = ponder::test::sourceDir() / "tests/fuzz/corpus/gguf_fuzz";
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
        QVERIFY(files >= 19);
    }
};

QTEST_APPLESS_MAIN(GgufCorpusTest)
#include "gguf_corpus_test.moc"
