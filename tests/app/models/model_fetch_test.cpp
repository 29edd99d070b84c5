// A model of the catalogue brought here with one press: what is asked before, what is downloaded and
// converted, and that a killed program goes on from where it was.
#include "app/models/download_intake.h"
#include "app/models/engine_services.h"
#include "app/models/model_catalogue.h"
#include "app/models/model_fetch.h"
#include "app/models/model_tasks.h"
#include "tests/support/hub_folder.h"

#include <QProcess>
#include <QRandomGenerator>
#include <QSignalSpy>

using namespace ponder;

namespace {

const QString kTuned = QStringLiteral("sunxiaochuan-v1-3b"); // of which there are original weights only
const QString kTunedRepository = QStringLiteral("Hanversion/SunXiaochuan-V1-3B");
const QString kReady = QStringLiteral("deepseek-r1-distill-qwen-1.5b");
const QString kReadyRepository = QStringLiteral("unsloth/DeepSeek-R1-Distill-Qwen-1.5B-GGUF");
const QString kReadyFile = QStringLiteral("DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf");
constexpr double kFileBytes = 1e6;

const CatalogueModel& entryOf(const QString& id) { return *ModelCatalogue::builtIn().find(id); }

DownloadRules quick() {
    DownloadRules rules;
    rules.patience = {.stallMs = 2000, .firstWaitMs = 10, .longestWaitMs = 40, .attempts = 3};
    rules.confirmBytes = 64 << 10;
    rules.spareBytes = 0;
    return rules;
}

// All that brings a model here, over a folder that outlives it.
struct Desk {
    Desk(const QString& data, const QString& address)
        : folder(data), store(data + QStringLiteral("/store")), library(store),
          queue(
              data + QStringLiteral("/downloads.json"),
              [address] { return HubAccess::choose(address, QStringLiteral("none"), {}); }, quick()),
          downloads(queue, [this] { return models(); }),
          conversions(data + QStringLiteral("/conversions.json"), library, checkModelFile,
                      [this] { return models(); }),
          tasks(queue, conversions),
          fetch(
              downloads, [this] { return models(); }, [this](const QString&) { return free.load(); }),
          intake(queue, library, conversions, services()) {}

    static ModelServices services() {
        ModelServices services;
        services.check = checkModelFile;
        return services;
    }
    QString models() const { return folder + QStringLiteral("/models"); }
    QString phase(const QString& id, const QString& quantization) const {
        const auto task = tasks.find(entryOf(id), quantization);
        return task ? task->phase : QString();
    }

    QString folder;
    std::atomic<qint64> free{qint64{1} << 40};
    Store store;
    LibraryModel library;
    DownloadQueue queue;
    DownloadModel downloads;
    ConversionJobs conversions;
    ModelTasks tasks;
    ModelFetch fetch;
    DownloadIntake intake;
};

// The child that is killed: the hub's address, the folder. Ends when the model is in the library.
int fetcher(const QStringList& words) {
    Desk desk(words[1], words[0]);
    if (desk.queue.entries().isEmpty())
        desk.downloads.addFromCatalogue(kTuned, QStringLiteral("Q8_0"), kFileBytes);
    const auto endWhenDone = [&desk] {
        if (desk.library.count() > 0 && desk.phase(kTuned, QStringLiteral("Q8_0")).isEmpty())
            QCoreApplication::exit(0);
    };
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, qApp, endWhenDone);
    timer.start(5);
    return QCoreApplication::exec();
}

} // namespace

class ModelFetchTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        m_data = std::make_unique<QTemporaryDir>();
        m_hub = std::make_unique<test::HubServer>();
        m_hub->addRepository(kReadyRepository, {{kReadyFile, test::HubServer::randomBytes(300'000)}});
        QList<test::HubServer::File> weights = test::hubFilesOf("qwen2-bf16");
        weights.append({QStringLiteral("pytorch_model.bin"), test::HubServer::randomBytes(500'000, 3)});
        weights.append({QStringLiteral("onnx/model.onnx"), test::HubServer::randomBytes(500'000, 4)});
        m_hub->addRepository(kTunedRepository, weights);
    }

    void aReadyMadeFileThatFitsBeginsWithoutAQuestion() {
        const auto desk = makeDesk();
        desk->fetch.ask(kReady, QStringLiteral("Q4_K_M"), kFileBytes, {});
        QTRY_COMPARE(desk->queue.entries().size(), 1);
        QCOMPARE(desk->fetch.state(), QStringLiteral("none"));
        QCOMPARE(desk->queue.entries()[0].name.id(), kReadyRepository);
        // Random bytes are no model: the row says so and can be tried again.
        QTRY_COMPARE_WITH_TIMEOUT(desk->phase(kReady, QStringLiteral("Q4_K_M")), QStringLiteral("failed"),
                                  20000);
        QVERIFY(desk->tasks.find(entryOf(kReady), QStringLiteral("Q4_K_M"))->text.contains(u"GGUF"));
        QCOMPARE(desk->phase(kReady, QStringLiteral("Q8_0")), QString());
        QCOMPARE(desk->library.count(), 0);
    }

    void aTaskIsPausedAndTakenUpByItsModel() {
        m_hub->setTwist([](const test::HubServerRequest& request, test::HubServerReply& reply) {
            if (request.path.startsWith(u"/cdn")) reply.bytesPerSecond = 100'000;
        });
        const auto desk = makeDesk();
        const QString q = QStringLiteral("Q4_K_M");
        desk->fetch.ask(kReady, q, kFileBytes, {});
        QTRY_COMPARE(desk->phase(kReady, q), QStringLiteral("running"));
        QTRY_VERIFY(desk->tasks.find(entryOf(kReady), q)->progress > 0);
        desk->tasks.pause(entryOf(kReady), q);
        QCOMPARE(desk->phase(kReady, q), QStringLiteral("paused"));
        desk->tasks.resume(entryOf(kReady), q);
        QTRY_COMPARE(desk->phase(kReady, q), QStringLiteral("running"));
    }

    void whatDoesNotFitIsAskedAboutFirst() {
        const auto desk = makeDesk();
        desk->fetch.ask(kReady, QStringLiteral("Q4_K_M"), kFileBytes, QStringLiteral("3 GB too much"));
        QTRY_COMPARE(desk->fetch.state(), QStringLiteral("asking"));
        QCOMPARE(desk->fetch.warning(), QStringLiteral("3 GB too much"));
        QCOMPARE(desk->queue.entries().size(), 0);
        desk->fetch.dismiss();
        QCOMPARE(desk->fetch.state(), QStringLiteral("none"));
        desk->fetch.ask(kReady, QStringLiteral("Q4_K_M"), kFileBytes, QStringLiteral("3 GB too much"));
        QTRY_COMPARE(desk->fetch.state(), QStringLiteral("asking"));
        desk->fetch.confirm();
        QCOMPARE(desk->queue.entries().size(), 1);
    }

    void tooLittleSpaceIsSaidBeforeAByteIsMoved() {
        const auto desk = makeDesk();
        desk->free = 6'000'000'000; // enough for the weights, not for the file beside them
        desk->fetch.ask(kTuned, QStringLiteral("Q8_0"), 3.3e9, {});
        QTRY_COMPARE(desk->fetch.state(), QStringLiteral("short"));
        QVERIFY2(desk->fetch.diskText().contains(u"9.5 GB") && desk->fetch.diskText().contains(u"6.0 GB"),
                 qPrintable(desk->fetch.diskText()));
        desk->fetch.confirm();
        QCOMPARE(desk->queue.entries().size(), 0);
        QCOMPARE(m_hub->requests().size(), 0);
        desk->free = qint64{1} << 40;
        desk->fetch.lookAgain();
        QTRY_COMPARE(desk->fetch.state(), QStringLiteral("asking"));
    }

    void theOriginalWeightsAreFetchedConvertedAndEndInTheLibrary() {
        const auto desk = makeDesk();
        const QString q = QStringLiteral("Q8_0");
        QSignalSpy changed(&desk->tasks, &ModelTasks::changed);
        desk->fetch.ask(kTuned, q, kFileBytes, {});
        QTRY_COMPARE(desk->fetch.state(), QStringLiteral("asking"));
        QVERIFY(desk->fetch.converts());
        desk->fetch.confirm();
        QVERIFY(!desk->phase(kTuned, q).isEmpty());
        QTRY_COMPARE_WITH_TIMEOUT(desk->library.count(), 1, 30000);
        QTRY_COMPARE(desk->phase(kTuned, q), QString());
        QVERIFY(changed.size() > 2);
        const ModelRecord& made = desk->library.models()[0];
        QCOMPARE(made.name, QStringLiteral("SunXiaochuan-V1-3B"));
        QCOMPARE(made.quantization, q);
        QCOMPARE(made.source, ModelSource::Converted);
        for (const char* wanted : {"config.json", "tokenizer.json", "README.md", "model.safetensors"})
            QVERIFY2(requested(wanted), wanted);
        QVERIFY(!requested("pytorch_model.bin") && !requested("onnx/model.onnx"));
    }

    void anotherQuantizationOfTheSameWeightsNeedsNoSecondDownload() {
        const auto desk = makeDesk();
        bring(*desk, kTuned, QStringLiteral("Q8_0"));
        QTRY_COMPARE_WITH_TIMEOUT(desk->library.count(), 1, 30000);
        const int fetched = m_hub->requestsOf(QStringLiteral("/cdn"));
        bring(*desk, kTuned, QStringLiteral("Q4_K_M"));
        QTRY_COMPARE_WITH_TIMEOUT(desk->library.count(), 2, 30000);
        QCOMPARE(m_hub->requestsOf(QStringLiteral("/cdn")), fetched);
    }

    void twoQuantizationsAskedForAtOnceShareOneDownload() {
        const auto desk = makeDesk();
        desk->downloads.addFromCatalogue(kTuned, QStringLiteral("Q8_0"), kFileBytes);
        desk->downloads.addFromCatalogue(kTuned, QStringLiteral("Q6_K"), kFileBytes);
        QCOMPARE(desk->queue.entries().size(), 1);
        QCOMPARE(desk->queue.entries()[0].afterwards, qint64(2 * kFileBytes));
        QTRY_COMPARE_WITH_TIMEOUT(desk->library.count(), 2, 30000);
    }

    void anAwqFolderKeepsItsFourBits() {
        m_hub->addRepository(QStringLiteral("stelterlab/DeepSeek-R1-Distill-Qwen-14B-AWQ"),
                             test::hubFilesOf("qwen2-awq"));
        const auto desk = makeDesk();
        bring(*desk, QStringLiteral("deepseek-r1-distill-qwen-14b-awq"), QStringLiteral("Q4_1"));
        QTRY_COMPARE_WITH_TIMEOUT(desk->library.count(), 1, 30000);
        QCOMPARE(desk->library.models()[0].quantization, QStringLiteral("Q4_1"));
    }

    void killedBetweenDownloadAndConversionItGoesOn() {
        {
            // Without an intake, as if the program had ended with the last byte.
            DownloadQueue queue(
                m_data->filePath(QStringLiteral("downloads.json")),
                [this] { return HubAccess::choose(m_hub->address(), QStringLiteral("none"), {}); }, quick());
            DownloadModel downloads(queue, [this] { return m_data->filePath(QStringLiteral("models")); });
            QSignalSpy finished(&queue, &DownloadQueue::finished);
            QVERIFY(downloads.addFromCatalogue(kTuned, QStringLiteral("Q6_K"), kFileBytes));
            QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20000);
        }
        const auto desk = makeDesk();
        QTRY_COMPARE_WITH_TIMEOUT(desk->library.count(), 1, 30000);
        QCOMPARE(desk->conversions.count(), 1);
    }

    // PONDER_KILLS says how often.
    void killedAtRandomMomentsItEndsInTheLibraryOnce() {
        const int kills = std::max(5, qEnvironmentVariableIntValue("PONDER_KILLS"));
        m_hub->setTwist([](const test::HubServerRequest& request, test::HubServerReply& reply) {
            if (request.path.startsWith(u"/cdn")) reply.bytesPerSecond = 2 << 20;
        });
        const quint32 seed = QRandomGenerator::global()->generate();
        QRandomGenerator random(seed);
        int killed = 0, ends = 0;
        for (int run = 0; run < 40 * kills; ++run) {
            QProcess child;
            child.start(QCoreApplication::applicationFilePath(),
                        {QStringLiteral("--fetcher"), m_hub->address(), m_data->path()});
            QVERIFY(child.waitForStarted());
            const bool ended = child.waitForFinished(killed < kills ? random.bounded(20, 600) : 30000);
            child.kill();
            child.waitForFinished();
            killed += ended ? 0 : 1;
            if (ended && killed >= kills) break;
            if (ended) { // it was quicker than the killing: once more from nothing
                QVERIFY2(isInTheLibraryOnce(), qPrintable(QStringLiteral("seed %1").arg(seed)));
                m_data = std::make_unique<QTemporaryDir>();
                ++ends;
            }
        }
        QVERIFY2(isInTheLibraryOnce(), qPrintable(QStringLiteral("seed %1").arg(seed)));
        QCOMPARE(killed, kills);
        qInfo("killed %d times (seed %u), came to an end %d times", killed, seed, ends + 1);
    }

private:
    std::unique_ptr<Desk> makeDesk() const {
        return std::make_unique<Desk>(m_data->path(), m_hub->address());
    }
    static void bring(Desk& desk, const QString& id, const QString& quantization) {
        desk.fetch.ask(id, quantization, kFileBytes, {});
        QTRY_COMPARE(desk.fetch.state(), QStringLiteral("asking"));
        desk.fetch.confirm();
    }
    bool requested(const char* file) const {
        return m_hub->requestsOf(u'/' + kTunedRepository + QStringLiteral("/resolve/") + m_hub->commit() +
                                 u'/' + QLatin1String(file)) > 0;
    }
    // And its file is whole: the check reads it.
    bool isInTheLibraryOnce() const {
        Store store(m_data->filePath(QStringLiteral("store")));
        const QList<ModelRecord> models = store.models();
        return models.size() == 1 && checkModelFile(models[0].path) &&
               QDir(m_data->filePath(QStringLiteral("models"))).entryList(QDir::Files).size() == 1;
    }

    std::unique_ptr<QTemporaryDir> m_data;
    std::unique_ptr<test::HubServer> m_hub;
};

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    if (argc == 4 && qstrcmp(argv[1], "--fetcher") == 0) return fetcher(QCoreApplication::arguments().mid(2));
    ModelFetchTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "model_fetch_test.moc"
