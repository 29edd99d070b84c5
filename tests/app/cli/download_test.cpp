// ponder-cli download, with a hub on this machine.
#include "tests/app/cli/cli_run.h"
#include "tests/support/hub_server.h"
#include "tests/support/test_class.h"

#include <QDir>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace ponder::test;

namespace {

const QString kModel = QStringLiteral("maker/model-GGUF");

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class CliDownloadTest : public QObject {
    Q_OBJECT
private slots:
    void init();
    void aRepositoryIsListed();
    void aQuantizationIsDownloadedIntoTheFolderOfModels();
    void aFolderOfItsOwnCanBeNamed();
    void ctrlCPausesAndTheSameCommandGoesOn();
    void anUnknownNameNamesTheClosestAndIsANetworkError();
    void anUnknownQuantizationNamesTheClosest();
    void aGatedModelNeedsATokenAndGetsItFromTheEnvironment();
    void aWrongProxyIsAUsageError();

private:
    QString path() const { return m_folder->filePath(QStringLiteral("maker/model-GGUF/m-Q4_K_M.gguf")); }

    std::unique_ptr<HubServer> m_server;
    std::unique_ptr<QTemporaryDir> m_folder;
    QByteArray m_bytes = HubServer::randomBytes(3000000);
};

void CliDownloadTest::init() {
    m_server = std::make_unique<HubServer>();
    m_folder = std::make_unique<QTemporaryDir>();
    m_server->addRepository(kModel, {{QStringLiteral("m-Q4_K_M.gguf"), m_bytes},
                                     {QStringLiteral("m-Q8_0.gguf"), HubServer::randomBytes(4000000, 2)},
                                     {QStringLiteral("README.md"), "hello", false}});
    qputenv("HF_ENDPOINT", m_server->address().toLatin1());
    qputenv("PONDER_MODELS_DIR", m_folder->path().toLocal8Bit());
    qputenv("PONDER_DATA_DIR", m_folder->filePath(QStringLiteral("data")).toLocal8Bit());
    qunsetenv("HF_TOKEN");
}

void CliDownloadTest::aRepositoryIsListed() {
    const CliRun run = runCli({QStringLiteral("download"), kModel, QStringLiteral("--json")});
    QCOMPARE(run.exitCode, 0);
    QCOMPARE(run.json()[QLatin1String("commit")].toString(), m_server->commit());
    const QJsonArray items = run.json()[QLatin1String("items")].toArray();
    QCOMPARE(items.size(), 2);
    QCOMPARE(items[0][QLatin1String("name")].toString(), QStringLiteral("Q4_K_M"));
    QCOMPARE(items[0][QLatin1String("bytes")].toInt(), 3000000);
    QCOMPARE(items[0][QLatin1String("files")][0][QLatin1String("sha256")].toString(),
             HubServer::sha256(m_bytes));
    const CliRun plain =
        runCli({QStringLiteral("download"), QStringLiteral("--list"), kModel, QStringLiteral("Q8_0")});
    QCOMPARE(plain.exitCode, 0);
    QVERIFY2(plain.out.contains(QLatin1String("Q8_0")) && plain.out.contains(QLatin1String("m-Q4_K_M.gguf")),
             qPrintable(plain.out));
    QVERIFY(!QFile::exists(path()));
}

void CliDownloadTest::aQuantizationIsDownloadedIntoTheFolderOfModels() {
    const CliRun run = runCli({QStringLiteral("download"), kModel, QStringLiteral("q4_k_m")});
    QVERIFY2(run.exitCode == 0, qPrintable(run.err));
    QCOMPARE(run.out.trimmed(), path());
    QCOMPARE(contentOf(path()), m_bytes);
    QCOMPARE(QFileInfo(path()).dir().entryList(QDir::Files), QStringList{QStringLiteral("m-Q4_K_M.gguf")});
}

void CliDownloadTest::aFolderOfItsOwnCanBeNamed() {
    const QString folder = m_folder->filePath(QStringLiteral("mine"));
    const CliRun run = runCli({QStringLiteral("download"), kModel + QStringLiteral(":Q4_K_M"),
                               QStringLiteral("--to"), folder, QStringLiteral("--json")});
    QVERIFY2(run.exitCode == 0, qPrintable(run.err));
    QCOMPARE(run.json()[QLatin1String("model")].toString(), folder + QStringLiteral("/m-Q4_K_M.gguf"));
    QCOMPARE(contentOf(folder + QStringLiteral("/m-Q4_K_M.gguf")), m_bytes);
}

void CliDownloadTest::ctrlCPausesAndTheSameCommandGoesOn() {
    m_server->setTwist([](const HubServerRequest& request, HubServerReply& reply) {
        if (request.path.startsWith(QLatin1String("/cdn")) && request.number == 1)
            reply.bytesPerSecond = 1000000;
    });
    QProcess process;
    process.start(cliProgram(), {QStringLiteral("download"), kModel, QStringLiteral("Q4_K_M")});
    const QString part = path() + QStringLiteral(".part");
    QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(part).size() > 200000, 20000);
    ::kill(pid_t(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(20000));
    QCOMPARE(process.exitCode(), 130);
    QVERIFY(process.readAllStandardError().contains("The same command goes on"));
    QVERIFY(!QFile::exists(path()) && QFile::exists(part));
    const CliRun run = runCli({QStringLiteral("download"), kModel, QStringLiteral("Q4_K_M")});
    QVERIFY2(run.exitCode == 0, qPrintable(run.err));
    QCOMPARE(contentOf(path()), m_bytes);
    QVERIFY(m_server->requests().last().header("range").startsWith("bytes="));
}

void CliDownloadTest::anUnknownNameNamesTheClosestAndIsANetworkError() {
    const CliRun run = runCli({QStringLiteral("download"), QStringLiteral("maker/model-GUF")});
    QCOMPARE(run.exitCode, 6);
    QVERIFY2(run.err.contains(kModel), qPrintable(run.err));
    QCOMPARE(runCli({QStringLiteral("download"), QStringLiteral("../..")}).exitCode, 2);
}

void CliDownloadTest::anUnknownQuantizationNamesTheClosest() {
    const CliRun run = runCli({QStringLiteral("download"), kModel, QStringLiteral("Q4_K_S")});
    QCOMPARE(run.exitCode, 6);
    QVERIFY2(run.err.contains(QLatin1String("Q4_K_M, Q8_0")), qPrintable(run.err));
}

void CliDownloadTest::aGatedModelNeedsATokenAndGetsItFromTheEnvironment() {
    m_server->setGated(kModel);
    const CliRun closed = runCli({QStringLiteral("download"), kModel, QStringLiteral("Q4_K_M")});
    QCOMPARE(closed.exitCode, 6);
    QVERIFY2(closed.err.contains(m_server->address() + u'/' + kModel), qPrintable(closed.err));
    qputenv("HF_TOKEN", "hf_good");
    const CliRun open = runCli({QStringLiteral("download"), kModel, QStringLiteral("Q4_K_M")});
    QVERIFY2(open.exitCode == 0, qPrintable(open.err));
    QVERIFY(!open.err.contains(QLatin1String("hf_good")) && !open.out.contains(QLatin1String("hf_good")));
}

void CliDownloadTest::aWrongProxyIsAUsageError() {
    const CliRun run = runCli({QStringLiteral("download"), kModel, QStringLiteral("--proxy"),
                               QStringLiteral("ftp://me:secret@proxy.example")});
    QCOMPARE(run.exitCode, 2);
    QVERIFY(!run.err.contains(QLatin1String("secret")));
}

PONDER_TEST(CliDownloadTest)
#include "download_test.moc"
