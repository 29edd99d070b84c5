// Killed at any moment, an import with copying leaves nothing that looks whole and is not, and the next one
// goes on.
#include "tests/app/cli/cli_run.h"
#include "tests/support/usable_model.h"

#include <QDirIterator>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QtTest>

using namespace ponder;
using test::runCli;

class ImportCrashTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        qputenv("PONDER_DATA_DIR", m_folder.filePath(QStringLiteral("data")).toUtf8());
        qputenv("PONDER_MODELS_DIR", own().toUtf8());
        // Large enough that copying takes most of the time: 64 MB of metadata.
        test::GgufWriter writer = test::usableModel("Big");
        writer.array<std::int32_t>("test.filling", std::vector<std::int32_t>(16'000'000, 7));
        writer.save(m_source.toStdU16String());
    }

    void killedFiftyTimesNothingIsCorrupt();

private:
    QString own() const { return m_folder.filePath(QStringLiteral("own")); }
    static QStringList addWords(const QString& path) {
        return {QStringLiteral("models"), QStringLiteral("add"), path, QStringLiteral("--copy"),
                QStringLiteral("--json")};
    }
    void checkWhatIsThere() const;

    QTemporaryDir m_folder;
    QString m_source = m_folder.filePath(QStringLiteral("big.gguf"));
};

// Each file with its final name is whole, and each model of the library has its file.
void ImportCrashTest::checkWhatIsThere() const {
    QFile source(m_source);
    QVERIFY(source.open(QIODevice::ReadOnly));
    const QByteArray whole = source.readAll();
    QDirIterator files(own(), {QStringLiteral("*.gguf")}, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        QFile file(files.next());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY2(file.readAll() == whole, qPrintable(file.fileName()));
    }
    const test::CliRun list = runCli({QStringLiteral("models"), QStringLiteral("--json")});
    QVERIFY2(list.exitCode == 0 && list.err.isEmpty(), qPrintable(list.err));
    for (const auto& model : list.json()[QLatin1String("models")].toArray())
        QVERIFY(!model[QLatin1String("missing")].toBool());
}

void ImportCrashTest::killedFiftyTimesNothingIsCorrupt() {
    QElapsedTimer timer;
    timer.start();
    QVERIFY2(runCli(addWords(m_source)).exitCode == 0, "an import without interruption");
    const int takes = int(timer.elapsed());
    runCli({QStringLiteral("models"), QStringLiteral("remove"), QStringLiteral("Big"),
            QStringLiteral("--delete")});
    int killed = 0, unfinished = 0;
    QRandomGenerator random(20261122);
    for (int round = 0; round < 50; ++round) {
        // What an earlier round left is met by every third import only, so that the others are seen copying.
        const QString part = own() + QStringLiteral("/big/big.gguf.part");
        if (round % 3 != 0) QFile::remove(part);
        QProcess process;
        process.start(test::cliProgram(), addWords(m_source));
        // Every other time while it copies, which is the shorter part of an import.
        QElapsedTimer patience;
        patience.start();
        const bool copying = round % 2 == 1;
        bool ended = false;
        while (copying && !ended && !QFile::exists(part) && patience.elapsed() < 10 * takes)
            ended = process.waitForFinished(1);
        if (!ended) ended = process.waitForFinished(1 + int(random.bounded(copying ? 20 : takes)));
        if (!ended) {
            process.kill(); // SIGKILL
            process.waitForFinished();
            ++killed;
        }
        unfinished += round % 3 != 0 && QFile::exists(part);
        checkWhatIsThere();
        if (QTest::currentTestFailed()) return;
        // What was finished goes, so that each round copies.
        runCli({QStringLiteral("models"), QStringLiteral("remove"), QStringLiteral("Big"),
                QStringLiteral("--delete")});
    }
    QVERIFY2(runCli(addWords(m_source)).exitCode == 0, "the import after the last crash");
    checkWhatIsThere();
    qInfo("%d of 50 killed, %d of them while copying; an import takes %d ms", killed, unfinished, takes);
    QVERIFY(killed > 25 && unfinished > 5);
}

QTEST_GUILESS_MAIN(ImportCrashTest)
#include "import_crash_test.moc"
