// A model whose layers are divided between two executors gives the logits of the undivided one.
#include "engine/backend/reference/reference_device.h"
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"
#include "tests/support/thorough.h"

using namespace ponder;
using test::LoadedModel;

class VulkanLayerRangeTest : public QObject {
    Q_OBJECT
    // Runs the tokens through the executors one behind the other, `atOnce` rows at a time.
    static std::vector<float> through(std::initializer_list<Executor*> executors,
                                      std::span<const TokenId> tokens, std::size_t atOnce, KvType type) {
        std::vector<std::unique_ptr<KvCache>> caches;
        for (Executor* executor : executors)
            caches.push_back(std::move(*executor->createCache(64, type)));
        std::vector<float> all;
        for (std::size_t at = 0; at < tokens.size(); at += atOnce) {
            std::vector<float> stream;
            std::size_t number = 0;
            for (Executor* executor : executors) {
                const std::vector<float> received = std::move(stream);
                Batch batch;
                batch.tokens = tokens.subspan(at, std::min(atOnce, tokens.size() - at));
                batch.firstPosition = static_cast<std::uint32_t>(at);
                batch.activations = received;
                if (!executor->run(batch, *caches[number++], {}, stream)) return {};
            }
            all.insert(all.end(), stream.begin(), stream.end());
        }
        return all;
    }
    static std::string loadRange(LoadedModel& model, const std::filesystem::path& path, LayerRange layers) {
        model.layers = layers;
        return model.openAndLoad(path);
    }

private slots:
    void initTestCase() {
        PONDER_NEEDS_REFERENCE();
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
    }

    void layersMayBeDividedAnywhere_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("path");
        for (const LoadPath path : {LoadPath::Texel, LoadPath::Address})
            for (const QString& name :
                 {QStringLiteral("llama-odd-q4_k_m"), QStringLiteral("qwen2-tied-q4_k_m"),
                  QStringLiteral("llama-ropefreqs-q4_k_m")}) {
                const bool odd = name == u"llama-odd-q4_k_m";
                if (!test::isThorough() && odd != (path == LoadPath::Address)) continue;
                QTest::addRow("%s, %s", qPrintable(name), path == LoadPath::Texel ? "texels" : "addresses")
                    << name << static_cast<int>(path);
            }
    }
    void layersMayBeDividedAnywhere() {
        QFETCH(QString, name);
        QFETCH(int, path);
        const auto file = test::referenceDir() / "tiny" / (name.toStdString() + ".gguf");
        const std::vector<TokenId> tokens = test::tinyTokens();
        LoadedModel whole;
        whole.options.loadPath = static_cast<LoadPath>(path);
        QCOMPARE(whole.openAndLoad(file), std::string());
        const auto wanted = through({whole.executor.get()}, tokens, 24, KvType::F16);
        QVERIFY(!wanted.empty());
        auto plain = openReferenceDevice();

        const std::uint32_t layers = whole.config.layers;
        QVERIFY(layers > 1);
        for (std::uint32_t cut = 1; cut < layers; ++cut) {
            LoadedModel front, back;
            for (LoadedModel* model : {&front, &back})
                model->options.loadPath = static_cast<LoadPath>(path);
            QCOMPARE(loadRange(front, file, {0, cut}), std::string());
            QCOMPARE(loadRange(back, file, {cut, layers}), std::string());
            QCOMPARE(front.executor->layers().end, cut);
            QCOMPARE(back.executor->layers().first, cut);
            const auto slow = plain->load(
                {*whole.file,
                 {whole.config, whole.weights, whole.file->fileBytes(), 64, KvType::F16, {0, cut}},
                 {}},
                {}, {});
            QVERIFY(slow);
            for (Executor* first : {front.executor.get(), slow->get()})
                for (const std::size_t atOnce : {24U, 7U, 1U}) {
                    const auto got = through({first, back.executor.get()}, tokens, atOnce, KvType::F16);
                    QCOMPARE(got.size(), wanted.size());
                    QVERIFY2(test::nmse(got, wanted) <= 1e-6, qPrintable(QString("cut at %1, %2 rows: %3")
                                                                             .arg(cut)
                                                                             .arg(atOnce)
                                                                             .arg(test::nmse(got, wanted))));
                }
            QVERIFY2((front.messages() + back.messages()).empty(),
                     (front.messages() + back.messages()).c_str());
        }
    }

    void aRangeTakesOnlyItsOwnMemory() {
        const auto file = test::referenceDir() / "tiny/qwen2-tied-q4_k_m.gguf";
        LoadedModel whole, front, back;
        QCOMPARE(whole.openAndLoad(file), std::string());
        QCOMPARE(loadRange(front, file, {0, 1}), std::string());
        QCOMPARE(loadRange(back, file, {1, 99}), std::string());
        const std::uint32_t layers = whole.config.layers;
        QCOMPARE(back.executor->layers().end, layers);
        QCOMPARE(front.executor->memory().kv * layers, whole.executor->memory().kv);
        QCOMPARE(back.executor->memory().kv * layers, whole.executor->memory().kv * (layers - 1));
        // The embedding is the head as well, so both ends hold it; nothing else is there twice.
        const auto& embedding = whole.vulkan().plan().weights[Slot::TokenEmbedding]->slices;
        std::uint64_t twice = 0;
        for (const WeightSlice& slice : embedding)
            twice += slice.layout.bytes();
        QCOMPARE(front.executor->memory().weights + back.executor->memory().weights,
                 whole.executor->memory().weights + twice);
        for (LoadedModel* model : {&front, &back}) {
            const MemoryUse planned = model->vulkan().plan().memory(), used = model->executor->memory();
            QCOMPARE(used.weights, planned.weights);
            QCOMPARE(used.kv, planned.kv);
            QCOMPARE(used.scratch, planned.scratch);
        }
    }

    void noLayersAndMissingActivationsAreRefused() {
        const auto file = test::referenceDir() / "tiny/qwen2-tied-q4_k_m.gguf";
        LoadedModel none, back;
        none.layers = {1, 1};
        QCOMPARE(none.open(file), std::string());
        const auto loaded = none.tryLoad({}, {});
        QVERIFY(!loaded && loaded.error().code == ErrorCode::BadArgument);
        QCOMPARE(loadRange(back, file, {1, 99}), std::string());
        std::vector<float> logits;
        const std::vector<TokenId> token{3};
        const auto ran = back.executor->run({token, 0, 0}, *back.cache, {}, logits);
        QVERIFY(!ran && ran.error().code == ErrorCode::BadArgument);
    }
};

PONDER_TEST(VulkanLayerRangeTest)
#include "vulkan_layer_range_test.moc"
