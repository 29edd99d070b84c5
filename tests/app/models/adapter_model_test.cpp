// The adapters of a model as rows: added where they fit, switched, weighted, moved, taken off.
#include "app/models/adapter_model.h"

#include "app/models/engine_services.h"
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

#include <QSignalSpy>
#include <QTemporaryDir>

using namespace ponder;

namespace {

QString adapter(const char* name) {
    return QString::fromStdString((test::dataDir() / "lora" / name).string());
}

} // namespace

class AdapterModelTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<LibraryModel> m_library;
    std::unique_ptr<AdapterModel> m_model;
    QString m_id;

    QVariant at(int row, int role) const { return m_model->data(m_model->index(row), role); }
    const QList<ModelAdapter>& kept() const { return m_library->find(m_id)->settings.adapters; }
    void add(const char* name) {
        m_model->add(adapter(name));
        QTRY_VERIFY(!m_model->busy());
    }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_store = std::make_unique<Store>(m_folder->path());
        m_library = std::make_unique<LibraryModel>(*m_store);
        m_model = std::make_unique<AdapterModel>(*m_library, checkAdapterFile);
        const auto path = test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf";
        const auto record = checkModelFile(QString::fromStdString(path.string()));
        QVERIFY(record);
        m_id = m_library->put(*record);
        m_model->open(m_id);
    }
    void cleanup() {
        m_model.reset();
        m_library.reset();
        m_store.reset();
    }

    void anAdapterThatFitsIsTakenAtFullStrength() {
        m_model->add(QUrl::fromLocalFile(adapter("style.gguf")).toString());
        QVERIFY(m_model->busy());
        QTRY_COMPARE(m_model->count(), 1);
        QVERIFY(!m_model->busy());
        QCOMPARE(at(0, AdapterModel::NameRole).toString(), QStringLiteral("style"));
        QCOMPARE(at(0, AdapterModel::StrengthRole).toDouble(), 1.0);
        QVERIFY(at(0, AdapterModel::AppliedRole).toBool());
        QVERIFY(!at(0, AdapterModel::MissingRole).toBool());
        QCOMPARE(kept(), (QList<ModelAdapter>{{adapter("style.gguf")}}));
    }
    void oneOfAnotherModelIsRefusedWithItsReason() {
        add("turned.gguf");
        QCOMPARE(m_model->count(), 0);
        QVERIFY2(m_model->problemText().contains(QStringLiteral("turned.gguf")),
                 qPrintable(m_model->problemText()));
        m_model->dismissProblem();
        QCOMPARE(m_model->problemText(), QString());
    }
    void whatIsNoAdapterIsRefusedToo() {
        m_model->add(m_folder->filePath(QStringLiteral("nothing.gguf")));
        QTRY_VERIFY(!m_model->problemText().isEmpty());
        QCOMPARE(m_model->count(), 0);
    }
    void aSliderThatIsDraggedWritesOnce() {
        add("style.gguf");
        QSignalSpy written(m_library.get(), &LibraryModel::settingsChanged);
        QSignalSpy replaced(m_model.get(), &QAbstractItemModel::modelReset);
        for (int i = 0; i < 20; ++i)
            m_model->setStrength(0, 0.05 * i);
        QCOMPARE(at(0, AdapterModel::StrengthRole).toDouble(), 0.05 * 19);
        QCOMPARE(written.count(), 0);
        QTRY_COMPARE(written.count(), 1);
        QCOMPARE(kept().first().strength, 0.05 * 19);
        QCOMPARE(replaced.count(), 0); // the row stays under the pointer
        m_model->setStrength(0, 1e9);
        QCOMPARE(at(0, AdapterModel::StrengthRole).toDouble(), 0.05 * 19);
    }
    void oneThatIsSwitchedOffKeepsItsStrength() {
        add("style.gguf");
        m_model->setStrength(0, 0.5);
        m_model->setApplied(0, false);
        QCOMPARE(m_model->effective(), 0);
        QCOMPARE(kept().first(), (ModelAdapter{adapter("style.gguf"), 0.5, false}));
        add("style.gguf"); // chosen again
        QCOMPARE(m_model->count(), 1);
        QVERIFY(kept().first().applied);
        QCOMPARE(kept().first().strength, 0.5);
    }
    void theyChangePlacesAndAreTakenOff() {
        add("style.gguf");
        add("style-peft");
        QCOMPARE(at(1, AdapterModel::NameRole).toString(), QStringLiteral("style-peft"));
        m_model->move(1, 0);
        QCOMPARE(kept().first().path, adapter("style-peft"));
        m_model->move(0, 2); // there is no such place
        QCOMPARE(kept().first().path, adapter("style-peft"));
        m_model->remove(0);
        QCOMPARE(m_model->count(), 1);
        QCOMPARE(kept().first().path, adapter("style.gguf"));
    }
    void anotherModelHasItsOwn() {
        add("style.gguf");
        m_model->setStrength(0, 0.25); // still waits to be written
        ModelRecord other;
        other.path = QStringLiteral("/other.gguf");
        const QString id = m_library->put(other);
        m_model->open(id);
        QCOMPARE(m_model->count(), 0);
        QCOMPARE(kept().first().strength, 0.25);
        m_model->open(m_id);
        QCOMPARE(m_model->count(), 1);
    }
    void whatTheLibraryTakesBackGoesHereToo() {
        add("style.gguf");
        m_library->setSettings(m_id, ModelSettings());
        QCOMPARE(m_model->count(), 0);
        QCOMPARE(m_model->effective(), 0);
    }
};

PONDER_TEST(AdapterModelTest)
#include "adapter_model_test.moc"
