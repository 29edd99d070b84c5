// The settings of one model: what applies, what is recommended, and the doctor's advice beside each.
#include "app/models/engine_services.h"
#include "app/models/model_settings_model.h"

#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"
#include "tests/support/usable_model.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;

namespace {

struct Desk {
    explicit Desk(const QString& folder)
        : store(folder), forAll(store), library(store), model(library, forAll) {}
    // The tiny reasoning model, an R1 by its template.
    QString addReasoner() {
        const auto path = test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf";
        const auto record = checkModelFile(QString::fromStdString(path.string()));
        return record ? library.put(*record) : QString();
    }
    void open(const QString& id) {
        model.open(id);
        QTRY_VERIFY(!model.busy());
    }
    QVariant at(const char* key, int role) const {
        for (int row = 0; row < model.rowCount(); ++row)
            if (model.data(model.index(row), ModelSettingsModel::KeyRole).toString() == QLatin1String(key))
                return model.data(model.index(row), role);
        return {};
    }
    Store store;
    Settings forAll;
    LibraryModel library;
    ModelSettingsModel model;
};

using Role = ModelSettingsModel::Role;

} // namespace

class ModelSettingsModelTest : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void theDoctorsRecommendationsStandBesideEachField();
    void whatIsChosenAppliesAndIsKept();
    void settingsForAllModelsApplyUntilOneIsChosen();
    void aResetLeadsBackToTheRecommendation();
    void whatMakesNoSenseIsNotTaken_data();
    void whatMakesNoSenseIsNotTaken();
    void anEmptyInstructionIsAChoiceAndAnEmptyTemplateIsNone();
    void aTemplateThatDoesNotWorkIsToldSo();
    void aModelWhoseFileIsGoneHasNoAdvice();
    void aModelWithoutATemplateSaysWhichStandsIn();
    void whereExpertsAreIsAskedOnlyOfAModelThatHasSome();
    void whatWasChosenForExpertsThatAModelLacksCanBeTakenBack();

private:
    QString folder() const { return m_folder->path(); }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void ModelSettingsModelTest::theDoctorsRecommendationsStandBesideEachField() {
    Desk desk(folder());
    const QString id = desk.addReasoner();
    QVERIFY(!id.isEmpty());
    desk.model.open(id);
    QVERIFY(desk.model.busy());
    QCOMPARE(desk.at("topK", Role::RecommendedRole).toInt(), 0); // at once
    QTRY_VERIFY(!desk.model.busy());
    QCOMPARE(desk.at("temperature", Role::RecommendedRole).toDouble(), 0.6);
    QCOMPARE(desk.at("topP", Role::ValueRole).toDouble(), 0.95);
    QCOMPARE(desk.at("maxTokens", Role::ValueRole).toInt(), 32768);
    QVERIFY2(desk.at("contextTokens", Role::AdviceRole).toString().contains(QStringLiteral("32,768")),
             qPrintable(desk.at("contextTokens", Role::AdviceRole).toString()));
    QVERIFY(!desk.at("temperature", Role::AdviceRole).toString().isEmpty());
    QVERIFY(desk.at("chatTemplate", Role::AdviceRole).toString().contains(QStringLiteral("works")));
    QVERIFY(!desk.model.fileTemplate().isEmpty());
    QVERIFY(!desk.at("contextTokens", Role::RecommendedRole).isValid()); // what fits
    QCOMPARE(desk.at("gpuLayers", Role::MostRole).toInt(), desk.library.find(id)->layers);
    for (int row = 0; row < desk.model.rowCount(); ++row)
        QVERIFY(!desk.model.data(desk.model.index(row), Role::LabelRole).toString().isEmpty());
}

void ModelSettingsModelTest::whatIsChosenAppliesAndIsKept() {
    Desk desk(folder());
    const QString id = desk.addReasoner();
    desk.open(id);
    QSignalSpy changed(&desk.model, &ModelSettingsModel::valuesChanged);
    QVERIFY(!desk.model.anyChosen());
    QVERIFY(desk.model.set(QStringLiteral("temperature"), 0.25));
    QVERIFY(desk.model.set(QStringLiteral("gpuLayers"), 1));
    QVERIFY(desk.model.set(QStringLiteral("kvType"), QStringLiteral("q8_0")));
    QVERIFY(desk.model.set(QStringLiteral("instruction"), QString::fromUtf8("짧게 답하십시오.")));
    QCOMPARE(changed.count(), 4);
    QVERIFY(desk.model.anyChosen());
    QCOMPARE(desk.at("temperature", Role::ValueRole).toDouble(), 0.25);
    QCOMPARE(desk.at("temperature", Role::ChosenRole).toBool(), true);
    QCOMPARE(desk.at("topP", Role::ChosenRole).toBool(), false);
    const ModelSettings kept = desk.store.models().first().settings;
    QCOMPARE(kept.temperature, std::optional(0.25));
    QCOMPARE(kept.gpuLayers, std::optional(1));
    QCOMPARE(kept.kvType, QStringLiteral("q8_0"));
    QCOMPARE(kept.instruction, std::optional(QString::fromUtf8("짧게 답하십시오.")));
}

void ModelSettingsModelTest::settingsForAllModelsApplyUntilOneIsChosen() {
    Desk desk(folder());
    desk.open(desk.addReasoner());
    desk.forAll.setTemperature(0.9);
    desk.forAll.setContextTokens(4096);
    QCOMPARE(desk.at("temperature", Role::ValueRole).toDouble(), 0.9);
    QCOMPARE(desk.at("temperature", Role::RecommendedRole).toDouble(), 0.6);
    QCOMPARE(desk.at("contextTokens", Role::ValueRole).toInt(), 4096);
    QVERIFY(desk.model.set(QStringLiteral("temperature"), 0.1));
    QCOMPARE(desk.at("temperature", Role::ValueRole).toDouble(), 0.1);
}

void ModelSettingsModelTest::aResetLeadsBackToTheRecommendation() {
    Desk desk(folder());
    desk.open(desk.addReasoner());
    desk.model.set(QStringLiteral("temperature"), 0.25);
    desk.model.set(QStringLiteral("topK"), 40);
    desk.model.reset(QStringLiteral("temperature"));
    QCOMPARE(desk.at("temperature", Role::ValueRole).toDouble(), 0.6);
    QCOMPARE(desk.at("topK", Role::ValueRole).toInt(), 40);
    ModelSettings withAdapter = desk.library.find(desk.model.modelId())->settings;
    withAdapter.adapters << ModelAdapter{QStringLiteral("/a.gguf"), 1};
    withAdapter.thinking.effort = QStringLiteral("low");
    desk.library.setSettings(desk.model.modelId(), withAdapter);
    desk.model.resetAll();
    QCOMPARE(desk.at("topK", Role::ValueRole).toInt(), 0);
    QVERIFY(!desk.model.anyChosen());
    QCOMPARE(desk.library.find(desk.model.modelId())->settings.adapters.size(), 1);
    QCOMPARE(desk.library.find(desk.model.modelId())->settings.thinking.effort, QStringLiteral("low"));
}

void ModelSettingsModelTest::whatMakesNoSenseIsNotTaken_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QVariant>("value");
    QTest::newRow("hot") << "temperature" << QVariant(9.0);
    QTest::newRow("negative") << "topP" << QVariant(-0.1);
    QTest::newRow("text") << "topK" << QVariant(QStringLiteral("many"));
    QTest::newRow("half a token") << "maxTokens" << QVariant(1.5);
    QTest::newRow("no context") << "contextTokens" << QVariant(0);
    QTest::newRow("format") << "kvType" << QVariant(QStringLiteral("q2"));
    QTest::newRow("key") << "colour" << QVariant(1);
}

void ModelSettingsModelTest::whatMakesNoSenseIsNotTaken() {
    QFETCH(QString, key);
    QFETCH(QVariant, value);
    Desk desk(folder());
    desk.open(desk.addReasoner());
    QVERIFY(!desk.model.set(key, value));
    QVERIFY(!desk.model.anyChosen());
}

void ModelSettingsModelTest::anEmptyInstructionIsAChoiceAndAnEmptyTemplateIsNone() {
    Desk desk(folder());
    desk.open(desk.addReasoner());
    desk.forAll.setInstruction(QStringLiteral("for all"));
    QCOMPARE(desk.at("instruction", Role::ValueRole).toString(), QStringLiteral("for all"));
    QVERIFY(desk.model.set(QStringLiteral("instruction"), QString(QLatin1String(""))));
    QCOMPARE(desk.at("instruction", Role::ValueRole).toString(), QString());
    QVERIFY(desk.at("instruction", Role::ChosenRole).toBool());
    QVERIFY(desk.model.set(QStringLiteral("chatTemplate"), QStringLiteral("  ")));
    QVERIFY(!desk.at("chatTemplate", Role::ChosenRole).toBool());
}

void ModelSettingsModelTest::aTemplateThatDoesNotWorkIsToldSo() {
    Desk desk(folder());
    desk.open(desk.addReasoner());
    QVERIFY(desk.model.set(QStringLiteral("chatTemplate"), QStringLiteral("{% broken")));
    QVERIFY(desk.model.busy());
    QTRY_VERIFY(!desk.model.busy());
    QVERIFY(desk.at("chatTemplate", Role::AdviceRole).toString().contains(QStringLiteral("does not work")));
    desk.model.set(QStringLiteral("chatTemplate"), QStringLiteral("Q: {{ messages[0]['content'] }}"));
    QTRY_VERIFY(!desk.model.busy());
    QVERIFY(desk.at("chatTemplate", Role::AdviceRole).toString().contains(QStringLiteral("takes the place")));
}

void ModelSettingsModelTest::aModelWhoseFileIsGoneHasNoAdvice() {
    Desk desk(folder());
    ModelRecord gone;
    gone.path = QStringLiteral("/gone.gguf");
    gone.name = QStringLiteral("Gone");
    desk.open(desk.library.put(gone));
    QCOMPARE(desk.model.name(), QStringLiteral("Gone"));
    QCOMPARE(desk.at("temperature", Role::AdviceRole).toString(), QString());
    QVERIFY(desk.model.set(QStringLiteral("temperature"), 0.5));
    desk.model.open(QStringLiteral("nobody"));
    QVERIFY(!desk.model.set(QStringLiteral("temperature"), 0.5));
}

void ModelSettingsModelTest::aModelWithoutATemplateSaysWhichStandsIn() {
    Desk desk(folder());
    const QString path = m_folder->filePath(QStringLiteral("m.gguf"));
    test::usableModel("plain").save(path.toStdU16String());
    const auto record = checkModelFile(path);
    QVERIFY2(record, record ? "" : record.error().message().c_str());
    desk.open(desk.library.put(*record));
    QVERIFY2(desk.at("chatTemplate", Role::AdviceRole).toString().contains(QStringLiteral("ChatML")),
             qPrintable(desk.at("chatTemplate", Role::AdviceRole).toString()));
    QCOMPARE(desk.at("topP", Role::RecommendedRole).toDouble(), 0.95);
}

void ModelSettingsModelTest::whereExpertsAreIsAskedOnlyOfAModelThatHasSome() {
    Desk desk(folder());
    desk.open(desk.addReasoner());
    for (int row = 0; row < desk.model.rowCount(); ++row) {
        const QModelIndex index = desk.model.index(row);
        const bool ofExperts = desk.model.data(index, Role::KeyRole).toString() == u"expertLayers";
        QCOMPARE(desk.model.data(index, Role::ShownRole).toBool(), !ofExperts);
    }
    PONDER_NEEDS_REFERENCE();
    ModelRecord mixture;
    mixture.path = QString::fromStdString((test::referenceDir() / "tiny2/qwen2moe-q4_k_m.gguf").string());
    desk.open(desk.library.put(mixture));
    QVERIFY(desk.at("expertLayers", Role::ShownRole).toBool());
    QVERIFY(desk.at("expertLayers", Role::MostRole).toInt() > 0);
}

// Older versions let people choose it for any model.
void ModelSettingsModelTest::whatWasChosenForExpertsThatAModelLacksCanBeTakenBack() {
    Desk desk(folder());
    desk.open(desk.addReasoner());
    QVERIFY(desk.model.set(QStringLiteral("expertLayers"), 1));
    QVERIFY(desk.at("expertLayers", Role::ShownRole).toBool());
    desk.model.reset(QStringLiteral("expertLayers"));
    QVERIFY(!desk.at("expertLayers", Role::ShownRole).toBool());
}

PONDER_TEST(ModelSettingsModelTest)
#include "model_settings_model_test.moc"
