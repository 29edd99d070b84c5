// ponder-cli convert: a folder becomes a file that loads, and an interrupted one goes on.
#include "tests/app/cli/cli_run.h"
#include "tests/support/test_class.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <csignal>

using namespace ponder::test;

namespace {

QString folder(const char* name) {
    return QString::fromStdString((dataDir() / "huggingface" / name).string());
}

} // namespace

class ConvertTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const QString& name) const { return m_folder.filePath(name); }

    // True where the conversion was stopped with some of its work done.
    bool interruptedAtWork(const QString& target) const {
        QProcess process;
        process.start(cliProgram(), {"convert", folder("llama-f16-sharded"), target});
        QElapsedTimer timer;
        timer.start();
        while (QFileInfo(target + ".part").size() < 150'000 && timer.elapsed() < 20'000)
            process.waitForFinished(1);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        if (!process.waitForFinished(20'000)) return false;
        return process.exitCode() == 130 &&
               QString::fromUtf8(process.readAllStandardError()).contains("again");
    }

private slots:
    void aFolderBecomesAFileThatIsRead() {
        const CliRun run =
            runCli({"convert", folder("qwen2-bf16"), path("model.gguf"), "--type", "q8_0", "--json"});
        QVERIFY2(run.exitCode == 0, qPrintable(run.err));
        QCOMPARE(run.json()["type"].toString(), QStringLiteral("Q8_0"));
        QCOMPARE(run.json()["bytes"].toInteger(), QFileInfo(path("model.gguf")).size());
        const CliRun info = runCli({"info", path("model.gguf"), "--json"});
        QVERIFY2(info.exitCode == 0, qPrintable(info.err));
        QCOMPARE(info.json()["architecture"].toString(), QStringLiteral("qwen2"));
        QVERIFY(info.json()["bytes_by_type"].toObject().contains("Q8_0"));
    }

    void withoutANameTheFileGoesToTheModels() {
        qputenv("PONDER_MODELS_DIR", path("models").toUtf8());
        const CliRun run = runCli({"convert", folder("llama-f32-pieces")});
        qunsetenv("PONDER_MODELS_DIR");
        QVERIFY2(run.exitCode == 0, qPrintable(run.err));
        QVERIFY(QFile::exists(path("models/llama-f32-pieces-Q4_K_M.gguf")));
    }

    void aFileThatIsThereIsNotOverwritten() {
        QFile file(path("there.gguf"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("mine") == 4);
        file.close();
        const CliRun run = runCli({"convert", folder("qwen2-bf16"), path("there.gguf")});
        QCOMPARE(run.exitCode, 3);
        QVERIFY(run.err.contains("there already"));
        QCOMPARE(QFileInfo(path("there.gguf")).size(), 4);
    }

    void anInterruptedConversionGoesOnWithTheSameCommand() {
        bool interrupted = false;
        const QString target = path("again.gguf");
        for (int attempt = 0; attempt < 10 && !interrupted; ++attempt) {
            interrupted = interruptedAtWork(target);
            if (!interrupted) QFile::remove(target); // it was quicker than the signal
        }
        QVERIFY(interrupted && !QFile::exists(target));
        const CliRun next = runCli({"convert", folder("llama-f16-sharded"), target, "--json"});
        QVERIFY2(next.exitCode == 0, qPrintable(next.err));
        QVERIFY(next.json()["tensors_kept"].toInt() > 0);
        QVERIFY(next.err.contains("Going on"));
        QCOMPARE(runCli({"info", target}).exitCode, 0);
    }

    void wrongWordsAndFoldersAreNamed() {
        const CliRun type = runCli({"convert", folder("qwen2-bf16"), path("x"), "--type", "Q3"});
        QCOMPARE(type.exitCode, 2);
        QVERIFY(type.err.contains("Q4_K_M, Q5_0, Q5_K_M, Q6_K, Q8_0, F16"));
        QCOMPARE(runCli({"convert"}).exitCode, 2);
        QCOMPARE(runCli({"convert", "/nonexistent", path("x")}).exitCode, 3);
        const CliRun empty = runCli({"convert", m_folder.path(), path("x")});
        QCOMPARE(empty.exitCode, 3);
        QVERIFY(empty.err.contains("config.json"));
    }
};

PONDER_TEST(ConvertTest)
#include "convert_test.moc"
