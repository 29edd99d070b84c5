// Opening, failing, cancelling and remembering models.
#include "app/chat/fake_chat_engine.h"
#include "app/models/model_library.h"
#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;

namespace {

FakeChatEngine::Options slowLoad() { return {.tokensPerSecond = 0, .loadMs = 400, .prefillMs = 0}; }

// A path with "damaged" in it does not pass the check.
ModelServices services() {
    ModelServices result = fakeModelServices();
    result.check = [check = result.check](const QString& path) -> Result<ModelRecord> {
        if (path.contains(QLatin1String("damaged")))
            return Error{ErrorCode::BadMetadata, path.toStdString(), "general.architecture"};
        return check(path);
    };
    return result;
}

struct Shelf {
    explicit Shelf(const QString& folder, FakeChatEngine::Options options = {.loadMs = 0})
        : store(folder), settings(store), engine(options), library(engine, store, settings, services()) {}
    void load(const QString& path) {
        library.open(path);
        QTRY_COMPARE(library.state(), QStringLiteral("ready"));
    }
    QVariant recent(int row, int role) { return library.recent()->data(library.recent()->index(row), role); }
    Store store;
    Settings settings;
    FakeChatEngine engine;
    ModelLibrary library;
};

} // namespace

class ModelLibraryTest : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aModelIsCheckedLoadedAndRemembered();
    void pathsAndUrlsBothOpen();
    void progressIsTold();
    void aDamagedFileLeavesTheLoadedModelAlone();
    void aModelThatDoesNotFitFailsAndCanBeTriedAgain();
    void loadingCanBeCancelled();
    void openingAnotherModelWhileOneLoadsLoadsTheOther();
    void aRefusedDropSaysWhy();
    void missingRecentFilesAreMarked();
    void theListOfRecentModelsStaysShort();
    void devicesAreListedAndChosen();
    void aForgottenModelStaysInTheLibrary();
    void aModelIsLoadedWithWhatWasChosenForIt();
    void changedSettingsOfLoadingAskForLoadingAnew();
    void settingsBelongToTheLoadedModelAlsoAfterARefusedFile();
    void adaptersAreSwitchedWithoutLoadingAnew();
    void anAdapterThatDoesNotFitIsTakenBack();
    void aDroppedAdapterIsForTheLoadedModel();

private:
    QString folder() const { return m_folder->path(); }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void ModelLibraryTest::aModelIsCheckedLoadedAndRemembered() {
    {
        Shelf shelf(folder());
        QCOMPARE(shelf.library.state(), QStringLiteral("none"));
        shelf.load(QStringLiteral("/m/r1.gguf"));
        QCOMPARE(shelf.library.name(), QStringLiteral("r1"));
        QCOMPARE(shelf.library.quantization(), QStringLiteral("Q4_K_M"));
        QCOMPARE(shelf.library.device(), QStringLiteral("AMD Radeon RX 6700 XT"));
        QVERIFY(shelf.library.reasoning());
        QVERIFY(shelf.library.memoryBytes() > 0);
        QCOMPARE(shelf.recent(0, RecentModel::CurrentRole).toBool(), true);
        shelf.load(QStringLiteral("/m/plain.gguf"));
        QTRY_COMPARE(shelf.library.name(), QStringLiteral("plain"));
        QVERIFY(!shelf.library.reasoning());
    }
    Shelf shelf(folder());
    QCOMPARE(shelf.library.recent()->rowCount(), 2);
    QCOMPARE(shelf.recent(0, RecentModel::PathRole).toString(), QStringLiteral("/m/plain.gguf"));
    QCOMPARE(shelf.recent(0, RecentModel::CurrentRole).toBool(), false);
    QCOMPARE(shelf.recent(1, RecentModel::NameRole).toString(), QStringLiteral("r1"));
    QCOMPARE(shelf.recent(1, RecentModel::SizeTextRole).toString(), QStringLiteral("4.7 GB"));
}

void ModelLibraryTest::pathsAndUrlsBothOpen() {
    Shelf shelf(folder());
    const QString path = QString::fromUtf8("/m/모델 #1 50%.gguf");
    shelf.load(path);
    QCOMPARE(shelf.library.path(), path);
    shelf.load(QUrl::fromLocalFile(path).toString());
    QCOMPARE(shelf.library.path(), path);
    QCOMPARE(shelf.library.recent()->rowCount(), 1);
}

void ModelLibraryTest::progressIsTold() {
    Shelf shelf(folder(), slowLoad());
    QSignalSpy progress(&shelf.library, &ModelLibrary::progressChanged);
    shelf.library.open(QStringLiteral("/m/r1.gguf"));
    QCOMPARE(shelf.library.state(), QStringLiteral("loading"));
    QCOMPARE(shelf.library.name(), QStringLiteral("r1"));
    QTRY_VERIFY(shelf.library.progress() > 0.2);
    QVERIFY2(shelf.library.progressText().endsWith(QStringLiteral(" of 4.7 GB")),
             qPrintable(shelf.library.progressText()));
    QTRY_COMPARE(shelf.library.state(), QStringLiteral("ready"));
    QVERIFY(progress.count() > 4);
}

void ModelLibraryTest::aDamagedFileLeavesTheLoadedModelAlone() {
    Shelf shelf(folder());
    shelf.load(QStringLiteral("/m/r1.gguf"));
    QSignalSpy unloaded(&shelf.engine, &ChatEngine::modelUnloaded);
    shelf.library.open(QStringLiteral("/m/damaged.gguf"));
    QTRY_VERIFY(!shelf.library.errorText().isEmpty());
    QCOMPARE(shelf.library.state(), QStringLiteral("ready"));
    QCOMPARE(shelf.library.name(), QStringLiteral("r1"));
    QVERIFY(shelf.library.errorText().contains(QStringLiteral("general.architecture")));
    QCOMPARE(unloaded.count(), 0);
    shelf.library.dismissError();
    QCOMPARE(shelf.library.errorText(), QString());
}

void ModelLibraryTest::aModelThatDoesNotFitFailsAndCanBeTriedAgain() {
    Shelf shelf(folder());
    shelf.library.open(QStringLiteral("/m/fail.gguf"));
    QTRY_COMPARE(shelf.library.state(), QStringLiteral("failed"));
    QVERIFY(shelf.library.errorText().contains(QStringLiteral("does not fit")));
    QCOMPARE(shelf.library.recent()->rowCount(), 0);
    QSignalSpy failed(&shelf.engine, &ChatEngine::loadFailed);
    shelf.library.retry();
    QTRY_COMPARE(failed.count(), 1);
}

void ModelLibraryTest::loadingCanBeCancelled() {
    Shelf shelf(folder(), slowLoad());
    shelf.library.open(QStringLiteral("/m/r1.gguf"));
    QTRY_VERIFY(shelf.library.progress() > 0);
    shelf.library.cancel();
    QCOMPARE(shelf.library.state(), QStringLiteral("none"));
    QCOMPARE(shelf.library.errorText(), QString());
    shelf.library.open(QStringLiteral("/m/r1.gguf")); // while the file is being checked, too
    shelf.library.cancel();
    QCOMPARE(shelf.library.state(), QStringLiteral("none"));
    QTest::qWait(50);
    QCOMPARE(shelf.library.state(), QStringLiteral("none"));
}

void ModelLibraryTest::openingAnotherModelWhileOneLoadsLoadsTheOther() {
    Shelf shelf(folder(), slowLoad());
    shelf.library.open(QStringLiteral("/m/r1.gguf"));
    QTRY_VERIFY(shelf.library.progress() > 0);
    shelf.library.open(QStringLiteral("/m/plain.gguf"));
    QTRY_COMPARE(shelf.library.state(), QStringLiteral("ready"));
    QCOMPARE(shelf.library.name(), QStringLiteral("plain"));
    QCOMPARE(shelf.library.errorText(), QString());
}

void ModelLibraryTest::aRefusedDropSaysWhy() {
    Shelf shelf(folder());
    const QList<QUrl> dropped{QUrl::fromLocalFile(folder() + QStringLiteral("/gone.zip"))};
    shelf.library.openDropped(dropped);
    QTRY_COMPARE(shelf.library.state(), QStringLiteral("failed"));
    QVERIFY(shelf.library.errorText().contains(QStringLiteral("gone.zip")));
}

void ModelLibraryTest::missingRecentFilesAreMarked() {
    const QString there = folder() + QStringLiteral("/there.gguf");
    QFile file(there);
    QVERIFY(file.open(QIODevice::WriteOnly));
    {
        Shelf shelf(folder());
        shelf.load(QStringLiteral("/m/gone.gguf"));
        shelf.load(there);
    }
    Shelf shelf(folder());
    QTRY_COMPARE(shelf.recent(1, RecentModel::MissingRole).toBool(), true);
    QCOMPARE(shelf.recent(0, RecentModel::MissingRole).toBool(), false);
    shelf.library.forget(QStringLiteral("/m/gone.gguf"));
    QCOMPARE(shelf.library.recent()->rowCount(), 1);
}

void ModelLibraryTest::theListOfRecentModelsStaysShort() {
    Shelf shelf(folder());
    for (int i = 0; i < 15; ++i)
        shelf.load(QStringLiteral("/m/%1.gguf").arg(i));
    QCOMPARE(shelf.library.recent()->rowCount(), 12);
    QCOMPARE(shelf.library.models()->count(), 15);
}

void ModelLibraryTest::devicesAreListedAndChosen() {
    Shelf shelf(folder());
    DeviceModel& devices = *shelf.library.devices();
    QTRY_COMPARE(devices.rowCount(), 5);
    const auto at = [&](int row, int role) { return devices.data(devices.index(row), role); };
    QCOMPARE(at(0, DeviceModel::IdRole).toString(), QStringLiteral("auto"));
    QCOMPARE(at(0, DeviceModel::CurrentRole).toBool(), true);
    QCOMPARE(at(2, DeviceModel::UsableRole).toBool(), false);
    QVERIFY(!at(2, DeviceModel::ReasonRole).toString().isEmpty());
    shelf.load(QStringLiteral("/m/r1.gguf"));
    QSignalSpy loaded(&shelf.engine, &ChatEngine::modelLoaded);
    shelf.library.useDevice(QStringLiteral("vulkan:0"));
    QTRY_COMPARE(loaded.count(), 1);
    QCOMPARE(shelf.settings.device(), QStringLiteral("vulkan:0"));
    QCOMPARE(at(1, DeviceModel::CurrentRole).toBool(), true);
}

void ModelLibraryTest::aForgottenModelStaysInTheLibrary() {
    Shelf shelf(folder());
    shelf.load(QStringLiteral("/m/r1.gguf"));
    shelf.library.forget(QStringLiteral("/m/r1.gguf"));
    QCOMPARE(shelf.library.recent()->rowCount(), 0);
    QCOMPARE(shelf.library.models()->count(), 1);
    shelf.load(QStringLiteral("/m/r1.gguf"));
    QCOMPARE(shelf.library.recent()->rowCount(), 1);
    QCOMPARE(shelf.library.models()->count(), 1);
}

void ModelLibraryTest::aModelIsLoadedWithWhatWasChosenForIt() {
    Shelf shelf(folder());
    shelf.settings.setContextTokens(4096);
    shelf.load(QStringLiteral("/m/r1.gguf"));
    QCOMPARE(shelf.engine.lastLoad().contextTokens, 4096);
    QVERIFY(!shelf.engine.lastLoad().gpuLayers);
    ModelSettings chosen;
    chosen.contextTokens = 8192;
    chosen.gpuLayers = 12;
    chosen.kvType = QStringLiteral("q8_0");
    chosen.chatTemplate = QStringLiteral("{{ messages }}");
    chosen.adapters = {{QStringLiteral("/a.gguf"), 0.5}};
    shelf.library.models()->setSettings(shelf.library.models()->models().first().id, chosen);
    shelf.load(QStringLiteral("/m/other.gguf"));
    QCOMPARE(shelf.engine.lastLoad().contextTokens, 4096);
    QCOMPARE(shelf.engine.lastLoad().kvType, QString());
    shelf.load(QStringLiteral("/m/r1.gguf"));
    const LoadRequestInfo& request = shelf.engine.lastLoad();
    QCOMPARE(request.contextTokens, 8192);
    QCOMPARE(request.gpuLayers, std::optional(12));
    QCOMPARE(request.kvType, chosen.kvType);
    QCOMPARE(request.chatTemplate, chosen.chatTemplate);
    QCOMPARE(request.adapters, chosen.adapters);
}

void ModelLibraryTest::changedSettingsOfLoadingAskForLoadingAnew() {
    Shelf shelf(folder());
    shelf.load(QStringLiteral("/m/r1.gguf"));
    LibraryModel& models = *shelf.library.models();
    const QString id = models.models().first().id;
    ModelSettings chosen;
    chosen.temperature = 0.3;
    models.setSettings(id, chosen);
    QVERIFY(!shelf.library.reloadNeeded());
    chosen.contextTokens = 2048;
    models.setSettings(id, chosen);
    QVERIFY(shelf.library.reloadNeeded());
    QSignalSpy loaded(&shelf.engine, &ChatEngine::modelLoaded);
    shelf.library.reload();
    QTRY_COMPARE(loaded.count(), 1);
    QVERIFY(!shelf.library.reloadNeeded());
    QCOMPARE(shelf.engine.lastLoad().contextTokens, 2048);
}

void ModelLibraryTest::settingsBelongToTheLoadedModelAlsoAfterARefusedFile() {
    Shelf shelf(folder());
    shelf.load(QStringLiteral("/m/r1.gguf"));
    ModelSettings chosen;
    chosen.temperature = 0.3;
    shelf.library.models()->setSettings(shelf.library.models()->models().first().id, chosen);
    shelf.library.open(QStringLiteral("/m/damaged.gguf"));
    QTRY_VERIFY(!shelf.library.errorText().isEmpty());
    QCOMPARE(shelf.library.modelSettings(), chosen);
}

void ModelLibraryTest::adaptersAreSwitchedWithoutLoadingAnew() {
    Shelf shelf(folder());
    shelf.load(QStringLiteral("/m/r1.gguf"));
    QSignalSpy loaded(&shelf.engine, &ChatEngine::modelLoaded);
    QSignalSpy switched(&shelf.engine, &ChatEngine::adaptersChanged);
    ModelSettings chosen;
    chosen.adapters = {{QStringLiteral("/a.gguf"), 0.5}};
    shelf.library.models()->setSettings(shelf.library.models()->models().first().id, chosen);
    QCOMPARE(switched.count(), 1);
    QVERIFY(!shelf.library.reloadNeeded());
    QCOMPARE(loaded.count(), 0);
    QCOMPARE(shelf.library.modelSettings().adapters, chosen.adapters);
}

void ModelLibraryTest::anAdapterThatDoesNotFitIsTakenBack() {
    Shelf shelf(folder());
    shelf.load(QStringLiteral("/m/r1.gguf"));
    ModelSettings chosen;
    chosen.temperature = 0.5;
    chosen.adapters = {{QStringLiteral("/fail.gguf"), 1}};
    shelf.library.models()->setSettings(shelf.library.models()->models().first().id, chosen);
    QVERIFY(shelf.library.errorText().contains(QStringLiteral("llama")));
    QCOMPARE(shelf.library.state(), QStringLiteral("ready"));
    QVERIFY(shelf.library.modelSettings().adapters.isEmpty());
    QCOMPARE(shelf.library.modelSettings().temperature, std::optional(0.5));
    QVERIFY(!shelf.library.reloadNeeded());
}

void ModelLibraryTest::aDroppedAdapterIsForTheLoadedModel() {
    Shelf shelf(folder());
    const QString adapter = test::sourcePath("tests/data/lora/style.gguf");
    shelf.library.openDropped({QUrl::fromLocalFile(adapter)});
    QTRY_VERIFY(!shelf.library.errorText().isEmpty()); // no model is loaded
    shelf.load(QStringLiteral("/m/r1.gguf"));
    shelf.library.openDropped({QUrl::fromLocalFile(adapter)});
    QTRY_COMPARE(shelf.library.modelSettings().adapters.size(), 1);
    QCOMPARE(shelf.library.modelSettings().adapters.first(), (ModelAdapter{adapter, 1.0}));
    QCOMPARE(shelf.library.errorText(), QString());
}

PONDER_TEST(ModelLibraryTest)
#include "model_library_test.moc"
