// One file downloaded from a hub on this machine that cuts, stalls, lies, redirects and refuses.
#include "tests/app/models/download_scene.h"
#include "tests/support/test_class.h"

#include <QSignalSpy>
#include <QTest>

#include <csignal>
#include <sys/resource.h>

using namespace ponder;
using namespace ponder::test;

using Scene = DownloadScene;

class DownloadTest : public QObject {
    Q_OBJECT
private slots:
    void aFileArrivesWholeAndNothingElseStays();
    void aSmallFileIsCheckedByItsNameInGit();
    void anEmptyFileArrives();
    void aCutConnectionGoesOnWhereItWasCut();
    void aStallIsNoticedAndTheDownloadGoesOn();
    void aLengthDeclaredTooLongDoesNoHarm();
    void aLengthDeclaredTooShortDoesNoHarm();
    void aServerThatIgnoresRangesSendsAllAndTheStartIsSkipped();
    void aServerThatSendsAnotherRangeIsAskedForTheWhole();
    void aRangeBehindTheEndStartsAgain();
    void tooManyRequestsAndABusyServerAreWaitedFor();
    void aServerThatStaysBusyKeepsWhatHasArrived();
    void wrongBytesAreFetchedAgainAndOnceMoreWrongAreThrownAway();
    void aFileThatChangesBetweenRangesStartsAgainWhereNoChecksumIsKnown();
    void anotherFileUnderTheSameNameIsRefusedBeforeItIsFetched();
    void aRestartTrustsOnlyWhatWasConfirmed();
    void bytesThatWereChangedOnTheDiskAreNoticed();
    void aStateThatCannotBeReadBeginsAgain();
    void theTokenIsNotSentToTheOtherHost();
    void aGatedFileSaysWhatOpensIt();
    void redirectionsWithoutEndAreGivenUp();
    void aFullDiskIsSaidBeforeItIsFull();
    void aDiskThatFillsMeanwhileKeepsWhatHasArrived();
    void aFileSystemThatHoldsNoLargerFilesSaysSo();
    void theStoppedDownloadGoesOnLater();
    void twoDownloadsDoNotWriteTheSameFile();
    void aFileThatIsThereAlreadyIsNotFetched();
    void anotherFileOfTheSameNameIsNeverReplaced();
    void anAddressThatExpiredIsAskedForAnew();
    void memoryStaysBoundedWhileTheServerIsQuickerThanTheDisk();
};

void DownloadTest::aFileArrivesWholeAndNothingElseStays() {
    Scene scene;
    VERIFY_DONE(scene);
    QCOMPARE(scene.server.requests().size(), 2);
    QVERIFY(scene.rangeOf(1).isEmpty());
}

void DownloadTest::aSmallFileIsCheckedByItsNameInGit() {
    Scene scene;
    scene.bytes = "hello";
    scene.server.addRepository(kRepository, {{kFile, scene.bytes, false}});
    scene.job.bytes = 5;
    scene.job.digest = {FileDigest::Kind::GitBlob,
                        QStringLiteral("b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0")};
    VERIFY_DONE(scene);
    QVERIFY(QFile::remove(scene.job.path));
    scene.server.addRepository(kRepository, {{kFile, "jello", false}});
    const auto error = scene.run();
    QVERIFY(error);
    QCOMPARE(error->code, ErrorCode::DownloadDamaged);
    QVERIFY(!QFile::exists(scene.job.path));
}

void DownloadTest::anEmptyFileArrives() {
    Scene scene(0);
    VERIFY_DONE(scene);
}

void DownloadTest::aCutConnectionGoesOnWhereItWasCut() {
    Scene scene;
    scene.server.setTwist(onContent([](const HubServerRequest& request, HubServerReply& reply) {
        if (request.header("range").mid(6).chopped(asksForAll(request) ? 0 : 1).toInt() < 1000000)
            reply.cutAfter = 200000;
    }));
    VERIFY_DONE(scene);
    QStringList ranges;
    for (const HubServerRequest& request : scene.server.requests())
        ranges << QString::fromLatin1(request.header("range").mid(6));
    ranges.removeDuplicates();
    QCOMPARE(ranges.join(u' '), QStringLiteral(" 200000- 400000- 600000- 800000- 1000000-"));
}

void DownloadTest::aStallIsNoticedAndTheDownloadGoesOn() {
    Scene scene;
    scene.server.setTwist(onContent([](const HubServerRequest& request, HubServerReply& reply) {
        if (request.number == 1) reply.stallAfter = 300000;
    }));
    VERIFY_DONE(scene);
    QCOMPARE(scene.rangeOf(2), QByteArray("bytes=300000-"));
}

void DownloadTest::aLengthDeclaredTooLongDoesNoHarm() {
    Scene scene;
    scene.server.setTwist(onContent([](const HubServerRequest&, HubServerReply& reply) {
        reply.declaredLength = reply.body.size() + 5000;
    }));
    VERIFY_DONE(scene);
}

void DownloadTest::aLengthDeclaredTooShortDoesNoHarm() {
    Scene scene;
    scene.server.setTwist(onContent([](const HubServerRequest& request, HubServerReply& reply) {
        if (request.number == 1) reply.declaredLength = 700000;
    }));
    VERIFY_DONE(scene);
    QCOMPARE(scene.rangeOf(2), QByteArray("bytes=700000-"));
}

void DownloadTest::aServerThatIgnoresRangesSendsAllAndTheStartIsSkipped() {
    Scene scene;
    const QByteArray all = scene.bytes;
    scene.server.setTwist(onContent([all](const HubServerRequest& request, HubServerReply& reply) {
        reply.status = 200;
        reply.body = all;
        reply.headers.clear();
        if (asksForAll(request)) reply.cutAfter = 900000;
    }));
    VERIFY_DONE(scene);
    QCOMPARE(scene.lastRange(), QByteArray("bytes=900000-"));
}

void DownloadTest::aServerThatSendsAnotherRangeIsAskedForTheWhole() {
    Scene scene;
    scene.server.setTwist(
        onContent([lied = false](const HubServerRequest& request, HubServerReply& reply) mutable {
            if (asksForAll(request)) {
                if (!lied) reply.cutAfter = 900000;
                return;
            }
            lied = true;
            reply.setHeader("Content-Range", "bytes 5-1499999/1500000");
        }));
    VERIFY_DONE(scene);
    QVERIFY(scene.lastRange().isEmpty());
}

void DownloadTest::aRangeBehindTheEndStartsAgain() {
    Scene scene;
    scene.server.setTwist(
        onContent([refused = false](const HubServerRequest& request, HubServerReply& reply) mutable {
            if (asksForAll(request)) {
                if (!refused) reply.cutAfter = 900000;
                return;
            }
            refused = true;
            reply = {.status = 416, .headers = {}, .body = {}};
        }));
    VERIFY_DONE(scene);
    QVERIFY(scene.lastRange().isEmpty());
}

void DownloadTest::tooManyRequestsAndABusyServerAreWaitedFor() {
    Scene scene;
    scene.server.setTwist([](const HubServerRequest& request, HubServerReply& reply) {
        const bool content = request.path.startsWith(QLatin1String("/cdn"));
        if (!content && request.number == 1)
            reply = {.status = 429, .headers = {{"Retry-After", "1"}}, .body = "no"};
        if (content && request.number == 1) reply = {.status = 503, .headers = {}, .body = "no"};
    });
    QElapsedTimer clock;
    clock.start();
    VERIFY_DONE(scene);
    QVERIFY2(clock.elapsed() >= 950, qPrintable(QString::number(clock.elapsed())));
}

void DownloadTest::aServerThatStaysBusyKeepsWhatHasArrived() {
    Scene scene;
    scene.server.setTwist(onContent([](const HubServerRequest& request, HubServerReply& reply) {
        if (asksForAll(request))
            reply.cutAfter = 600000;
        else
            reply = {.status = 500, .headers = {}, .body = "an error page that is no part of the file"};
    }));
    const auto error = scene.run();
    QVERIFY(error);
    QCOMPARE(error->code, ErrorCode::HubBusy);
    QCOMPARE(bytesPresent(scene.job.path), 600000);
    QVERIFY(!QFile::exists(scene.job.path));
    scene.server.setTwist({});
    VERIFY_DONE(scene);
}

void DownloadTest::wrongBytesAreFetchedAgainAndOnceMoreWrongAreThrownAway() {
    Scene scene;
    scene.server.setTwist(onContent([](const HubServerRequest& request, HubServerReply& reply) {
        if (request.number == 1) reply.body[700000] = char(reply.body[700000] ^ 1);
    }));
    VERIFY_DONE(scene);
    QVERIFY(QFile::remove(scene.job.path));
    scene.server.setTwist(onContent([](const HubServerRequest&, HubServerReply& reply) {
        reply.body[700000] = char(reply.body[700000] ^ 1);
    }));
    const auto error = scene.run();
    QVERIFY(error);
    QCOMPARE(error->code, ErrorCode::DownloadDamaged);
    QVERIFY(!QFile::exists(scene.job.path));
    QCOMPARE(scene.left(), QStringList());
}

void DownloadTest::aFileThatChangesBetweenRangesStartsAgainWhereNoChecksumIsKnown() {
    Scene scene;
    scene.job.digest = {};
    const QByteArray other = HubServer::randomBytes(1600000, 7);
    HubServer& server = scene.server;
    server.setTwist(onContent([first = scene.job.bytes](const HubServerRequest&, HubServerReply& reply) {
        if (reply.body.size() == first) reply.cutAfter = 800000;
    }));
    // Between the first answer and the second the hub gets another file of this name.
    Download download(scene.job, *scene.access, quick());
    QSignalSpy ended(&download, &Download::ended);
    connect(&download, &Download::waiting, this, [&] { server.changeFile(kRepository, kFile, other); });
    download.start();
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, 20000);
    scene.bytes = other;
    QVERIFY(scene.isWhole());
}

void DownloadTest::anotherFileUnderTheSameNameIsRefusedBeforeItIsFetched() {
    Scene scene;
    scene.server.changeFile(kRepository, kFile, HubServer::randomBytes(1500000, 9));
    const auto error = scene.run();
    QVERIFY(error);
    QCOMPARE(error->detail.english(),
             std::string("the hub has another file of this name now; list its files anew"));
    QCOMPARE(scene.server.requestsOf(QStringLiteral("/cdn")), 0);
}

void DownloadTest::aRestartTrustsOnlyWhatWasConfirmed() {
    Scene scene;
    QVERIFY(scene.beginWith(600000));
    QFile part(partPath(scene.job.path)); // as if more had been written than was brought to the disk
    QVERIFY(part.open(QIODevice::Append));
    part.write(QByteArray(5000, '\0'));
    part.close();
    VERIFY_DONE(scene);
    QCOMPARE(scene.lastRange(), QByteArray("bytes=600000-"));
}

void DownloadTest::bytesThatWereChangedOnTheDiskAreNoticed() {
    Scene scene;
    QVERIFY(scene.beginWith(600000));
    QFile part(partPath(scene.job.path));
    QVERIFY(part.open(QIODevice::ReadWrite) && part.seek(1000));
    part.write(QByteArray(10, '\0'));
    part.close();
    VERIFY_DONE(scene); // fetched from the first byte once more
}

void DownloadTest::aStateThatCannotBeReadBeginsAgain() {
    for (const QByteArray& text :
         {QByteArray(), QByteArray("{\"version\":1,\"confirmed\":99999999,\"bytes\":5}"),
          QByteArray("not json"), QByteArray("{\"version\":2}")}) {
        Scene scene;
        QVERIFY(scene.beginWith(600000));
        QFile state(statePath(scene.job.path));
        QVERIFY(state.open(QIODevice::WriteOnly));
        state.write(text);
        state.close();
        VERIFY_DONE(scene);
        QVERIFY(scene.lastRange().isEmpty());
    }
}

void DownloadTest::theTokenIsNotSentToTheOtherHost() {
    Scene scene;
    scene.server.setGated(kRepository);
    scene.access->token = QStringLiteral("hf_good");
    VERIFY_DONE(scene);
    const QList<HubServerRequest> requests = scene.server.requests();
    QCOMPARE(requests.size(), 2);
    QCOMPARE(requests[0].header("authorization"), QByteArray("Bearer hf_good"));
    QVERIFY(requests[1].header("host").startsWith("localhost"));
    QVERIFY(!requests[1].headers.contains("authorization"));
}

void DownloadTest::aGatedFileSaysWhatOpensIt() {
    Scene scene;
    scene.server.setGated(kRepository);
    const auto error = scene.run();
    QVERIFY(error);
    QCOMPARE(error->code, ErrorCode::AccessDenied);
    const QString text = QString::fromStdString(error->message());
    QVERIFY2(text.contains(scene.server.address() + QStringLiteral("/maker/model-GGUF")), qPrintable(text));
    QCOMPARE(scene.server.requests().size(), 1);
}

void DownloadTest::redirectionsWithoutEndAreGivenUp() {
    Scene scene;
    scene.server.setTwist([](const HubServerRequest& request, HubServerReply& reply) {
        reply = {.status = 302, .headers = {{"Location", request.path.toLatin1()}}, .body = {}};
    });
    const auto error = scene.run();
    QVERIFY(error);
    QCOMPARE(error->code, ErrorCode::HubUnreachable);
    QVERIFY(scene.server.requests().size() <= 8);
}

void DownloadTest::aFullDiskIsSaidBeforeItIsFull() {
    Scene scene;
    DownloadRules rules = quick();
    rules.freeBytes = [](const QString&) { return qint64{1000000}; };
    scene.job.laterBytes = 10000000;
    const auto error = scene.run(rules);
    QVERIFY(error);
    QCOMPARE(error->code, ErrorCode::NoSpace);
    QCOMPARE(error->detail.english(),
             std::string("12 MB more are needed and 1 MB are free; what has arrived is kept"));
    QCOMPARE(scene.server.requests().size(), 0);
}

void DownloadTest::aDiskThatFillsMeanwhileKeepsWhatHasArrived() {
    Scene scene;
    DownloadRules rules = quick();
    rules.freeBytes = [asked = 0](const QString&) mutable {
        return ++asked == 1 ? qint64{1} << 40 : qint64{100};
    };
    const auto error = scene.run(rules);
    QVERIFY(error);
    QCOMPARE(error->code, ErrorCode::NoSpace);
    QVERIFY(bytesPresent(scene.job.path) >= rules.confirmBytes);
    QVERIFY(!QFile::exists(scene.job.path));
    VERIFY_DONE(scene);
}

void DownloadTest::aFileSystemThatHoldsNoLargerFilesSaysSo() {
    Scene scene;
    rlimit before = {};
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto earlier = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{600000, before.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto error = scene.run();
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, earlier);
    QVERIFY(error);
    QCOMPARE(error->code, ErrorCode::FileUnwritable);
    QCOMPARE(error->detail.english(),
             std::string("the file system of this folder holds no files of this size"));
    QCOMPARE(bytesPresent(scene.job.path), 600000);
    QVERIFY(!QFile::exists(scene.job.path));
    VERIFY_DONE(scene);
}

void DownloadTest::theStoppedDownloadGoesOnLater() {
    Scene scene;
    scene.server.setTwist(onContent([](const HubServerRequest& request, HubServerReply& reply) {
        if (request.number == 1) reply.bytesPerSecond = 2000000;
    }));
    {
        Download download(scene.job, *scene.access, quick());
        QSignalSpy ended(&download, &Download::ended), progressed(&download, &Download::progressed);
        download.start();
        QTRY_VERIFY_WITH_TIMEOUT(!progressed.isEmpty() && progressed.last()[0].toLongLong() > 100000, 20000);
        download.stop();
        QTRY_COMPARE(ended.size(), 1);
        QCOMPARE(ended[0][0].value<std::optional<Error>>()->code, ErrorCode::Cancelled);
    }
    QVERIFY(bytesPresent(scene.job.path) > 100000);
    VERIFY_DONE(scene);
    QVERIFY(scene.rangeOf(2).startsWith("bytes="));
}

void DownloadTest::twoDownloadsDoNotWriteTheSameFile() {
    Scene scene;
    scene.server.setTwist(onContent([](const HubServerRequest& request, HubServerReply& reply) {
        if (request.number == 1) reply.stallAfter = 100000;
    }));
    DownloadRules patient = quick();
    patient.patience.stallMs = 20000;
    Download first(scene.job, *scene.access, patient);
    QSignalSpy progressed(&first, &Download::progressed);
    first.start();
    QTRY_VERIFY_WITH_TIMEOUT(!progressed.isEmpty() && progressed.last()[0].toLongLong() > 0, 20000);
    const auto error = scene.run();
    QVERIFY(error);
    QCOMPARE(error->code, ErrorCode::FileBusy);
}

void DownloadTest::aFileThatIsThereAlreadyIsNotFetched() {
    Scene scene;
    VERIFY_DONE(scene);
    const auto before = scene.server.requests().size();
    VERIFY_DONE(scene);
    QCOMPARE(scene.server.requests().size(), before);
}

void DownloadTest::anotherFileOfTheSameNameIsNeverReplaced() {
    Scene scene;
    QVERIFY(QDir().mkpath(QFileInfo(scene.job.path).path()));
    for (const QByteArray& content : {QByteArray("precious"), QByteArray(scene.bytes.size(), 'x')}) {
        QFile file(scene.job.path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        const auto error = scene.run();
        QVERIFY(error);
        QCOMPARE(error->code, ErrorCode::FileUnwritable);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), content);
    }
    QCOMPARE(scene.server.requests().size(), 0);
}

void DownloadTest::anAddressThatExpiredIsAskedForAnew() {
    Scene scene;
    scene.server.setTwist(
        onContent([expired = false](const HubServerRequest& request, HubServerReply& reply) mutable {
            if (asksForAll(request))
                reply.cutAfter = 400000;
            else if (!std::exchange(expired, true))
                reply = {.status = 403, .headers = {}, .body = "expired"};
        }));
    VERIFY_DONE(scene);
    QCOMPARE(scene.server.requestsOf(QStringLiteral("/maker")), 3);
}

void DownloadTest::memoryStaysBoundedWhileTheServerIsQuickerThanTheDisk() {
    Scene scene(qsizetype{64} << 20);
    const auto peakKb = [] {
        QFile status(QStringLiteral("/proc/self/status"));
        if (!status.open(QIODevice::ReadOnly)) return qint64{-1};
        for (const QByteArray& line : status.readAll().split('\n'))
            if (line.startsWith("VmHWM:")) return line.mid(6).trimmed().split(' ').first().toLongLong();
        return qint64{-1};
    };
    const qint64 before = peakKb();
    if (before < 0) QSKIP("the system does not say how much memory was used");
    // The disk hangs for a while in mid-file; without a bound the rest of the file would pile up.
    DownloadRules rules = quick();
    rules.patience.stallMs = 20000;
    rules.freeBytes = [asked = 0](const QString&) mutable {
        if (++asked == 2) QThread::msleep(1500);
        return qint64{1} << 40;
    };
    const auto error = scene.run(rules);
    const qint64 grown = peakKb() - before;
    QVERIFY2(!error, error ? error->message().c_str() : "");
    QVERIFY2(grown < 24 * 1024, qPrintable(QString::number(grown)));
    QVERIFY(scene.isWhole());
}

PONDER_TEST(DownloadTest)
#include "download_test.moc"
