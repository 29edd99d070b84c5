// Several downloads: order, pausing, restarts, what is removed and what is not, and the way into the library.
#include "app/models/download_intake.h"
#include "app/models/download_model.h"
#include "tests/support/hub_server.h"
#include "tests/support/test_class.h"

#include <QDir>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;
using namespace ponder::test;

namespace {

const QString kRepository = QStringLiteral("maker/model-GGUF");

DownloadRules quick() {
    DownloadRules rules;
    rules.patience = {.stallMs = 2000, .firstWaitMs = 10, .longestWaitMs = 40, .attempts = 3};
    rules.confirmBytes = 64 << 10;
    rules.spareBytes = 0;
    return rules;
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// A hub with a few quantizations, each of its own bytes, and what a queue needs.
struct Scene {
    Scene() {
        QList<HubServer::File> files;
        for (const char* name : {"m-Q4_K_M.gguf", "m-Q6_K.gguf", "m-Q8_0.gguf", "m-F16-00001-of-00002.gguf",
                                 "m-F16-00002-of-00002.gguf"}) {
            const QByteArray bytes = HubServer::randomBytes(400000, quint32(files.size()));
            files.append({QString::fromLatin1(name), bytes});
            contents.insert(QString::fromLatin1(name), bytes);
        }
        server.addRepository(kRepository, files);
        repository.name = *HubName::parse(kRepository);
        repository.commit = server.commit();
        for (const HubServer::File& file : files)
            repository.files.append({file.path, file.bytes.size(), HubServer::sha256(file.bytes), {}});
    }

    DownloadQueue::AccessSource access() {
        return [this] { return HubAccess::choose(server.address(), QStringLiteral("none"), {}); };
    }
    DownloadEntry entry(const char* label) const {
        return DownloadEntry::of(
            repository, *chooseHubItem(groupHubFiles(repository), QString::fromLatin1(label)), models());
    }
    QString models() const { return folder.filePath(QStringLiteral("models")); }
    QString list() const { return folder.filePath(QStringLiteral("downloads.json")); }
    QString pathOf(const char* file) const {
        return models() + u'/' + kRepository + u'/' + QLatin1String(file);
    }
    bool isWhole(const char* file) const { return contentOf(pathOf(file)) == contents[QLatin1String(file)]; }
    void slow(int bytesPerSecond = 400000) {
        server.setTwist([bytesPerSecond](const HubServerRequest& request, HubServerReply& reply) {
            if (request.path.startsWith(QLatin1String("/cdn"))) reply.bytesPerSecond = bytesPerSecond;
        });
    }

    HubServer server;
    QTemporaryDir folder;
    HubRepository repository;
    QHash<QString, QByteArray> contents;
};

DownloadStep stepOf(const DownloadQueue& queue, int id) { return queue.entries()[queue.rowOf(id)].step; }

} // namespace

class DownloadQueueTest : public QObject {
    Q_OBJECT
private slots:
    void downloadsComeInOrderAndAtMostTwoAtOnce();
    void thePartsOfASetComeOneAfterAnotherAndEndOnce();
    void aPausedDownloadKeepsItsBytesAndGoesOn();
    void theListOutlivesTheProgramAndGoesOn();
    void aPausedOneIsStillPausedAfterARestart();
    void cancellingRemovesWhatWasFetchedButNothingThatWasThere();
    void aFailedOneSaysWhyAndCanBeTriedAgain();
    void theSameThingIsNotListedTwice();
    void theOrderCanBeChanged();
    void everythingCanBePausedAndResumed();
    void aSecondProgramLeavesTheListAlone();
    void aListThatCannotBeReadIsAnEmptyList();
    void aNewMirrorCountsFromTheNextStartOn();
    void rowsSayWhatTheWindowShows();
    void aFinishedModelEntersTheLibrary();
    void whatAKilledProgramLeftOutsideOfTheLibraryIsTakenInByTheNext();
    void aThingKnownByNameIsListedWhenItsTurnComes();
    void aCataloguesModelIsFetchedFromTheHubItNames();
};

void DownloadQueueTest::downloadsComeInOrderAndAtMostTwoAtOnce() {
    Scene scene;
    scene.slow(1600000);
    DownloadQueue queue({}, scene.access(), quick());
    QSignalSpy finished(&queue, &DownloadQueue::finished);
    int most = 0;
    connect(&queue, &DownloadQueue::changed, this, [&] {
        int running = 0;
        for (const DownloadEntry& entry : queue.entries())
            running += entry.step == DownloadStep::Running ? 1 : 0;
        most = std::max(most, running);
    });
    const int first = queue.add(scene.entry("Q4_K_M")), second = queue.add(scene.entry("Q6_K")),
              third = queue.add(scene.entry("Q8_0"));
    QCOMPARE(stepOf(queue, first), DownloadStep::Running);
    QCOMPARE(stepOf(queue, second), DownloadStep::Running);
    QCOMPARE(stepOf(queue, third), DownloadStep::Queued);
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 3, 20000);
    QCOMPARE(most, 2);
    for (const char* file : {"m-Q4_K_M.gguf", "m-Q6_K.gguf", "m-Q8_0.gguf"})
        QVERIFY(scene.isWhole(file));
}

void DownloadQueueTest::thePartsOfASetComeOneAfterAnotherAndEndOnce() {
    Scene scene;
    DownloadQueue queue({}, scene.access(), quick());
    QSignalSpy finished(&queue, &DownloadQueue::finished);
    queue.add(scene.entry("F16"));
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20000);
    QVERIFY(scene.isWhole("m-F16-00001-of-00002.gguf"));
    QVERIFY(scene.isWhole("m-F16-00002-of-00002.gguf"));
    QCOMPARE(finished[0][0].value<DownloadEntry>().mainPath(), scene.pathOf("m-F16-00001-of-00002.gguf"));
    QTest::qWait(50);
    QCOMPARE(finished.size(), 1);
}

void DownloadQueueTest::aPausedDownloadKeepsItsBytesAndGoesOn() {
    Scene scene;
    scene.slow();
    DownloadQueue queue({}, scene.access(), quick());
    const int id = queue.add(scene.entry("Q4_K_M"));
    QTRY_VERIFY_WITH_TIMEOUT(queue.entries()[0].present() > 50000, 20000);
    queue.pause(id);
    QCOMPARE(stepOf(queue, id), DownloadStep::Paused);
    QTRY_VERIFY(!QFile::exists(lockPath(scene.pathOf("m-Q4_K_M.gguf"))));
    QTest::qWait(50);
    const qint64 present = queue.entries()[0].present();
    QVERIFY(present > 50000);
    const auto requests = scene.server.requests().size();
    QTest::qWait(150);
    QCOMPARE(queue.entries()[0].present(), present);
    QCOMPARE(scene.server.requests().size(), requests);
    scene.server.setTwist({});
    queue.resume(id);
    QTRY_COMPARE_WITH_TIMEOUT(stepOf(queue, id), DownloadStep::Done, 20000);
    QVERIFY(scene.isWhole("m-Q4_K_M.gguf"));
    QCOMPARE(scene.server.requests().last().header("range"), "bytes=" + QByteArray::number(present) + '-');
}

void DownloadQueueTest::theListOutlivesTheProgramAndGoesOn() {
    Scene scene;
    scene.slow();
    {
        DownloadQueue queue(scene.list(), scene.access(), quick());
        queue.add(scene.entry("F16"));
        queue.add(scene.entry("Q8_0"));
        queue.add(scene.entry("Q6_K"));
        QTRY_VERIFY_WITH_TIMEOUT(queue.entries()[0].present() > 50000, 20000);
    }
    scene.server.setTwist({});
    DownloadQueue queue(scene.list(), scene.access(), quick());
    QCOMPARE(queue.entries().size(), 3);
    QVERIFY(queue.entries()[0].present() > 50000);
    QTRY_VERIFY_WITH_TIMEOUT(std::all_of(queue.entries().begin(), queue.entries().end(),
                                         [](const auto& entry) { return entry.step == DownloadStep::Done; }),
                             20000);
    for (const QString& file : scene.contents.keys())
        if (file != u"m-Q4_K_M.gguf") QVERIFY(scene.isWhole(file.toLatin1().constData()));
}

void DownloadQueueTest::aPausedOneIsStillPausedAfterARestart() {
    Scene scene;
    scene.slow();
    {
        DownloadQueue queue(scene.list(), scene.access(), quick());
        queue.pause(queue.add(scene.entry("Q8_0")));
    }
    DownloadQueue queue(scene.list(), scene.access(), quick());
    QTest::qWait(100);
    QCOMPARE(queue.entries().size(), 1);
    QCOMPARE(queue.entries()[0].step, DownloadStep::Paused);
}

void DownloadQueueTest::cancellingRemovesWhatWasFetchedButNothingThatWasThere() {
    Scene scene;
    const QString there = scene.pathOf("m-F16-00001-of-00002.gguf");
    QVERIFY(QDir().mkpath(QFileInfo(there).path()));
    QFile file(there);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(scene.contents[QStringLiteral("m-F16-00001-of-00002.gguf")]);
    file.close();
    scene.slow();
    DownloadQueue queue({}, scene.access(), quick());
    const int set = queue.add(scene.entry("F16")), other = queue.add(scene.entry("Q8_0"));
    QTRY_VERIFY_WITH_TIMEOUT(queue.entries()[0].present() > 450000 && queue.entries()[1].present() > 50000,
                             20000);
    queue.cancel(set);
    queue.cancel(other);
    QCOMPARE(queue.entries().size(), 0);
    QTRY_COMPARE(QFileInfo(there).dir().entryList(QDir::Files),
                 QStringList{QStringLiteral("m-F16-00001-of-00002.gguf")});
}

void DownloadQueueTest::aFailedOneSaysWhyAndCanBeTriedAgain() {
    Scene scene;
    scene.server.setTwist([](const HubServerRequest&, HubServerReply& reply) {
        reply = {.status = 500, .headers = {}, .body = {}};
    });
    DownloadQueue queue({}, scene.access(), quick());
    const int id = queue.add(scene.entry("Q8_0"));
    QTRY_COMPARE_WITH_TIMEOUT(stepOf(queue, id), DownloadStep::Failed, 20000);
    QCOMPARE(queue.entries()[0].error->code, ErrorCode::HubBusy);
    scene.server.setTwist({});
    queue.resume(id);
    QTRY_COMPARE_WITH_TIMEOUT(stepOf(queue, id), DownloadStep::Done, 20000);
}

void DownloadQueueTest::theSameThingIsNotListedTwice() {
    Scene scene;
    scene.slow();
    DownloadQueue queue({}, scene.access(), quick());
    const int id = queue.add(scene.entry("Q8_0"));
    queue.pause(id);
    QCOMPARE(queue.add(scene.entry("Q8_0")), id);
    QCOMPARE(queue.entries().size(), 1);
    QTRY_COMPARE(stepOf(queue, id), DownloadStep::Running);
}

void DownloadQueueTest::theOrderCanBeChanged() {
    Scene scene;
    scene.slow();
    DownloadQueue queue({}, scene.access(), quick());
    DownloadModel model(queue);
    queue.setAtMost(1);
    queue.add(scene.entry("Q4_K_M"));
    queue.add(scene.entry("Q6_K"));
    queue.add(scene.entry("Q8_0"));
    model.up(2);
    QCOMPARE(model.index(1).data(DownloadModel::LabelRole).toString(), QStringLiteral("Q8_0"));
    model.down(1);
    model.up(0);
    QCOMPARE(model.index(2).data(DownloadModel::LabelRole).toString(), QStringLiteral("Q8_0"));
    model.up(2);
    model.cancel(0);
    QCOMPARE(model.index(0).data(DownloadModel::StepRole).toString(), QStringLiteral("running"));
    QCOMPARE(model.index(0).data(DownloadModel::LabelRole).toString(), QStringLiteral("Q8_0"));
}

void DownloadQueueTest::everythingCanBePausedAndResumed() {
    Scene scene;
    scene.slow();
    DownloadQueue queue({}, scene.access(), quick());
    for (const char* label : {"Q4_K_M", "Q6_K", "Q8_0"})
        queue.add(scene.entry(label));
    queue.pauseAll();
    for (const DownloadEntry& entry : queue.entries())
        QCOMPARE(entry.step, DownloadStep::Paused);
    scene.server.setTwist({});
    queue.resumeAll();
    QTRY_VERIFY_WITH_TIMEOUT(std::all_of(queue.entries().begin(), queue.entries().end(),
                                         [](const auto& entry) { return entry.step == DownloadStep::Done; }),
                             20000);
}

void DownloadQueueTest::aSecondProgramLeavesTheListAlone() {
    Scene scene;
    scene.slow();
    DownloadQueue first(scene.list(), scene.access(), quick());
    first.pause(first.add(scene.entry("Q8_0")));
    const QByteArray kept = contentOf(scene.list());
    DownloadQueue second(scene.list(), scene.access(), quick());
    QCOMPARE(second.entries().size(), 0);
    second.add(scene.entry("Q6_K"));
    QCOMPARE(contentOf(scene.list()), kept);
}

void DownloadQueueTest::aListThatCannotBeReadIsAnEmptyList() {
    Scene scene;
    for (const char* text :
         {"", "{", "[]", "{\"version\":1,\"downloads\":[{\"repository\":\"../..\"}]}",
          "{\"version\":1,\"downloads\":[{\"repository\":\"a/b\",\"files\":[{\"path\":\"../x\"}]}]}"}) {
        QFile file(scene.list());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
        file.close();
        const DownloadQueue queue(scene.list(), scene.access(), quick());
        QCOMPARE(queue.entries().size(), 0);
    }
}

void DownloadQueueTest::aNewMirrorCountsFromTheNextStartOn() {
    Scene scene, mirror;
    scene.slow();
    HubServer* hub = &scene.server;
    DownloadQueue queue(
        {}, [&] { return HubAccess::choose(hub->address(), QStringLiteral("none"), {}); }, quick());
    const int id = queue.add(scene.entry("Q8_0"));
    QTRY_VERIFY_WITH_TIMEOUT(queue.entries()[0].present() > 50000, 20000);
    queue.pause(id);
    QTRY_VERIFY(!QFile::exists(lockPath(scene.pathOf("m-Q8_0.gguf"))));
    QTest::qWait(50);
    const qint64 present = queue.entries()[0].present();
    hub = &mirror.server;
    queue.resume(id);
    QTRY_COMPARE_WITH_TIMEOUT(stepOf(queue, id), DownloadStep::Done, 20000);
    QVERIFY(scene.isWhole("m-Q8_0.gguf"));
    // The bytes are the same by their checksum, so the mirror goes on where the hub was left.
    QCOMPARE(mirror.server.requests().last().header("range"), "bytes=" + QByteArray::number(present) + '-');
}

void DownloadQueueTest::rowsSayWhatTheWindowShows() {
    Scene scene;
    scene.slow(200000);
    DownloadQueue queue({}, scene.access(), quick());
    DownloadModel model(queue);
    QSignalSpy finished(&model, &DownloadModel::finished);
    queue.add(scene.entry("Q8_0"));
    const QModelIndex row = model.index(0);
    QCOMPARE(row.data(DownloadModel::NameRole).toString(), kRepository);
    QCOMPARE(row.data(DownloadModel::StepRole).toString(), QStringLiteral("running"));
    QTRY_VERIFY_WITH_TIMEOUT(!row.data(DownloadModel::SpeedTextRole).toString().isEmpty(), 20000);
    QVERIFY(row.data(DownloadModel::StatusTextRole).toString().contains(QLatin1String("left")));
    QVERIFY(row.data(DownloadModel::AmountTextRole).toString().endsWith(QLatin1String("of 400 kB")));
    const double progress = model.progress();
    QVERIFY(progress > 0 && progress < 1);
    QCOMPARE(model.running(), 1);
    scene.server.setTwist({});
    model.pause(0);
    QCOMPARE(row.data(DownloadModel::StatusTextRole).toString(), QStringLiteral("paused"));
    model.resume(0);
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20000);
    QCOMPARE(row.data(DownloadModel::ProgressRole).toDouble(), 1.0);
    QCOMPARE(row.data(DownloadModel::PathRole).toString(), scene.pathOf("m-Q8_0.gguf"));
    model.forget(0);
    QCOMPARE(model.count(), 0);
    QVERIFY(scene.isWhole("m-Q8_0.gguf"));
}

void DownloadQueueTest::aFinishedModelEntersTheLibrary() {
    Scene scene;
    Store store(scene.folder.filePath(QStringLiteral("data")));
    LibraryModel library(store);
    ModelServices services;
    services.check = [](const QString& path) -> Result<ModelRecord> {
        if (path.contains(QLatin1String("Q6_K")))
            return Error{ErrorCode::BadTensor, path.toStdString(), "a hole"};
        ModelRecord record;
        record.path = path;
        record.name = QStringLiteral("checked");
        return record;
    };
    DownloadQueue queue({}, scene.access(), quick());
    ConversionJobs conversions({}, library, services.check, [&] { return scene.models(); });
    DownloadIntake intake(queue, library, conversions, services);
    QSignalSpy taken(&intake, &DownloadIntake::taken), refused(&intake, &DownloadIntake::refused);
    queue.add(scene.entry("Q8_0"));
    queue.add(scene.entry("Q6_K"));
    QTRY_VERIFY_WITH_TIMEOUT(taken.size() == 1 && refused.size() == 1, 20000);
    QCOMPARE(library.models().size(), 1);
    QCOMPARE(library.models()[0].path, scene.pathOf("m-Q8_0.gguf"));
    QCOMPARE(library.models()[0].source, ModelSource::Downloaded);
    QVERIFY(refused[0][0].toString().contains(QLatin1String("a hole")));
    QVERIFY(scene.isWhole("m-Q6_K.gguf"));
    QVERIFY(queue.entries()[0].taken);
    QCOMPARE(queue.entries()[1].step, DownloadStep::Failed);
    QCOMPARE(queue.entries()[1].error->code, ErrorCode::BadTensor);
}

void DownloadQueueTest::whatAKilledProgramLeftOutsideOfTheLibraryIsTakenInByTheNext() {
    Scene scene;
    {
        DownloadQueue queue(scene.list(), scene.access(), quick()); // nobody listens to finished()
        const int id = queue.add(scene.entry("Q8_0"));
        QTRY_COMPARE_WITH_TIMEOUT(stepOf(queue, id), DownloadStep::Done, 20000);
    }
    Store store(scene.folder.filePath(QStringLiteral("data")));
    LibraryModel library(store);
    ModelServices services;
    services.check = [](const QString& path) -> Result<ModelRecord> {
        ModelRecord record;
        record.path = path;
        return record;
    };
    ConversionJobs conversions({}, library, services.check, [&] { return scene.models(); });
    {
        DownloadQueue queue(scene.list(), scene.access(), quick());
        const DownloadIntake intake(queue, library, conversions, services);
        QTRY_COMPARE(library.count(), 1);
        QTRY_VERIFY(queue.entries()[0].taken);
    }
    // Once: what the user has taken off the list since does not come back.
    library.remove(QString(library.models()[0].id));
    DownloadQueue queue(scene.list(), scene.access(), quick());
    const DownloadIntake intake(queue, library, conversions, services);
    QTest::qWait(100);
    QCOMPARE(library.count(), 0);
}

void DownloadQueueTest::aThingKnownByNameIsListedWhenItsTurnComes() {
    Scene scene;
    const HubName name = *HubName::parse(kRepository);
    {
        DownloadQueue queue(scene.list(), scene.access(), quick());
        queue.pause(queue.add(DownloadEntry::named(name, QStringLiteral("m-Q6_K.gguf"),
                                                   QStringLiteral("Q6_K"), scene.models())));
    }
    DownloadQueue queue(scene.list(), scene.access(), quick());
    QCOMPARE(queue.entries().size(), 1);
    queue.resume(queue.entries()[0].id);
    const int missing =
        queue.add(DownloadEntry::named(name, QStringLiteral("Q2_K"), QStringLiteral("Q2_K"), scene.models()));
    QTRY_COMPARE_WITH_TIMEOUT(queue.entries()[0].step, DownloadStep::Done, 20000);
    QVERIFY(scene.isWhole("m-Q6_K.gguf"));
    QTRY_COMPARE_WITH_TIMEOUT(stepOf(queue, missing), DownloadStep::Failed, 20000);
    QCOMPARE(queue.entries()[1].error->code, ErrorCode::NotOnHub);
}

void DownloadQueueTest::aCataloguesModelIsFetchedFromTheHubItNames() {
    Scene scene;
    const QByteArray bytes = HubServer::randomBytes(30000, 5);
    scene.server.addRepository(QStringLiteral("unsloth/DeepSeek-R1-Distill-Qwen-1.5B-GGUF"),
                               {{QStringLiteral("DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf"), bytes}});
    DownloadQueue queue({}, scene.access(), quick());
    DownloadModel model(queue, [&] { return scene.models(); });
    QSignalSpy finished(&model, &DownloadModel::finished);
    QVERIFY(!model.addFromCatalogue(QStringLiteral("no-such-model"), QStringLiteral("Q4_K_M")));
    QVERIFY(
        model.addFromCatalogue(QStringLiteral("deepseek-r1-distill-qwen-1.5b"), QStringLiteral("Q4_K_M")));
    QCOMPARE(model.index(0).data(DownloadModel::LabelRole).toString(), QStringLiteral("Q4_K_M"));
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20000);
    QCOMPARE(contentOf(finished[0][1].toString()), bytes);
}

PONDER_TEST(DownloadQueueTest)
#include "download_queue_test.moc"
