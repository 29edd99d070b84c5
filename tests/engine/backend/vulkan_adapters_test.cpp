// Adapters on Vulkan, on both load paths and with integer kernels, against the plain loops: prompts, single
// tokens, and recordings that outlive a change.
#include "engine/backend/reference/reference_device.h"
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"
#include "tests/support/thorough.h"

using namespace ponder;
using test::LoadedModel;

namespace {

std::filesystem::path adapter(const char* name) { return test::dataDir() / "lora" / name; }

std::vector<float> run(Executor& executor, KvCache& cache, std::span<const TokenId> tokens,
                       std::size_t atOnce) {
    std::vector<float> all, some;
    for (std::size_t at = 0; at < tokens.size(); at += atOnce) {
        Batch batch;
        batch.tokens = tokens.subspan(at, std::min(atOnce, tokens.size() - at));
        batch.firstPosition = static_cast<std::uint32_t>(at);
        if (!executor.run(batch, cache, {}, some)) return {};
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

AdapterSet setOf(const LoadedModel& model, std::vector<AdapterUse> uses) {
    return *AdapterSet::open(uses, model.config, model.weights);
}

std::vector<float> plainLogits(const LoadedModel& model, const AdapterSet& set) {
    const auto device = openReferenceDevice();
    auto executor = device->load(
        {*model.file, {model.config, model.weights, model.file->fileBytes(), 64, KvType::F32}, {}}, {}, {});
    if (!executor || !(*executor)->setAdapters(set)) return {};
    auto cache = (*executor)->createCache(64, KvType::F32);
    return run(**executor, **cache, test::tinyTokens(), 24);
}

} // namespace

class VulkanAdaptersTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        PONDER_NEEDS_REFERENCE();
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
    }
    void logitsAreThoseOfThePlainLoops_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("path");
        QTest::addColumn<bool>("integer");
        for (const LoadPath path : {LoadPath::Texel, LoadPath::Address})
            for (const bool integer : {false, true}) {
                if (!test::isThorough() && integer != (path == LoadPath::Texel)) continue;
                QTest::addRow("%s, %s", path == LoadPath::Texel ? "texels" : "addresses",
                              integer ? "integers" : "floats")
                    << QString(integer ? "qwen2-untied-q4_k_m" : "qwen2-untied-f32") << static_cast<int>(path)
                    << integer;
            }
    }
    void logitsAreThoseOfThePlainLoops() {
        QFETCH(QString, name);
        QFETCH(int, path);
        QFETCH(bool, integer);
        LoadedModel model;
        model.options.loadPath = static_cast<LoadPath>(path);
        model.options.smallModelBytes = integer ? 0 : UINT64_MAX;
        model.precision = integer ? Precision::Fast : Precision::Float;
        model.type = KvType::F32;
        QCOMPARE(model.openAndLoad(test::referenceDir() / "tiny" / (name.toStdString() + ".gguf")),
                 std::string());
        const auto tokens = test::tinyTokens();
        const double most = integer ? 2e-3 : 1e-6;
        const auto base = run(*model.executor, *model.cache, tokens, 24);
        for (const AdapterSet& set :
             {setOf(model, {{adapter("style.gguf"), 1}}),
              setOf(model, {{adapter("patterns-peft"), 1}, {adapter("tables.gguf"), 0.5F}})}) {
            QVERIFY(model.executor->setAdapters(set));
            const auto wanted = plainLogits(model, set);
            for (const std::size_t atOnce : {std::size_t{24}, std::size_t{1}}) {
                const auto got = run(*model.executor, *model.cache, tokens, atOnce);
                QCOMPARE(got.size(), wanted.size());
                const double error = test::nmse(got, wanted);
                QVERIFY2(error <= most, qPrintable(QString("%1 at once: %2").arg(atOnce).arg(error)));
            }
        }
        QVERIFY(model.executor->setAdapters({}));
        // How a prompt is cut, and so the kernels' order of sums, follows the speed measured meanwhile.
        QVERIFY(test::nmse(run(*model.executor, *model.cache, tokens, 24), base) <= most);
        QCOMPARE(model.messages(), std::string());
    }
    void memoryIsWhatWasPlanned() {
        LoadedModel model;
        QCOMPARE(model.open(test::referenceDir() / "tiny/qwen2-untied-f32.gguf"), std::string());
        const AdapterSet set = setOf(model, {{adapter("style.gguf"), 1}});
        LoadRequest request{
            *model.file, {model.config, model.weights, model.file->fileBytes(), 64, KvType::F16}, {}};
        const auto without = model.device->plan(request.plan);
        request.plan.adapters = &set;
        const auto with = model.device->plan(request.plan);
        auto executor = model.device->load(request, {}, {});
        QVERIFY(without && with && executor);
        const MemoryUse use = (*executor)->memory();
        QCOMPARE(use.weights, with->weights);
        QCOMPARE(use.scratch, with->scratch);
        QVERIFY((*executor)->setAdapters({}));
        QCOMPARE((*executor)->memory().weights, without->weights);
    }
};

PONDER_TEST(VulkanAdaptersTest)
#include "vulkan_adapters_test.moc"
