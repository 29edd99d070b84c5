// Models of other programs on this computer are found and offered without copying.
#include "app/models/engine_services.h"
#include "app/models/found_models.h"

#include "tests/support/ollama_folder.h"
#include "tests/support/test_class.h"
#include "tests/support/usable_model.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;

namespace {

QByteArray usable(const std::string& name) {
    const auto bytes = test::usableModel(name).bytes();
    return {reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size())};
}

} // namespace

class FoundModelsTest : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void ollamasModelsHaveItsNames();
    void parametersAndInstructionBecomeSettings();
    void missingBlobsAreNamed();
    void aBrokenManifestIsARowThatSaysSo();
    void aDroppedOllamaFolderGivesItsModels();
    void aDroppedManifestGivesItsModel();
    void lmStudiosModelsAreFound();
    void theModelsFolderIsLookedThroughToo();
    void whatTheLibraryHasIsMarked();
    void addingUsesTheBlobWhereItLies();
    void theUsualPlacesFollowTheEnvironment();

private:
    QString path(const char* name) const { return m_folder->filePath(QLatin1String(name)); }
    QString save(const char* name, const std::string& title) const {
        QDir().mkpath(QFileInfo(path(name)).path());
        test::usableModel(title).save(path(name).toStdU16String());
        return path(name);
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void FoundModelsTest::ollamasModelsHaveItsNames() {
    const test::OllamaFolder ollama(path("o"));
    const QString blob = ollama.blob('a', usable("R1"));
    ollama.manifest(QStringLiteral("library/deepseek-r1/7b"), QStringLiteral("model=a"));
    ollama.manifest(QStringLiteral("someone/tuned/latest"), QStringLiteral("model=a"));
    const QList<FoundModel> found = ollamaModels(ollama.path());
    QCOMPARE(found.size(), 2);
    QCOMPARE(found[0].row.title, QStringLiteral("deepseek-r1:7b"));
    QCOMPARE(found[1].row.title, QStringLiteral("someone/tuned:latest"));
    QVERIFY2(found[0].row.addable, qPrintable(found[0].row.reason));
    QCOMPARE(found[0].record.path, blob);
    QCOMPARE(found[0].record.source, ModelSource::Ollama);
    QVERIFY2(found[0].row.detail.startsWith(QStringLiteral("Ollama · Q4_0")),
             qPrintable(found[0].row.detail));
}

void FoundModelsTest::parametersAndInstructionBecomeSettings() {
    const test::OllamaFolder ollama(path("o"));
    ollama.blob('a', usable("R1"));
    ollama.blob('b', R"({"temperature": 0.6, "top_p": 0.9, "top_k": 20, "min_p": 7, "stop": ["x"],
                         "num_predict": -1})");
    ollama.blob('c', "Answer in Korean.");
    ollama.blob('d', "\nMIT License\n\nCopyright");
    ollama.manifest(QStringLiteral("library/r1/7b"), QStringLiteral("model=a params=b system=c license=d"));
    const FoundModel found = ollamaModels(ollama.path()).value(0);
    ModelSettings wanted;
    wanted.temperature = 0.6;
    wanted.topP = 0.9;
    wanted.topK = 20;
    wanted.instruction = QStringLiteral("Answer in Korean.");
    QCOMPARE(found.record.settings, wanted);
    QCOMPARE(found.record.licence, QStringLiteral("MIT License"));
}

void FoundModelsTest::missingBlobsAreNamed() {
    const test::OllamaFolder ollama(path("o"));
    const QString blob = ollama.blob('a', usable("R1"));
    ollama.manifest(QStringLiteral("library/r1/7b"), QStringLiteral("model=a adapter=f"));
    const FoundModel found = ollamaModels(ollama.path()).value(0);
    QVERIFY(!found.row.addable);
    QCOMPARE(found.row.missing, QStringList{QStringLiteral("sha256-") + QString(64, u'f')});
    QVERIFY(found.row.reason.contains(found.row.missing.first()));
    QVERIFY(found.row.remedy.contains(QStringLiteral("ollama pull r1:7b")));
    ollama.blob('f', "adapter");
    const FoundModel whole = ollamaModels(ollama.path()).value(0);
    QVERIFY(whole.row.addable);
    QCOMPARE(whole.record.settings.adapters.size(), 1);
    QVERIFY(QFile::remove(blob));
    QVERIFY(!ollamaModels(ollama.path()).value(0).row.addable);
}

void FoundModelsTest::aBrokenManifestIsARowThatSaysSo() {
    const test::OllamaFolder ollama(path("o"));
    QFile file(ollama.manifest(QStringLiteral("library/r1/7b"), QStringLiteral("license=a")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("{\"layers\": ") > 0);
    file.close();
    const FoundModel found = ollamaModels(ollama.path()).value(0);
    QCOMPARE(found.row.title, QStringLiteral("r1:7b"));
    QVERIFY(!found.row.addable && !found.row.reason.isEmpty());
}

void FoundModelsTest::aDroppedOllamaFolderGivesItsModels() {
    const test::OllamaFolder ollama(path("home/models"));
    ollama.blob('a', usable("R1"));
    ollama.manifest(QStringLiteral("library/r1/7b"), QStringLiteral("model=a"));
    ollama.manifest(QStringLiteral("library/r1/8b"), QStringLiteral("model=b"));
    for (const QString& dropped : {path("home"), ollama.path()}) {
        const QList<RecognizedModel> rows = recognizePath(dropped);
        QCOMPARE(rows.size(), 2);
        QCOMPARE(rows[0].kind, RecognizedKind::OllamaModel);
        QVERIFY(rows[0].addable && !rows[1].addable);
    }
    const AddingResult result = addModels({QUrl::fromLocalFile(ollama.path())}, {}, checkModelFile, {}, {});
    QCOMPARE(result.added.size(), 1);
    QCOMPARE(result.added.first().record.title, QStringLiteral("r1:7b"));
    QCOMPARE(result.added.first().record.source, ModelSource::Ollama);
    QCOMPARE(result.refused.size(), 1);
}

void FoundModelsTest::aDroppedManifestGivesItsModel() {
    const test::OllamaFolder ollama(path("o"));
    ollama.blob('a', usable("R1"));
    const QString manifest = ollama.manifest(QStringLiteral("library/r1/7b"), QStringLiteral("model=a"));
    const QList<RecognizedModel> rows = recognizePath(manifest);
    QCOMPARE(rows.size(), 1);
    QCOMPARE(rows.first().title, QStringLiteral("r1:7b"));
    QVERIFY(rows.first().addable);
}

void FoundModelsTest::lmStudiosModelsAreFound() {
    save("lms/publisher/repo/model.gguf", "LM");
    QFile unfinished(path("lms/publisher/repo/other.gguf.part"));
    QVERIFY(unfinished.open(QIODevice::WriteOnly));
    const QList<FoundModel> found = findModels({{}, {path("lms"), path("nowhere")}, {}});
    QCOMPARE(found.size(), 1);
    QCOMPARE(found.first().row.title, QStringLiteral("LM"));
    QCOMPARE(found.first().record.source, ModelSource::LmStudio);
    QVERIFY2(found.first().row.detail.startsWith(QStringLiteral("LM Studio · ")),
             qPrintable(found.first().row.detail));
}

void FoundModelsTest::theModelsFolderIsLookedThroughToo() {
    const QString own = save("own/left-over/m.gguf", "Own");
    const QList<FoundModel> found = findModels({{}, {}, path("own")});
    QCOMPARE(found.size(), 1);
    QCOMPARE(found.first().record.path, own);
    QVERIFY(found.first().record.owned());
}

void FoundModelsTest::whatTheLibraryHasIsMarked() {
    const test::OllamaFolder ollama(path("o"));
    ollama.blob('a', usable("R1"));
    ollama.blob('b', usable("R2"));
    ollama.manifest(QStringLiteral("library/r/1"), QStringLiteral("model=a"));
    ollama.manifest(QStringLiteral("library/r/2"), QStringLiteral("model=b"));
    Store store(m_folder->path());
    LibraryModel library(store);
    ModelImporter importer(library, checkModelFile, [] { return QString(); });
    FoundModels found(library, importer, [&] { return FoundPlaces{{ollama.path()}, {}, {}}; });
    found.refresh();
    QVERIFY(found.busy());
    QTRY_VERIFY(!found.busy());
    QCOMPARE(found.count(), 2);
    QCOMPARE(found.offered(), 2);
    QVERIFY(found.add(1));
    QTRY_COMPARE(library.count(), 1);
    QCOMPARE(found.offered(), 1);
    QVERIFY(found.data(found.index(1), FoundModels::AddedRole).toBool());
    QVERIFY(!found.data(found.index(0), FoundModels::AddedRole).toBool());
}

void FoundModelsTest::addingUsesTheBlobWhereItLies() {
    const test::OllamaFolder ollama(path("o"));
    const QString blob = ollama.blob('a', usable("R1"));
    ollama.blob('b', R"({"temperature": 0.3})");
    ollama.manifest(QStringLiteral("library/r1/7b"), QStringLiteral("model=a params=b"));
    Store store(m_folder->path());
    LibraryModel library(store);
    ModelImporter importer(library, checkModelFile, [] { return QString(); });
    FoundModels found(library, importer, [&] { return FoundPlaces{{ollama.path()}, {}, {}}; });
    found.refresh();
    QTRY_VERIFY(!found.busy());
    QVERIFY(found.add(0));
    QTRY_COMPARE(library.count(), 1);
    const ModelRecord& model = library.models().first();
    QCOMPARE(model.path, blob);
    QCOMPARE(model.label(), QStringLiteral("r1:7b"));
    QCOMPARE(model.name, QStringLiteral("R1"));
    QCOMPARE(model.settings.temperature, std::optional(0.3));
    QVERIFY(!model.owned() && model.fingerprint != 0);
}

void FoundModelsTest::theUsualPlacesFollowTheEnvironment() {
    qputenv("OLLAMA_MODELS", "/elsewhere/ollama");
    QCOMPARE(ollamaFolders().value(0), QStringLiteral("/elsewhere/ollama"));
    qunsetenv("OLLAMA_MODELS");
    QVERIFY(ollamaFolders().value(0).endsWith(QStringLiteral("/.ollama/models")));
    qputenv("HOME", m_folder->path().toUtf8());
    QVERIFY(FoundPlaces::ofThisComputer({}).lmStudio.contains(path(".lmstudio/models")));
    QFile pointer(path(".lmstudio-home-pointer"));
    QVERIFY(pointer.open(QIODevice::WriteOnly) && pointer.write("/big/lms\n") > 0);
    pointer.close();
    QVERIFY(FoundPlaces::ofThisComputer({}).lmStudio.contains(QStringLiteral("/big/lms/models")));
}

PONDER_TEST(FoundModelsTest)
#include "found_models_test.moc"
