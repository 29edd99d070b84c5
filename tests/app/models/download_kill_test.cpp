// A download that is killed at random moments goes on, and its file is either not there or whole.
//
// The test runs itself once more as the one who downloads, and kills it. PONDER_KILLS says how often.
#include "app/models/download.h"
#include "tests/support/hub_server.h"

#include <QDir>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <cstdio>

using namespace ponder;
using namespace ponder::test;

namespace {

constexpr int kSize = 12 << 20;
const QString kRepository = QStringLiteral("maker/model-GGUF");
const QString kFile = QStringLiteral("m-Q4_K_M.gguf");

// Arguments: the hub's address, the file's SHA-256, where it goes.
int downloader(const QStringList& words) {
    const HubAccess access = *HubAccess::choose(words[0], QStringLiteral("none"), {});
    DownloadJob job;
    job.name = *HubName::parse(kRepository);
    job.url = access.endpoint.file(job.name, QStringLiteral("main"), kFile);
    job.file = kFile;
    job.path = words[2];
    job.bytes = kSize;
    job.digest = {FileDigest::Kind::Sha256, words[1]};
    DownloadRules rules;
    rules.confirmBytes = 1 << 20;
    rules.confirmMs = 40;
    rules.spareBytes = 0;
    Download download(job, access, rules);
    QObject::connect(&download, &Download::ended, qApp, [](const std::optional<Error>& error) {
        if (error) std::fprintf(stderr, "%s\n", error->message().c_str());
        QCoreApplication::exit(error ? 1 : 0);
    });
    download.start();
    return QCoreApplication::exec();
}

} // namespace

class DownloadKillTest : public QObject {
    Q_OBJECT
private slots:
    void aDownloadKilledAtRandomMomentsEndsWholeAndWasNeverHalf();

private:
    bool isAbsentOrWhole() const {
        QFile file(m_path);
        return !file.open(QIODevice::ReadOnly) || file.readAll() == m_bytes;
    }
    QByteArray m_bytes;
    QString m_path;
};

void DownloadKillTest::aDownloadKilledAtRandomMomentsEndsWholeAndWasNeverHalf() {
    const int kills = std::max(1, qEnvironmentVariableIntValue("PONDER_KILLS"));
    m_bytes = HubServer::randomBytes(kSize);
    HubServer server;
    server.addRepository(kRepository, {{kFile, m_bytes}});
    server.setTwist([](const HubServerRequest& request, HubServerReply& reply) {
        if (request.path.startsWith(QLatin1String("/cdn"))) reply.bytesPerSecond = 16 << 20;
    });
    QTemporaryDir folder;
    m_path = folder.filePath(kFile);
    const quint32 seed = QRandomGenerator::global()->generate();
    QRandomGenerator random(seed);
    int killed = 0, ends = 0, resumed = 0;
    while (killed < kills) {
        QProcess child;
        child.start(QCoreApplication::applicationFilePath(),
                    {QStringLiteral("--downloader"), server.address(), HubServer::sha256(m_bytes), m_path});
        QVERIFY(child.waitForStarted());
        resumed += bytesPresent(m_path) > 0 ? 1 : 0;
        const bool ended = child.waitForFinished(random.bounded(15, 400));
        child.kill();
        child.waitForFinished();
        QVERIFY2(isAbsentOrWhole(), qPrintable(QStringLiteral("seed %1, kill %2").arg(seed).arg(killed)));
        killed += ended ? 0 : 1;
        if (!QFile::exists(m_path)) continue;
        ++ends; // it was quicker than the killing: once more from nothing
        QVERIFY(QFile::remove(m_path));
    }
    QProcess last;
    last.start(QCoreApplication::applicationFilePath(),
               {QStringLiteral("--downloader"), server.address(), HubServer::sha256(m_bytes), m_path});
    QVERIFY(last.waitForFinished(60000));
    QVERIFY2(last.exitCode() == 0, last.readAllStandardError().constData());
    QVERIFY(isAbsentOrWhole() && QFile::exists(m_path));
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList{kFile});
    qInfo("killed %d times (seed %u), resumed %d times, came to an end %d times", killed, seed, resumed,
          ends + 1);
}

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    const QStringList words = QCoreApplication::arguments();
    if (words.value(1) == u"--downloader") return downloader(words.mid(2));
    DownloadKillTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "download_kill_test.moc"
