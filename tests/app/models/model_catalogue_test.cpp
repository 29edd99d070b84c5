// The catalogue of models: what it lists, and what its shapes come to.
#include "app/models/model_catalogue.h"
#include "tests/support/test_class.h"

#include <QFile>
#include <QTest>

#include <cmath>

using namespace ponder;

class ModelCatalogueTest : public QObject {
    Q_OBJECT
private slots:
    void theBuiltInFileParses();
    void aModelWithoutAShapeOrLicenceIsRefused_data();
    void aModelWithoutAShapeOrLicenceIsRefused();
    void whatIsNoJsonIsRefused();
    void theFamiliesAreThere_data();
    void theFamiliesAreThere();
    void theShapesComeToTheKnownNumbersOfParameters_data();
    void theShapesComeToTheKnownNumbersOfParameters();
    void mixturesAndLatentAttentionKeepTheirShape();
    void hybridsAttendInEveryFourthLayer();
    void whatHasNoFilesAndIsNotConvertedIsNotBrought();
    void quantizationsAreRatedWhereARatingIsKnown();
    void theRuleOfThumbGivesTheKnownSizes_data();
    void theRuleOfThumbGivesTheKnownSizes();
    void replyingAsTheCardRecommends();
    void scoresSayWhereTheyAreFrom();
    void downloadsAreFilesOfARepository();

private:
    static QByteArray file() {
        QFile file(QStringLiteral(":/catalogue/models.json"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    static const CatalogueModel& model(const char* id) {
        const CatalogueModel* found = ModelCatalogue::builtIn().find(QString::fromUtf8(id));
        if (!found) qFatal("no model %s", id);
        return *found;
    }
};

void ModelCatalogueTest::theBuiltInFileParses() {
    const Result<ModelCatalogue> parsed = ModelCatalogue::parse(file());
    QVERIFY2(bool(parsed), parsed ? "" : parsed.error().message().c_str());
    QCOMPARE(ModelCatalogue::builtIn().models().size(), parsed->models().size());
    for (const CatalogueModel& model : parsed->models())
        QVERIFY2(!model.source.isEmpty() && !model.languages.isEmpty(), qPrintable(model.id));
}

void ModelCatalogueTest::aModelWithoutAShapeOrLicenceIsRefused_data() {
    QTest::addColumn<QByteArray>("field");
    for (const char* field :
         {"id", "name", "licence", "architecture", "repository", "quantizations", "parameters", "layers",
          "width", "heads", "kv_heads", "head_size", "hidden", "vocabulary", "context"})
        QTest::newRow(field) << QByteArray('"' + QByteArray(field) + "\":");
}

void ModelCatalogueTest::aModelWithoutAShapeOrLicenceIsRefused() {
    QFETCH(const QByteArray, field);
    QByteArray broken = file();
    const qsizetype at = broken.indexOf(field, broken.indexOf("\"models\":"));
    QVERIFY(at > 0);
    broken.insert(at + 1, "no_");
    QVERIFY(!ModelCatalogue::parse(broken));
}

void ModelCatalogueTest::whatIsNoJsonIsRefused() {
    QVERIFY(!ModelCatalogue::parse(QByteArray()));
    QVERIFY(!ModelCatalogue::parse(file().chopped(3)));
    QVERIFY(!ModelCatalogue::parse(R"({"models": []})"));
}

void ModelCatalogueTest::theFamiliesAreThere_data() {
    QTest::addColumn<QString>("name");
    for (const char* name :
         {"DeepSeek-R1", "DeepSeek-R1-Zero", "DeepSeek-R1-Distill-Qwen-1.5B", "DeepSeek-R1-Distill-Qwen-7B",
          "DeepSeek-R1-Distill-Qwen-14B", "DeepSeek-R1-Distill-Qwen-32B", "DeepSeek-R1-Distill-Llama-8B",
          "DeepSeek-R1-Distill-Llama-70B", "SunXiaochuan-V1-3B", "DeepSeek-R1-Distill-Qwen-14B-AWQ"})
        QTest::newRow(name) << QString::fromUtf8(name);
}

void ModelCatalogueTest::theFamiliesAreThere() {
    QFETCH(const QString, name);
    const std::span<const CatalogueModel> models = ModelCatalogue::builtIn().models();
    QCOMPARE(
        std::count_if(models.begin(), models.end(), [&](const auto& model) { return model.name == name; }),
        1);
}

void ModelCatalogueTest::theShapesComeToTheKnownNumbersOfParameters_data() {
    QTest::addColumn<QString>("id");
    QTest::addColumn<double>("billions"); // as the cards say
    QTest::newRow("1.5B") << "deepseek-r1-distill-qwen-1.5b" << 1.78;
    QTest::newRow("7B") << "deepseek-r1-distill-qwen-7b" << 7.62;
    QTest::newRow("8B") << "deepseek-r1-distill-llama-8b" << 8.03;
    QTest::newRow("14B") << "deepseek-r1-distill-qwen-14b" << 14.8;
    QTest::newRow("32B") << "deepseek-r1-distill-qwen-32b" << 32.8;
    QTest::newRow("70B") << "deepseek-r1-distill-llama-70b" << 70.6;
    QTest::newRow("3B") << "sunxiaochuan-v1-3b" << 3.09;
    QTest::newRow("671B") << "deepseek-r1" << 671.0;
    QTest::newRow("Qwen3 0.6B") << "qwen3-0.6b" << 0.596;
    QTest::newRow("Qwen3 8B") << "qwen3-8b" << 8.19;
    QTest::newRow("Qwen3 32B") << "qwen3-32b" << 32.8;
    QTest::newRow("Qwen3 30B") << "qwen3-30b-a3b" << 30.5;
    QTest::newRow("Qwen3 235B") << "qwen3-235b-a22b" << 235.0;
    QTest::newRow("Qwen3.5 0.8B") << "qwen3.5-0.8b" << 0.752; // without what sees images and guesses
    QTest::newRow("Qwen3.5 9B") << "qwen3.5-9b" << 8.95;
    QTest::newRow("Qwen3.5 35B") << "qwen3.5-35b-a3b" << 34.66;
    QTest::newRow("Qwen3.8 27B") << "qwen3.8-27b" << 26.9;
    QTest::newRow("GLM-Z1 32B") << "glm-z1-32b-0414" << 32.566;
    QTest::newRow("DeepSeek-V2-Lite") << "deepseek-v2-lite-chat" << 15.7;
    QTest::newRow("Ministral 14B") << "ministral-3-14b-reasoning-2512" << 13.506;
}

void ModelCatalogueTest::theShapesComeToTheKnownNumbersOfParameters() {
    QFETCH(const QString, id);
    QFETCH(const double, billions);
    const CatalogueModel* found = ModelCatalogue::builtIn().find(id);
    QVERIFY(found);
    QVERIFY(std::abs(double(found->parameters) / 1e9 / billions - 1) < 0.005);
    // Small vectors apart, which a file may lack.
    QVERIFY(std::abs(double(found->config.parameters()) / double(found->parameters) - 1) < 1e-4);
}

void ModelCatalogueTest::mixturesAndLatentAttentionKeepTheirShape() {
    for (const char* id :
         {"deepseek-r1", "deepseek-r1-zero", "deepseek-r1-0528", "deepseek-v2-lite-chat", "glm-4.7-flash"}) {
        const ModelConfig& config = model(id).config;
        QCOMPARE(config.layer(0).kept().keyLength(), 576U); // of a token in a layer, once for all heads
        QCOMPARE(config.layer(0).kept().valueLength(), 0U);
        QVERIFY(!config.layer(0).mixture() && config.layer(config.denseLayers).mixture());
    }
    QCOMPARE(model("deepseek-r1").config.mixture.experts, 256U);
    QCOMPARE(model("deepseek-r1").config.latent.queryRank, 1536U);
    QCOMPARE(model("deepseek-v2-lite-chat").config.latent.queryRank, 0U);
    const ModelConfig& coder = model("qwen3-coder-30b-a3b-instruct").config;
    QCOMPARE(coder.mixture.used, 8U);
    QVERIFY(coder.layer(0).mixture() && coder.layer(0).heads()->normsHeads);
    QCOMPARE(model("phi-4-mini-reasoning").config.rotary, 96U);
}

void ModelCatalogueTest::hybridsAttendInEveryFourthLayer() {
    for (const char* id : {"qwen3.5-0.8b", "qwen3.5-2b", "qwen3.5-4b", "qwen3.5-9b", "qwen3.5-27b",
                           "qwen3.5-35b-a3b", "qwen3.6-27b", "qwen3.6-35b-a3b", "qwen3.8-27b"}) {
        const ModelConfig& config = model(id).config;
        QVERIFY2(config.layer(0).delta() && config.layer(2).delta(), id);
        QVERIFY2(config.layer(3).heads() && config.layer(3).heads()->gated, id);
        QVERIFY2(config.layer(config.layers - 1).heads() && config.rotary == 64, id);
        QVERIFY2(model(id).converts(), id);
    }
    QCOMPARE(model("qwen3.8-27b").config.delta.valueHeads, 48U);
    const MixtureFeedForward& mixture = model("qwen3.6-35b-a3b").config.mixture;
    QVERIFY(mixture.sharedGate && mixture.sharedHidden == 512);
}

void ModelCatalogueTest::whatHasNoFilesAndIsNotConvertedIsNotBrought() {
    QVERIFY(!model("deepseek-r1").canBring("Q4_K_M")); // its weights are in eight bits of their own kind
    QVERIFY(model("deepseek-r1-0528").canBring("Q4_K_M"));
    QVERIFY(!model("deepseek-r1-0528").canBring("Q8_0"));
    QVERIFY(model("qwen3-8b").canBring("F16")); // made from the weights
    for (const CatalogueModel& model : ModelCatalogue::builtIn().models())
        for (const CatalogueDownload& download : model.downloads)
            QVERIFY2(model.quantizations.contains(download.quantization), qPrintable(model.id));
}

void ModelCatalogueTest::quantizationsAreRatedWhereARatingIsKnown() {
    const ModelCatalogue& catalogue = ModelCatalogue::builtIn();
    const auto quality = [&](const char* name) {
        const CatalogueQuantization* found = catalogue.findQuantization(QString::fromUtf8(name));
        return found && found->quality ? *found->quality : -1;
    };
    QCOMPARE(quality("Q4_K_M"), 94);
    QCOMPARE(quality("Q6_K"), 97);
    QCOMPARE(quality("Q8_0"), 100);
    QCOMPARE(quality("Q5_K_M"), -1);
    for (const CatalogueModel& model : catalogue.models())
        if (model.format == QStringLiteral("safetensors"))
            QCOMPARE(model.quantizations, QString("Q4_K_M Q5_K_M Q6_K Q8_0 F16").split(' '));
    QCOMPARE(model("deepseek-r1-distill-qwen-14b-awq").quantizations, QStringList{QStringLiteral("Q4_1")});
}

void ModelCatalogueTest::theRuleOfThumbGivesTheKnownSizes_data() {
    QTest::addColumn<QString>("quantization");
    QTest::addColumn<double>("gigabytes8"); // of 8 billion parameters
    QTest::addColumn<double>("gigabytes32");
    QTest::newRow("Q4_K_M") << "Q4_K_M" << 5.0 << 18.9;
    QTest::newRow("Q6_K") << "Q6_K" << 7.0 << 27.1;
    QTest::newRow("Q8_0") << "Q8_0" << 8.5 << 33.3;
    QTest::newRow("F16") << "F16" << 16.5 << 66.1;
}

void ModelCatalogueTest::theRuleOfThumbGivesTheKnownSizes() {
    QFETCH(const QString, quantization);
    QFETCH(const double, gigabytes8);
    QFETCH(const double, gigabytes32);
    const CatalogueQuantization* found = ModelCatalogue::builtIn().findQuantization(quantization);
    QVERIFY(found && found->nominalBits);
    const auto gigabytes = [&](double billions) { return billions * *found->nominalBits / 8 + 0.5; };
    QVERIFY(std::abs(gigabytes(8) - gigabytes8) < 0.06);
    QVERIFY(std::abs(gigabytes(32.8) - gigabytes32) < 0.06);
}

void ModelCatalogueTest::replyingAsTheCardRecommends() {
    const RecommendedSettings& settings = model("deepseek-r1-distill-qwen-7b").recommended;
    QCOMPARE(settings.temperature, 0.6);
    QCOMPARE(settings.topP, 0.95);
    QCOMPARE(settings.systemPrompt, false);
    QCOMPARE(settings.forcedStart, QStringLiteral("<think>\n"));
    QCOMPARE(settings.maxReplyTokens, 32768);
}

void ModelCatalogueTest::scoresSayWhereTheyAreFrom() {
    QCOMPARE(model("deepseek-r1").benchmarks.size(), std::size_t{21});
    QCOMPARE(model("deepseek-r1-distill-llama-8b").benchmarks.size(), std::size_t{6 + 14});
    QCOMPARE(model("deepseek-r1-distill-qwen-32b").benchmarks.size(), std::size_t{6 + 15});
    for (const CatalogueModel& model : ModelCatalogue::builtIn().models())
        for (const CatalogueBenchmark& benchmark : model.benchmarks)
            QVERIFY2(benchmark.score > 0 && !benchmark.source.isEmpty(),
                     qPrintable(model.id + benchmark.name));
}

void ModelCatalogueTest::downloadsAreFilesOfARepository() {
    const CatalogueDownload* one = model("deepseek-r1-distill-qwen-7b").download(QStringLiteral("Q4_K_M"));
    QVERIFY(one);
    QCOMPARE(one->repository, QStringLiteral("unsloth/DeepSeek-R1-Distill-Qwen-7B-GGUF"));
    QCOMPARE(one->files, QStringList{QStringLiteral("DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf")});
    const CatalogueDownload* split = model("deepseek-r1-distill-llama-70b").download(QStringLiteral("F16"));
    QVERIFY(split);
    QCOMPARE(split->files.size(), 3);
    QVERIFY(!model("sunxiaochuan-v1-3b").download(QStringLiteral("Q4_K_M")));
}

PONDER_TEST(ModelCatalogueTest)
#include "model_catalogue_test.moc"
