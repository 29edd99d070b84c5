// The library is kept, with everything the user chose, and takes over what an older version knew.
#include "app/store/schema.h"
#include "app/store/store.h"
#include "tests/support/test_class.h"

#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;

namespace {

ModelRecord record(const QString& path) {
    ModelRecord model;
    model.id = ModelTable::newId();
    model.path = path;
    model.name = QStringLiteral("R1");
    return model;
}

void runOn(const QString& file, const QStringList& statements) {
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("test"));
        database.setDatabaseName(file);
        QVERIFY(database.open());
        for (const QString& statement : statements) {
            QSqlQuery query(database);
            QVERIFY2(query.exec(statement), qPrintable(statement));
        }
    }
    QSqlDatabase::removeDatabase(QStringLiteral("test"));
}

} // namespace

class ModelTableTest : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void everyFieldOfAModelIsKept();
    void aModelWithAKnownPathTakesTheOldOnesPlace();
    void aRemovedModelIsGone();
    void theLastUsedModelComesFirst();
    void recentModelsOfAnOlderVersionAreTakenOver();
    void settingsThatMakeNoSenseAreLeftOut();
    void settingsThatWereNotChosenStayOpen();
    void brokenRowsDoNotHideTheOthers();

private:
    QString folder() const { return m_folder->path(); }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void ModelTableTest::everyFieldOfAModelIsKept() {
    ModelRecord model = record(QString::fromUtf8("/모델/r1-00001-of-00002.gguf"));
    model.title = QString::fromUtf8("我的模型");
    model.family = QStringLiteral("DeepSeek-R1-Distill");
    model.architecture = QStringLiteral("qwen2");
    model.quantization = QStringLiteral("Q4_K_M");
    model.bytes = 4683074240;
    model.licence = QStringLiteral("mit");
    model.languages = {QStringLiteral("en"), QStringLiteral("zh")};
    model.source = ModelSource::Ollama;
    model.fingerprint = 0xfedcba9876543210;
    model.parameters = 7615616512;
    model.layers = 28;
    model.trainedContext = 131072;
    model.added = 5;
    model.lastUsed = 7;
    model.recent = true;
    model.settings.temperature = 0.6;
    model.settings.topP = 0.95;
    model.settings.minP = 0.05;
    model.settings.topK = 40;
    model.settings.maxTokens = 4096;
    model.settings.instruction = QString();
    model.settings.thinking = {false, QStringLiteral("xhigh"), true};
    model.settings.contextTokens = 16384;
    model.settings.gpuLayers = ModelSettings::kLayersThatFit;
    model.settings.kvType = QStringLiteral("q8_0");
    model.settings.chatTemplate = QStringLiteral("{{ messages[0]['content'] }}");
    model.settings.adapters = {{QStringLiteral("/a.gguf"), 0.75}};
    {
        Store store(folder());
        store.saveModel(model);
    }
    Store store(folder());
    QCOMPARE(store.models().size(), 1);
    const ModelRecord kept = store.models().first();
    QCOMPARE(kept.id, model.id);
    QCOMPARE(kept.path, model.path);
    QCOMPARE(kept.label(), model.title);
    QCOMPARE(kept.name, model.name);
    QCOMPARE(kept.family, model.family);
    QCOMPARE(kept.architecture, model.architecture);
    QCOMPARE(kept.quantization, model.quantization);
    QCOMPARE(kept.bytes, model.bytes);
    QCOMPARE(kept.licence, model.licence);
    QCOMPARE(kept.languages, model.languages);
    QCOMPARE(kept.source, model.source);
    QCOMPARE(kept.fingerprint, model.fingerprint);
    QCOMPARE(kept.parameters, model.parameters);
    QCOMPARE(kept.layers, 28);
    QCOMPARE(kept.trainedContext, 131072);
    QCOMPARE(kept.added, 5);
    QCOMPARE(kept.lastUsed, 7);
    QVERIFY(kept.recent);
    QCOMPARE(kept.settings, model.settings);
    QVERIFY(kept.settings.instruction.has_value()); // chosen to be empty
}

void ModelTableTest::aModelWithAKnownPathTakesTheOldOnesPlace() {
    Store store(folder());
    store.saveModel(record(QStringLiteral("/x.gguf")));
    ModelRecord second = record(QStringLiteral("/x.gguf"));
    store.saveModel(second);
    second.title = QStringLiteral("again");
    store.saveModel(second);
    QCOMPARE(store.models().size(), 1);
    QCOMPARE(store.models().first().id, second.id);
    QCOMPARE(store.models().first().label(), QStringLiteral("again"));
}

void ModelTableTest::aRemovedModelIsGone() {
    Store store(folder());
    const ModelRecord model = record(QStringLiteral("/x.gguf"));
    store.saveModel(model);
    store.saveModel(record(QStringLiteral("/y.gguf")));
    store.removeModel(model.id);
    QCOMPARE(store.models().size(), 1);
    QCOMPARE(store.models().first().path, QStringLiteral("/y.gguf"));
}

void ModelTableTest::theLastUsedModelComesFirst() {
    Store store(folder());
    for (int i = 0; i < 3; ++i) {
        ModelRecord model = record(QStringLiteral("/%1.gguf").arg(i));
        model.lastUsed = i == 1 ? 9 : 0;
        model.added = i;
        store.saveModel(model);
    }
    QStringList paths;
    for (const ModelRecord& model : store.models())
        paths << model.path;
    QCOMPARE(paths.join(u' '), QStringLiteral("/1.gguf /2.gguf /0.gguf"));
}

void ModelTableTest::recentModelsOfAnOlderVersionAreTakenOver() {
    QString file;
    {
        Store store(folder());
        file = store.file();
    }
    // As version 1 left it.
    runOn(file,
          {QStringLiteral("DROP TABLE models"), QStringLiteral("DROP TABLE speeds"),
           QStringLiteral("DROP TABLE receipts"),
           QStringLiteral("CREATE TABLE recent_models (path TEXT PRIMARY KEY, name TEXT NOT NULL, "
                          "quantization TEXT NOT NULL, bytes INTEGER NOT NULL, last_used INTEGER NOT NULL)"),
           QStringLiteral("INSERT INTO recent_models VALUES ('/x.gguf', 'X', 'Q4_K_M', 5, 3)"),
           QStringLiteral("INSERT INTO recent_models VALUES ('/y.gguf', 'Y', '', 6, 2)"),
           QStringLiteral("PRAGMA user_version = 1")});
    Store store(folder());
    QCOMPARE(store.notice(), QString());
    const QList<ModelRecord> models = store.models();
    QCOMPARE(models.size(), 2);
    QVERIFY(models[0].id != models[1].id && models[0].id.size() > 16);
    QCOMPARE(models[0].path, QStringLiteral("/x.gguf"));
    QCOMPARE(models[0].label(), QStringLiteral("X"));
    QCOMPARE(models[0].quantization, QStringLiteral("Q4_K_M"));
    QCOMPARE(models[0].bytes, 5);
    QCOMPARE(models[0].lastUsed, 3);
    QVERIFY(models[0].recent);
    QCOMPARE(models[0].settings, ModelSettings());
}

void ModelTableTest::settingsThatMakeNoSenseAreLeftOut() {
    const ModelSettings settings = ModelSettings::fromJson(
        QStringLiteral("{\"temperature\": 99, \"topP\": \"much\", \"topK\": 1.5, \"maxTokens\": 0, "
                       "\"contextTokens\": 1e300, \"kvType\": \"q2\", \"gpuLayers\": -7, \"minP\": 0.1, "
                       "\"thinking\": {\"on\": \"yes\", \"effort\": 3, \"keepEarlier\": 1}, "
                       "\"adapters\": [{\"path\": \"\"}, 5, {\"path\": \"/a\", \"strength\": 1e9}]}"));
    ModelSettings wanted;
    wanted.minP = 0.1;
    QCOMPARE(settings, wanted);
    QCOMPARE(ModelSettings::fromJson(QStringLiteral("no JSON")), ModelSettings());
}

void ModelTableTest::settingsThatWereNotChosenStayOpen() {
    QCOMPARE(ModelSettings().toJson(), QStringLiteral("{}"));
    ModelSettings off;
    off.topK = 0;
    QCOMPARE(ModelSettings::fromJson(off.toJson()).topK, std::optional(0));
    QVERIFY(off.loadsAs(ModelSettings()));
    off.kvType = QStringLiteral("f16");
    QVERIFY(!off.loadsAs(ModelSettings()));
}

void ModelTableTest::brokenRowsDoNotHideTheOthers() {
    QString file;
    {
        Store store(folder());
        file = store.file();
        for (int i = 0; i < 3; ++i)
            store.saveModel(record(QStringLiteral("/%1.gguf").arg(i)));
    }
    runOn(file, {QStringLiteral("UPDATE models SET id = '' WHERE path = '/0.gguf'"),
                 QStringLiteral("UPDATE models SET settings = x'00ff', source = 'moon', bytes = 'many' "
                                "WHERE path = '/1.gguf'")});
    Store store(folder());
    QCOMPARE(store.models().size(), 2);
    for (const ModelRecord& model : store.models())
        QCOMPARE(model.source, ModelSource::File);
}

PONDER_TEST(ModelTableTest)
#include "model_table_test.moc"
