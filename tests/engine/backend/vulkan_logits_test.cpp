// Whole models on the first Vulkan device, on both load paths, under the validation layers.
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"
#include "tests/support/thorough.h"

using namespace ponder;

namespace {

QString pathName(LoadPath path) { return path == LoadPath::Texel ? "texels" : "addresses"; }

} // namespace

class VulkanLogitsTest : public QObject {
    Q_OBJECT
    static std::filesystem::path tiny(const QString& name) {
        return test::referenceDir() / "tiny" / (name.toStdString() + ".gguf");
    }
    // Rows of test data: every step-th file from the first one on, or all.
    static void files(LoadPath path, int first, int step) {
        const QStringList& all = test::tinyModels();
        if (test::isThorough()) first = 0, step = 1;
        for (int i = first; i < all.size(); i += step)
            QTest::newRow(qPrintable(all[i] + " " + pathName(path))) << all[i] << static_cast<int>(path);
    }

private slots:
    void initTestCase() {
        PONDER_NEEDS_REFERENCE();
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
    }

    void wholeModelLogitsAgreeAndTheValidationLayersStaySilent_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("path");
        files(LoadPath::Texel, 0, 1);
        files(LoadPath::Address, 1, 4);
    }
    void wholeModelLogitsAgreeAndTheValidationLayersStaySilent() {
        QFETCH(QString, name);
        QFETCH(int, path);
        test::LoadedModel model;
        model.options.loadPath = static_cast<LoadPath>(path);
        const std::string failure = model.openAndLoad(tiny(name));
        QVERIFY2(failure.empty(), failure.c_str());
        const auto wanted =
            test::readFloats(test::referenceDir() / "tiny" / (name.toStdString() + ".logits.f32"));
        const std::vector<TokenId> tokens = test::tinyTokens();

        std::vector<float> prompt;
        const auto ran = model.executor->run({tokens, 0, 0}, *model.cache, {}, prompt);
        QVERIFY2(ran, ran ? "" : ran.error().message().c_str());
        QCOMPARE(prompt.size(), wanted.size());
        const double promptError = test::nmse(prompt, wanted);
        QVERIFY(model.vulkan().lastBodyDispatches() <= 8 * model.config.layers + 1);

        // The same tokens one by one go through the other kernels.
        std::vector<float> single;
        for (std::uint32_t i = 0; i < tokens.size(); ++i) {
            std::vector<float> row;
            QVERIFY(model.executor->run({std::span(tokens).subspan(i, 1), i, 0}, *model.cache, {}, row));
            single.insert(single.end(), row.begin(), row.end());
        }
        QVERIFY(model.vulkan().lastBodyDispatches() <= 8 * model.config.layers + 1);
        const double singleError = test::nmse(single, wanted);
        qInfo("%s: NMSE %.2e as a prompt, %.2e token by token", qPrintable(name), promptError, singleError);
        QVERIFY(promptError <= 1e-6);
        QVERIFY(singleError <= 1e-6);
        QCOMPARE(test::wrongArgmax(prompt, wanted, model.config.vocabulary), 0);
        QCOMPARE(test::wrongArgmax(single, wanted, model.config.vocabulary), 0);
        QVERIFY2(model.messages().empty(), model.messages().c_str());
    }

    void integerKernelsKeepTheLogitsWithinAThousandth_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("path");
        files(LoadPath::Texel, 0, 2);
        files(LoadPath::Address, 3, 4);
    }
    void integerKernelsKeepTheLogitsWithinAThousandth() {
        QFETCH(QString, name);
        QFETCH(int, path);
        test::LoadedModel model;
        model.options.loadPath = static_cast<LoadPath>(path);
        model.precision = Precision::Fast;
        model.options.smallModelBytes = 0;
        const std::string failure = model.openAndLoad(tiny(name));
        QVERIFY2(failure.empty(), failure.c_str());
        if (!model.vulkan().plan().limits.quantizesActivations) QSKIP("this device has no integer products");
        const auto wanted =
            test::readFloats(test::referenceDir() / "tiny" / (name.toStdString() + ".logits.f32"));
        const std::vector<TokenId> tokens = test::tinyTokens();
        std::vector<float> prompt, single;
        QVERIFY(model.executor->run({tokens, 0, 0}, *model.cache, {}, prompt));
        for (std::uint32_t i = 0; i < tokens.size(); ++i) {
            std::vector<float> row;
            QVERIFY(model.executor->run({std::span(tokens).subspan(i, 1), i, 0}, *model.cache, {}, row));
            single.insert(single.end(), row.begin(), row.end());
        }
        const double promptError = test::nmse(prompt, wanted);
        const double singleError = test::nmse(single, wanted);
        qInfo("%s: NMSE %.2e as a prompt, %.2e token by token", qPrintable(name), promptError, singleError);
        QVERIFY(promptError <= 1e-3);
        QVERIFY(singleError <= 1e-3);
        QVERIFY2(model.messages().empty(), model.messages().c_str());
    }
};

PONDER_TEST(VulkanLogitsTest)
#include "vulkan_logits_test.moc"
