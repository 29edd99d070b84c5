// The corpora of a folder's fuzzers, replayed without a fuzzer: what each once found stays fixed.
#include "tests/fuzz/corpus.h"
#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

using namespace ponder::test;

class CorpusReplayTest : public QObject {
    Q_OBJECT
private slots:
    void everyFileOfTheCorpusIsHandled_data() {
        QTest::addColumn<int>("which");
        for (std::size_t i = 0; i < Corpus::all().size(); ++i)
            QTest::newRow(Corpus::all()[i]->fuzzer) << int(i);
    }
    void everyFileOfTheCorpusIsHandled() {
        QFETCH(int, which);
        const Corpus& corpus = *Corpus::all()[std::size_t(which)];
        int files = 0;
        for (const auto& file :
             std::filesystem::directory_iterator(sourceDir() / "tests/fuzz/corpus" / corpus.fuzzer)) {
            std::ifstream stream(file.path(), std::ios::binary);
            const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
            // A failed check aborts, and the log ends with the file's name.
            qInfo("%s", file.path().filename().c_str());
            QCOMPARE(corpus.entry(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), 0);
            ++files;
        }
        QVERIFY(files >= corpus.least);
    }
};

PONDER_TEST(CorpusReplayTest)
#include "corpus_replay_test.moc"
