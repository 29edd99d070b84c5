// One model on two devices: whatever the place of the cut, its logits are those of the whole.
#include "tests/support/logits_check.h"
#include "tests/support/reasoner.h"
#include "tests/support/test_class.h"

#include "engine/backend/reference/reference_device.h"
#include "engine/split_executor.h"

#include <QTemporaryDir>

using namespace ponder;
using namespace ponder::test;

namespace {

const std::filesystem::path kReasoner = dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf";

std::unique_ptr<Model> load(const std::filesystem::path& path, const std::string& device,
                            std::optional<std::uint32_t> gpuLayers = {}) {
    LoadOptions options;
    options.path = path;
    options.device = device;
    options.gpuLayers = gpuLayers;
    options.contextTokens = 256;
    options.kvType = KvType::F32;
    auto model = Model::load(options, {}, {});
    if (!model) qWarning("%s", model.error().message().c_str());
    return model ? std::move(*model) : nullptr;
}

std::vector<float> logitsOf(Model& model, std::span<const TokenId> tokens) {
    auto session = *model.createSession();
    const auto logits = session->logits(tokens, 0, {});
    return logits ? *logits : std::vector<float>();
}

bool hasVulkan() {
    const auto devices = listDevices();
    return std::any_of(devices.begin(), devices.end(), [](const DeviceInfo& device) {
        return device.id == "vulkan:0" && device.unusable.empty();
    });
}

#define PONDER_NEEDS_VULKAN()                                                                                \
    if (!hasVulkan()) QSKIP("there is no Vulkan device")

} // namespace

class SplitTest : public QObject {
    Q_OBJECT
private slots:
    void twoPlainHalvesGiveTheLogitsOfTheWholeBitByBit() {
        const auto file = ModelFile::open(kReasoner);
        const auto config = ModelConfig::read(**file);
        const auto weights = bindWeights(**file, *config);
        const auto device = openReferenceDevice();
        const auto part = [&](LayerRange layers) {
            return std::move(*device->load(
                {**file, {*config, *weights, (*file)->fileBytes(), 64, KvType::F32, layers}, {}}, {}, {}));
        };
        const auto tokens = promptFor(*load(kReasoner, "reference"), "12+34=?");
        Batch batch;
        batch.tokens = tokens;
        std::vector<float> wanted, got;
        const auto whole = part({});
        auto cache = std::move(*whole->createCache(64, KvType::F32));
        QVERIFY(whole->run(batch, *cache, {}, wanted));
        for (std::uint32_t cut = 1; cut < config->layers; ++cut) {
            SplitExecutor split(part({0, cut}), part({cut, config->layers}));
            // A tied table is the embedding of one half and the head of the other.
            const std::uint64_t twice = weights->tied ? (*weights)[Slot::Output]->bytes.size() : 0;
            QCOMPARE(split.memory().weights, whole->memory().weights + twice);
            auto both = std::move(*split.createCache(64, KvType::F32));
            QVERIFY(split.run(batch, *both, {}, got));
            QCOMPARE(got, wanted);
        }
    }
    void theTwoCachesAreKeptAndRestoredTogether() {
        PONDER_NEEDS_VULKAN();
        const auto model = load(kReasoner, "vulkan:0", 1);
        QVERIFY(model);
        QCOMPARE(model->parts().size(), std::size_t{2});
        const QTemporaryDir dir;
        const std::filesystem::path path = dir.filePath("chat.kv").toStdString();
        auto tokens = promptFor(*model, "What is 12+34?");
        auto first = *model->createSession();
        QVERIFY(first->logits(tokens, tokens.size() - 1, {}));
        QVERIFY(first->saveState(path));
        tokens.push_back(5);
        const auto wanted = first->logits(tokens, tokens.size() - 1, {});
        auto second = *model->createSession();
        QCOMPARE(*second->restoreState(path, tokens), static_cast<std::uint32_t>(tokens.size() - 1));
        const auto got = second->logits(tokens, tokens.size() - 1, {});
        QVERIFY(wanted && got);
        QCOMPARE(*got, *wanted);
        // Another cut is another layout.
        const auto whole = load(kReasoner, "vulkan:0");
        QCOMPARE(*(*whole->createSession())->restoreState(path, tokens), 0U);
    }
    void everyCutBetweenVulkanAndTheProcessorKeepsThePrecision_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"llama-odd-q4_k_m", "llama-ropefreqs-q4_k_m", "qwen2-tied-q4_k_m"})
            QTest::addRow("%s", name) << QString(name);
    }
    void everyCutBetweenVulkanAndTheProcessorKeepsThePrecision() {
        PONDER_NEEDS_VULKAN();
        PONDER_NEEDS_REFERENCE();
        QFETCH(QString, name);
        const auto path = referenceDir() / ("tiny/" + name.toStdString() + ".gguf");
        const auto exact = load(path, "reference");
        QVERIFY(exact);
        const std::vector<float> wanted = logitsOf(*exact, tinyTokens());
        const std::uint32_t layers = exact->config().layers;
        for (std::uint32_t onGpu = 0; onGpu <= layers + 1; ++onGpu) {
            const auto split = load(path, "vulkan:0", onGpu);
            QVERIFY(split);
            const std::vector<float> got = logitsOf(*split, tinyTokens());
            QCOMPARE(got.size(), wanted.size());
            const double error = nmse(got, wanted);
            // The processor multiplies 8-bit integers (engine/backend/cpu), the plain loops do not.
            const bool mixed = split->parts().front().device.kind == DeviceKind::Processor;
            QVERIFY2(error <= (mixed ? 1e-3 : 1e-6),
                     qPrintable(QString("%1 layers: %2").arg(onGpu).arg(error)));
        }
    }
    void aReplyOfASplitModelIsTheWholeModels() {
        PONDER_NEEDS_VULKAN();
        Collected wanted, got;
        const auto whole = load(kReasoner, "reference");
        const auto split = load(kReasoner, "vulkan:0", 1);
        QVERIFY(whole && split);
        const auto prompt = promptFor(*whole, "What is 12+34?");
        QVERIFY((*whole->createSession())->generate(prompt, greedy(), wanted.callback(), {}));
        QVERIFY((*split->createSession())->generate(prompt, greedy(), got.callback(), {}));
        QCOMPARE(got.ids, wanted.ids);
    }
    void thePlanIsWhatTheModelThenTakes() {
        PONDER_NEEDS_VULKAN();
        LoadOptions options;
        options.path = kReasoner;
        options.device = "vulkan:0";
        options.contextTokens = 256;
        options.gpuLayers = 2;
        const auto plan = Model::plan(options);
        QVERIFY(plan);
        QCOMPARE(plan->contextTokens, 256U);
        QCOMPARE(plan->parts.size(), std::size_t{2});
        QCOMPARE(plan->parts[0].layers.end, plan->parts[1].layers.first);
        QCOMPARE(plan->parts[1].layers.end - plan->parts[1].layers.first, 2U);
        const auto model = Model::load(options, {}, {});
        QVERIFY(model);
        QCOMPARE((*model)->memory().weights, plan->parts[0].memory.weights + plan->parts[1].memory.weights);
        options.gpuLayers = kAutoLayers; // all of so small a model
        const auto automatic = Model::plan(options);
        QVERIFY(automatic);
        QCOMPARE(automatic->parts.size(), std::size_t{1});
        QCOMPARE(automatic->parts[0].device.id, std::string("vulkan:0"));
    }
    void layersAreSharedWithVulkanDevicesOnly() {
        LoadOptions options;
        options.path = kReasoner;
        options.device = "reference";
        options.gpuLayers = 1;
        const auto plan = Model::plan(options);
        QVERIFY(!plan);
        QCOMPARE(plan.error().code, ErrorCode::BadArgument);
        for (const std::uint32_t none : {0U, kAutoLayers}) {
            options.gpuLayers = none;
            QVERIFY(Model::plan(options));
        }
    }
};

PONDER_TEST(SplitTest)
#include "split_test.moc"
