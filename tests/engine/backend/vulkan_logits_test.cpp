// Whole models on the first Vulkan device, on both load paths, under the validation layers.
#include "engine/backend/vulkan/vulkan_devices.h"
#include "engine/backend/vulkan/vulkan_executor.h"
#include "tests/support/logits_check.h"

using namespace ponder;

namespace {

// A file opened and loaded; destroyed in the order that the contract asks for.
struct Loaded {
    std::shared_ptr<ValidationLog> log = std::make_shared<ValidationLog>();
    std::unique_ptr<ModelFile> file;
    ModelConfig config;
    FileWeights weights;
    std::unique_ptr<Device> device;
    std::unique_ptr<Executor> executor;
    std::unique_ptr<KvCache> cache;
    std::string failure;

    Loaded(const std::filesystem::path& path, LoadPath loadPath, KvType type,
           std::uint64_t largestBuffer = 0) {
        failure = load(path, loadPath, type, largestBuffer);
    }
    std::string load(const std::filesystem::path& path, LoadPath loadPath, KvType type,
                     std::uint64_t largestBuffer) {
        auto opened = ModelFile::open(path);
        if (!opened) return opened.error().message();
        file = std::move(*opened);
        auto read = ModelConfig::read(*file);
        if (!read) return read.error().message();
        config = *read;
        auto bound = bindWeights(*file, config);
        if (!bound) return bound.error().message();
        weights = *bound;
        auto made = openVulkanDevice("vulkan:0", {loadPath, log, largestBuffer});
        if (!made) return made.error().message();
        device = std::move(*made);
        auto loaded = device->load({*file, config, weights, 64, type}, {}, {});
        if (!loaded) return loaded.error().message();
        executor = std::move(*loaded);
        auto created = executor->createCache(64, type);
        if (!created) return created.error().message();
        cache = std::move(*created);
        return {};
    }
    std::string messages() const {
        std::string out;
        for (const std::string& message : log->messages())
            out += message + "\n";
        return out;
    }
    std::uint32_t dispatches() const { return static_cast<VulkanExecutor&>(*executor).lastBodyDispatches(); }
};

QString pathName(LoadPath path) { return path == LoadPath::Texel ? "texels" : "addresses"; }

} // namespace

class VulkanLogitsTest : public QObject {
    Q_OBJECT
    static bool usable() {
        const auto devices = listVulkanDevices();
        return !devices.empty() && devices.front().unusable.empty();
    }
    static std::filesystem::path tiny(const QString& name) {
        return test::referenceDir() / "tiny" / (name.toStdString() + ".gguf");
    }

private slots:
    void initTestCase() {
        PONDER_NEEDS_REFERENCE();
        if (!usable()) QSKIP("no usable Vulkan device on this machine");
    }

    void wholeModelLogitsAgreeAndTheValidationLayersStaySilent_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("path");
        for (const LoadPath path : {LoadPath::Texel, LoadPath::Address})
            for (const QString& name : test::tinyModels())
                QTest::newRow(qPrintable(name + " " + pathName(path))) << name << static_cast<int>(path);
    }
    void wholeModelLogitsAgreeAndTheValidationLayersStaySilent() {
        QFETCH(QString, name);
        QFETCH(int, path);
        Loaded model(tiny(name), static_cast<LoadPath>(path), KvType::F16);
        QVERIFY2(model.failure.empty(), model.failure.c_str());
        const auto wanted =
            test::readFloats(test::referenceDir() / "tiny" / (name.toStdString() + ".logits.f32"));
        const std::vector<TokenId> tokens = test::tinyTokens();

        std::vector<float> prompt;
        const auto ran = model.executor->run({tokens, 0, 0}, *model.cache, {}, prompt);
        QVERIFY2(ran, ran ? "" : ran.error().message().c_str());
        QCOMPARE(prompt.size(), wanted.size());
        const double promptError = test::nmse(prompt, wanted);
        QVERIFY(model.dispatches() <= 8 * model.config.layers + 1);

        // The same tokens one by one go through the other kernels.
        std::vector<float> single;
        for (std::uint32_t i = 0; i < tokens.size(); ++i) {
            std::vector<float> row;
            QVERIFY(model.executor->run({std::span(tokens).subspan(i, 1), i, 0}, *model.cache, {}, row));
            single.insert(single.end(), row.begin(), row.end());
        }
        QVERIFY(model.dispatches() <= 8 * model.config.layers + 1);
        const double singleError = test::nmse(single, wanted);
        qInfo("%s: NMSE %.2e as a prompt, %.2e token by token", qPrintable(name), promptError, singleError);
        QVERIFY(promptError <= 1e-6);
        QVERIFY(singleError <= 1e-6);
        QCOMPARE(test::wrongArgmax(prompt, wanted, model.config.vocabulary), 0);
        QCOMPARE(test::wrongArgmax(single, wanted, model.config.vocabulary), 0);
        QVERIFY2(model.messages().empty(), model.messages().c_str());
    }
};

QTEST_APPLESS_MAIN(VulkanLogitsTest)
#include "vulkan_logits_test.moc"
