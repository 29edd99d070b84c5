// The words that llama_driver takes, and how it ends where they or the library are wrong.
#include "tests/bench/peer/driver_arguments.h"
#include "tests/support/test_class.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using peer::DriverArguments;

class PeerArgumentsTest : public QObject {
    Q_OBJECT

    static int exitCode(const QStringList& words) {
        QProcess process;
        process.start(QStringLiteral(DRIVER), words);
        return process.waitForFinished(20000) ? process.exitCode() : -1;
    }

private slots:
    void everyLengthIsMeasuredInTheOrderGiven() {
        const auto read = DriverArguments::parse({"libraries", "model", "--device", "cpu", "--threads", "3",
                                                  "--prefill", "128", "--prefill", "512", "--decode", "64",
                                                  "--depth", "0", "--depth", "2048", "--ids", "5,6,7"});
        QVERIFY(read.has_value());
        QCOMPARE(read->threads, 3U);
        QCOMPARE(read->prefill, (std::vector<std::uint32_t>{128, 512}));
        QCOMPARE(read->depths, (std::vector<std::uint32_t>{0, 2048}));
        QCOMPARE(read->ids, (std::vector<std::int32_t>{5, 6, 7}));
    }

    void theContextHoldsTheLongestMeasurement() {
        const auto read = DriverArguments::parse({"l", "m", "--device", "cpu", "--prefill", "512", "--decode",
                                                  "64", "--depth", "2048", "--first", "100"});
        QCOMPARE(read.value().contextTokens(), 2112U);
        const auto larger =
            DriverArguments::parse({"l", "m", "--device", "cpu", "--first", "64", "--context", "4096"});
        QCOMPARE(larger.value().contextTokens(), 4096U);
    }

    void decodingStartsAtNothingUnlessADepthIsGiven() {
        const auto read = DriverArguments::parse({"l", "m", "--device", "cpu", "--decode", "8"});
        QCOMPARE(read.value().depths, (std::vector<std::uint32_t>{0}));
    }

    void logitsAreWrittenForEveryId() {
        const auto read =
            DriverArguments::parse({"l", "m", "--device", "cpu", "--logits", "out", "--ids", "1,2,3,4"});
        QCOMPARE(read.value().logits, std::string("out"));
        QCOMPARE(read.value().contextTokens(), 16U);
        const std::string many = "1" + []() {
            std::string out;
            for (int i = 0; i < 40; ++i)
                out += ",7";
            return out;
        }();
        const auto longer =
            DriverArguments::parse({"l", "m", "--device", "cpu", "--logits", "o", "--ids", many});
        QCOMPARE(longer.value().contextTokens(), 41U);
    }

    void wrongWordsAreRefused_data() {
        QTest::addColumn<QStringList>("words");
        QTest::newRow("no device") << QStringList{"l", "m", "--decode", "8"};
        QTest::newRow("nothing to measure") << QStringList{"l", "m", "--device", "cpu"};
        QTest::newRow("a depth without decoding")
            << QStringList{"l", "m", "--device", "cpu", "--first", "8", "--depth", "9"};
        QTest::newRow("no number") << QStringList{"l", "m", "--device", "cpu", "--decode", "8x"};
        QTest::newRow("a negative number") << QStringList{"l", "m", "--device", "cpu", "--decode", "-8"};
        QTest::newRow("a value is missing") << QStringList{"l", "m", "--device", "cpu", "--decode"};
        QTest::newRow("an unknown option")
            << QStringList{"l", "m", "--device", "cpu", "--decode", "8", "--speed", "9"};
        QTest::newRow("an id that is none")
            << QStringList{"l", "m", "--device", "cpu", "--decode", "8", "--ids", "1,,2"};
        QTest::newRow("no thread") << QStringList{"l",        "m", "--device",  "cpu",
                                                  "--decode", "8", "--threads", "0"};
        QTest::newRow("no model") << QStringList{"l"};
    }
    void wrongWordsAreRefused() {
        QFETCH(QStringList, words);
        std::vector<std::string> plain;
        for (const QString& word : words)
            plain.push_back(word.toStdString());
        QVERIFY(!DriverArguments::parse(plain));
        QCOMPARE(exitCode(words), 2);
    }

    void aFolderWithoutTheLibrariesEndsWithOne() {
        const QTemporaryDir empty;
        QCOMPARE(exitCode({empty.path(), "model.gguf", "--device", "cpu", "--decode", "1"}), 1);
        QCOMPARE(exitCode({"/nowhere", "model.gguf", "--device", "cpu", "--decode", "1"}), 1);
    }
};

PONDER_TEST(PeerArgumentsTest)
#include "peer_arguments_test.moc"
