// What ponder-cli answers to words it cannot use: exit code 2, a sentence, and where to look.
#include "tests/app/cli/cli_run.h"
#include "tests/support/test_class.h"

using namespace ponder::test;

class UsageTest : public QObject {
    Q_OBJECT
private slots:
    void wrongWordsAreAUsageError_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QString>("named");
        const QString model = tinyReasoner();
        QTest::newRow("nothing") << QStringList{} << "subcommand is missing";
        QTest::newRow("unknown subcommand") << QStringList{"sing"} << "\"sing\"";
        QTest::newRow("no model") << QStringList{"info"} << "MODEL";
        QTest::newRow("two models") << QStringList{"info", model, "other.gguf"} << "other.gguf";
        QTest::newRow("unknown option") << QStringList{"info", model, "--sing"} << "--sing";
        QTest::newRow("no number") << QStringList{"bench", model, "-p", "many"} << "-p many";
        QTest::newRow("too small") << QStringList{"bench", model, "-n", "0"} << "-n 0";
        QTest::newRow("not finite") << QStringList{"complete", model, "--ids", "1", "--temperature", "nan"}
                                    << "--temperature nan";
        QTest::newRow("broken ids") << QStringList{"logits", model, "--ids", "1,,2", "--out", "x"} << "--ids";
        QTest::newRow("missing option") << QStringList{"logits", model, "--ids", "1"} << "--out";
        QTest::newRow("unknown choice") << QStringList{"bench", model, "--kv", "f8"} << "f16, f32, q8_0";
        QTest::newRow("two prompts") << QStringList{"complete", model, "--ids", "1", "--prompt-file", "x"}
                                     << "--ids";
        QTest::newRow("unknown type") << QStringList{"quantize", model, "x.gguf", "Q9"} << "Q5_K_M";
        QTest::newRow("token beyond the vocabulary")
            << QStringList{"complete", model, "--ids", "9999999", "--device", "reference"} << "9999999";
    }
    void wrongWordsAreAUsageError() {
        QFETCH(QStringList, words);
        QFETCH(QString, named);
        const CliRun run = runCli(words);
        QCOMPARE(run.exitCode, 2);
        QVERIFY2(run.err.contains(named), qPrintable(run.err));
        QVERIFY(run.out.isEmpty());
    }

    void everySubcommandHasHelpWithAnExample() {
        const CliRun general = runCli({"--help"});
        QCOMPARE(general.exitCode, 0);
        for (const char* name : {"devices", "info", "tokenize", "render", "logits", "perplexity", "complete",
                                 "chat", "bench", "quantize"}) {
            QVERIFY2(general.out.contains(QString("\n  %1 ").arg(name)), name);
            const CliRun help = runCli({name, "--help"});
            QCOMPARE(help.exitCode, 0);
            QVERIFY2(help.out.contains(QString("\n  ponder-cli %1").arg(name)), qPrintable(help.out));
            QVERIFY(help.out.contains("--json"));
        }
    }

    void theVersionIsOneLine() {
        const CliRun run = runCli({"--version"});
        QCOMPARE(run.exitCode, 0);
        QVERIFY(QRegularExpression("^ponder-cli \\d+\\.\\d+\\.\\d+\n$").match(run.out).hasMatch());
    }
};

PONDER_TEST(UsageTest)
#include "usage_test.moc"
