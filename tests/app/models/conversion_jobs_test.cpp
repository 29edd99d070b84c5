// Conversions as the window has them: rows that run one after the other, pause, go on after a restart, and
// end in the library.
#include "app/models/conversion_jobs.h"
#include "app/models/engine_services.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

#include <QSignalSpy>

using namespace ponder;

namespace {

QString folder(const char* name) { return QString::fromStdString(test::modelFolder(name).string()); }

QString textAt(const ConversionJobs& jobs, int row, int role) {
    return jobs.data(jobs.index(row), role).toString();
}

QString stateOf(const ConversionJobs& jobs, int row = 0) {
    return textAt(jobs, row, ConversionJobs::StateRole);
}

} // namespace

class ConversionJobsTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<LibraryModel> m_library;

    QString path(const char* name) const { return m_folder->filePath(QLatin1String(name)); }
    std::unique_ptr<ConversionJobs> jobs() const {
        return std::make_unique<ConversionJobs>(path("conversions.json"), *m_library, checkModelFile,
                                                [this] { return path("models"); });
    }
    static QString adapter(const char* name) {
        return QString::fromStdString((test::dataDir() / "lora" / name).string());
    }
    // The tiny reasoning model, whose licence and settings the library knows.
    QString addBase(const QList<ModelAdapter>& adapters) {
        const auto path = test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf";
        auto record = checkModelFile(QString::fromStdString(path.string()));
        if (!record) return {};
        record->licence = QStringLiteral("mit");
        const QString id = m_library->put(*record);
        ModelSettings settings;
        settings.temperature = 0.3;
        settings.adapters = adapters;
        m_library->setSettings(id, settings);
        return id;
    }
    QStringList filesMade() const { return QDir(path("models")).entryList(QDir::Files, QDir::Name); }

private slots:
    void init() {
        m_library.reset();
        m_store.reset();
        m_folder = std::make_unique<QTemporaryDir>();
        m_store = std::make_unique<Store>(path("store"));
        m_library = std::make_unique<LibraryModel>(*m_store);
    }
    void cleanupTestCase() {
        m_library.reset();
        m_store.reset();
    }

    void aFolderBecomesAModelOfTheLibrary() {
        const auto list = jobs();
        list->start(folder("qwen2-bf16"), QStringLiteral("Q8_0"));
        QCOMPARE(list->count(), 1);
        QCOMPARE(stateOf(*list), QStringLiteral("running"));
        QTRY_COMPARE(stateOf(*list), QStringLiteral("done"));
        QCOMPARE(textAt(*list, 0, ConversionJobs::NameRole), QStringLiteral("qwen2-bf16"));
        QVERIFY(
            textAt(*list, 0, ConversionJobs::DetailTextRole).startsWith(QStringLiteral("Ready · Q8_0 · ")));
        QCOMPARE(filesMade(), QStringList{QStringLiteral("qwen2-bf16-Q8_0.gguf")});
        const ModelRecord* model = m_library->findPath(textAt(*list, 0, ConversionJobs::PathRole));
        QVERIFY(model && model->source == ModelSource::Converted && model->owned());
        QCOMPARE(model->licence, QStringLiteral("apache-2.0"));
        list->cancel(0); // of a finished one takes the row, not the file
        QCOMPARE(list->count(), 0);
        QCOMPARE(filesMade().size(), 1);
    }

    void theSecondWaitsAndHasAFileOfItsOwn() {
        const auto list = jobs();
        list->start(folder("llama-f32-pieces"), QStringLiteral("F16"));
        list->start(folder("llama-f32-pieces"), QStringLiteral("F16"));
        QCOMPARE(stateOf(*list, 1), QStringLiteral("waiting"));
        QTRY_COMPARE(stateOf(*list, 1), QStringLiteral("done"));
        QCOMPARE(filesMade(), (QStringList{QStringLiteral("llama-f32-pieces-F16 2.gguf"),
                                           QStringLiteral("llama-f32-pieces-F16.gguf")}));
    }

    void aPausedOneGoesOnWhenAsked() {
        const auto list = jobs();
        list->start(folder("llama-f16-sharded"), QStringLiteral("Q4_K_M"));
        list->pause(0);
        QTRY_COMPARE(stateOf(*list), QStringLiteral("paused"));
        QVERIFY(m_library->models().isEmpty());
        list->resume(0);
        QTRY_COMPARE(stateOf(*list), QStringLiteral("done"));
        QCOMPARE(m_library->models().size(), 1);
    }

    void afterARestartPausedOnesStayAndRunningOnesGoOn() {
        {
            const auto list = jobs();
            list->start(folder("qwen2-bf16"), QStringLiteral("Q6_K"));
            list->start(folder("llama-f32-pieces"), QStringLiteral("Q8_0"));
            list->pause(1);
        }
        QVERIFY(m_library->models().isEmpty());
        const auto list = jobs();
        QCOMPARE(list->count(), 2);
        QTRY_COMPARE(stateOf(*list, 0), QStringLiteral("done"));
        QCOMPARE(stateOf(*list, 1), QStringLiteral("paused"));
        QCOMPARE(m_library->models().size(), 1);
    }

    void aCancelledOneLeavesNothing() {
        const auto list = jobs();
        list->start(folder("llama-f16-sharded"), QStringLiteral("Q4_K_M"));
        list->cancel(0);
        QTRY_COMPARE(list->count(), 0);
        QVERIFY(filesMade().isEmpty());
        QVERIFY(m_library->models().isEmpty());
    }

    void whatCannotBeConvertedSaysWhy() {
        const test::FolderCopy copy("qwen2-bf16");
        std::filesystem::remove(copy.path() / "tokenizer.json");
        const auto list = jobs();
        list->start(QString::fromStdString(copy.path().string()), QStringLiteral("Q8_0"));
        QTRY_COMPARE(stateOf(*list), QStringLiteral("failed"));
        QVERIFY(textAt(*list, 0, ConversionJobs::ErrorTextRole).contains(QStringLiteral("tokenizer.json")));
        list->start(path("nothing"), QStringLiteral("Q8_0"));
        QCOMPARE(stateOf(*list, 1), QStringLiteral("failed"));
        std::filesystem::copy(test::modelFolder("qwen2-bf16") / "tokenizer.json",
                              copy.path() / "tokenizer.json");
        list->resume(0);
        QTRY_COMPARE(stateOf(*list), QStringLiteral("done"));
        QVERIFY(textAt(*list, 0, ConversionJobs::ErrorTextRole).isEmpty());
    }

    void aModelAndItsAdaptersBecomeOneModelOfTheLibrary() {
        const QString base = addBase({{adapter("style.gguf"), 0.5}, {adapter("style-peft"), 1, false}});
        const auto list = jobs();
        list->merge(base, QString());
        QCOMPARE(list->count(), 1);
        QTRY_COMPARE(stateOf(*list), QStringLiteral("done"));
        const QString name = m_library->find(base)->label() + QStringLiteral(" + style");
        QCOMPARE(textAt(*list, 0, ConversionJobs::NameRole), name);
        const ModelRecord* merged = m_library->findPath(textAt(*list, 0, ConversionJobs::PathRole));
        QVERIFY(merged && merged->source == ModelSource::Converted);
        QCOMPARE(merged->quantization, m_library->find(base)->quantization);
        QCOMPARE(merged->licence, QStringLiteral("mit")); // that the library knew of the base
        QVERIFY(merged->settings.adapters.isEmpty());
        QCOMPARE(merged->settings.temperature, std::optional(0.3));
        QCOMPARE(merged->bytes > 0, true);
    }

    void aMergeIsWrittenInAnotherTypeWhereOneIsChosen() {
        const QString base = addBase({{adapter("style.gguf"), 1}});
        const auto list = jobs();
        list->merge(base, QStringLiteral("F16"));
        QTRY_COMPARE(stateOf(*list), QStringLiteral("done"));
        const ModelRecord* merged = m_library->findPath(textAt(*list, 0, ConversionJobs::PathRole));
        QVERIFY(merged);
        QCOMPARE(merged->quantization, QStringLiteral("F16"));
        QVERIFY(
            textAt(*list, 0, ConversionJobs::DetailTextRole).startsWith(QStringLiteral("Ready · F16 · ")));
    }

    void withoutAnAdapterThatTakesEffectNothingIsMerged() {
        const QString base = addBase({{adapter("style.gguf"), 0}, {adapter("style-peft"), 1, false}});
        const auto list = jobs();
        list->merge(base, QString());
        list->merge(QStringLiteral("nobody"), QString());
        QCOMPARE(list->count(), 0);
    }

    void aMergeThatWasCutOffBeginsAnewAfterARestart() {
        const QString base = addBase({{adapter("style.gguf"), 1}});
        QString target;
        {
            const auto list = jobs();
            list->start(folder("llama-f32-pieces"), QStringLiteral("Q8_0")); // the merge waits behind it
            list->merge(base, QString());
            target = textAt(*list, 1, ConversionJobs::PathRole);
        }
        QFile half(target + QStringLiteral(".part")); // as a killed program leaves it
        QVERIFY(half.open(QIODevice::WriteOnly) && half.write("GGUF") == 4);
        half.close();
        const auto list = jobs();
        QCOMPARE(list->count(), 2);
        QTRY_COMPARE(stateOf(*list, 1), QStringLiteral("done"));
        QVERIFY(!half.exists());
        QVERIFY(m_library->findPath(target));
        QVERIFY(checkModelFile(target));
    }

    void aPausedMergeSaysThatItBeginsAnew() {
        const QString base = addBase({{adapter("style.gguf"), 1}});
        const auto list = jobs();
        list->start(folder("llama-f32-pieces"), QStringLiteral("Q8_0"));
        list->merge(base, QString());
        list->pause(1);
        QCOMPARE(stateOf(*list, 1), QStringLiteral("paused"));
        QVERIFY(textAt(*list, 1, ConversionJobs::DetailTextRole).contains(QStringLiteral("begins anew")));
        list->resume(1);
        QTRY_COMPARE(stateOf(*list, 1), QStringLiteral("done"));
    }

    void anAdapterOfAnotherModelFailsTheMergeWithItsReason() {
        const QString base = addBase({{adapter("turned.gguf"), 1}});
        const auto list = jobs();
        list->merge(base, QString());
        QTRY_COMPARE(stateOf(*list), QStringLiteral("failed"));
        QVERIFY2(textAt(*list, 0, ConversionJobs::ErrorTextRole).contains(QStringLiteral("turned")),
                 qPrintable(textAt(*list, 0, ConversionJobs::ErrorTextRole)));
        QVERIFY(filesMade().isEmpty());
    }
};

PONDER_TEST(ConversionJobsTest)
#include "conversion_jobs_test.moc"
