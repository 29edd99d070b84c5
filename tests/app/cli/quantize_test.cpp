// ponder-cli quantize: a file that answers, and none where something is wrong.
#include "tests/app/cli/cli_run.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>

#include <csignal>

using namespace ponder::test;

class QuantizeTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const QString& name) const { return m_folder.filePath(name); }

private slots:
    void aQuantizedModelSolvesTheSumOfTheOriginal() {
        PONDER_NEEDS_REFERENCE();
        const QString original =
            QString::fromStdString((referenceDir() / "tiny-reasoner/tiny-reasoner-f32.gguf").string());
        const CliRun made =
            runCli({"quantize", original, path("small.gguf"), "q4_k_m", "--threads", "1", "--json"});
        QVERIFY2(made.exitCode == 0, qPrintable(made.err));
        QCOMPARE(made.json()["type"].toString(), QStringLiteral("Q4_K_M"));
        QVERIFY(made.json()["weights_per_second"].toDouble() > 0);
        QVERIFY(QFileInfo(path("small.gguf")).size() < QFileInfo(original).size() / 5);
        const CliRun reply = runCli({"chat", path("small.gguf"), "--device", "cpu", "--temperature", "0",
                                     "--message", "What is 27 + 15?", "--json"});
        QVERIFY2(reply.json()["answer"].toString().contains("42"), qPrintable(reply.out + reply.err));
    }

    void aQuantizedModelIsRefusedUnlessAskedFor() {
        const CliRun refused = runCli({"quantize", tinyReasoner(), path("again.gguf"), "Q4_K_M"});
        QCOMPARE(refused.exitCode, 2);
        QVERIFY2(refused.err.contains("--allow-requantize"), qPrintable(refused.err));
        QVERIFY(!QFile::exists(path("again.gguf")));
        const CliRun done =
            runCli({"quantize", tinyReasoner(), path("again.gguf"), "Q4_K_M", "--allow-requantize"});
        QVERIFY2(done.exitCode == 0, qPrintable(done.err));
        QVERIFY(done.err.contains("worse"));
        QVERIFY(runCli({"info", path("again.gguf"), "--json"})
                    .json()["bytes_by_type"]
                    .toObject()
                    .contains("Q4_K"));
    }

    void everyTypeIsWrittenAndSaysItsFormats() {
        QCOMPARE(runCli({"synth", "tiny-qwen", "F16", path("f16.gguf")}).exitCode, 0);
        const std::pair<const char*, const char*> types[] = {{"Q2_K", "Q2_K"},     {"Q3_K_M", "Q3_K"},
                                                             {"IQ4_XS", "IQ4_XS"}, {"IQ4_NL", "IQ4_NL"},
                                                             {"q4_0", "Q4_0"},     {"Q5_0", "Q5_0"}};
        for (const auto& [type, format] : types) {
            QFile::remove(path("made.gguf"));
            const CliRun run = runCli({"quantize", path("f16.gguf"), path("made.gguf"), type});
            QVERIFY2(run.exitCode == 0, qPrintable(run.err));
            const QJsonObject info = runCli({"info", path("made.gguf"), "--json"}).json();
            QVERIFY2(info["bytes_by_type"].toObject().contains(format), type);
        }
    }

    void aModelWithoutExpertsIsToldThatMxfp4ChangesNothingButQ8() {
        QCOMPARE(runCli({"synth", "tiny-qwen", "F16", path("dense.gguf")}).exitCode, 0);
        const CliRun run = runCli({"quantize", path("dense.gguf"), path("experts.gguf"), "MXFP4"});
        QVERIFY2(run.exitCode == 0, qPrintable(run.err));
        QVERIFY2(run.err.contains("no experts"), qPrintable(run.err));
    }

    void theFileThatIsReadIsNeverWritten() {
        QVERIFY(QFile::copy(tinyReasoner(), path("own.gguf")));
        const qint64 size = QFileInfo(path("own.gguf")).size();
        const CliRun run = runCli({"quantize", path("own.gguf"), path("own.gguf"), "Q8_0"});
        QCOMPARE(run.exitCode, 2);
        QCOMPARE(QFileInfo(path("own.gguf")).size(), size);
    }

    void aFolderThatIsNotThereIsSaid() {
        const CliRun run = runCli({"quantize", tinyReasoner(), path("no/such/x.gguf"), "Q8_0"});
        QCOMPARE(run.exitCode, 3);
        QVERIFY(run.err.contains("x.gguf"));
    }

    void anInterruptLeavesNothing() {
        QCOMPARE(runCli({"synth", "tiny-qwen", "F16", path("source.gguf")}).exitCode, 0);
        QProcess process;
        process.start(cliProgram(),
                      {"quantize", path("source.gguf"), path("cut.gguf"), "Q5_K_M", "--threads", "1"});
        QVERIFY(process.waitForStarted());
        // It writes for a tenth of a second; whichever is sooner, the end or the signal, the rest holds.
        while (!QFile::exists(path("cut.gguf.part")) && !process.waitForFinished(1)) {
        }
        if (process.processId() > 0) ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.state() == QProcess::NotRunning || process.waitForFinished(30000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QVERIFY(process.exitCode() == 130 || process.exitCode() == 0);
        QCOMPARE(QFile::exists(path("cut.gguf")), process.exitCode() == 0);
        QVERIFY(!QFile::exists(path("cut.gguf.part")));
    }
};

PONDER_TEST(QuantizeTest)
#include "quantize_test.moc"
