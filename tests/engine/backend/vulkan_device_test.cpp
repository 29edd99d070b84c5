// What a Vulkan device promises besides right numbers: listing, exact memory, cancelling, freeing everything.
#include "engine/backend/reference/reference_device.h"
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"

using namespace ponder;
using LoadedModel = test::ModelOnItsOwnDevice;

class VulkanDeviceTest : public QObject {
    Q_OBJECT
    // Three million parameters, a part of the project.
    static std::filesystem::path path() { return test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf"; }
    static std::vector<TokenId> tokens(std::size_t count) {
        std::vector<TokenId> out(count);
        for (std::size_t i = 0; i < count; ++i)
            out[i] = static_cast<TokenId>((i * 37 + 11) % 200);
        return out;
    }
    // Last logits of a prompt that is run in batches the executor allows.
    static std::vector<float> lastLogits(Executor& executor, KvCache& cache,
                                         std::span<const TokenId> prompt) {
        std::vector<float> logits;
        for (std::size_t at = 0; at < prompt.size();) {
            const auto count = std::min<std::size_t>(executor.maxBatch(), prompt.size() - at);
            const auto ran = executor.run({prompt.subspan(at, count), static_cast<std::uint32_t>(at),
                                           static_cast<std::uint32_t>(count - 1)},
                                          cache, {}, logits);
            if (!ran) return {};
            at += count;
        }
        return logits;
    }
    std::vector<float> referenceLogits(LoadedModel& model, std::span<const TokenId> prompt) {
        auto device = openReferenceDevice();
        auto executor =
            device->load({*model.file,
                          {model.config, model.weights, model.file->fileBytes(), model.context, KvType::F32},
                          {}},
                         {}, {});
        auto cache = (*executor)->createCache(model.context, KvType::F32);
        return lastLogits(**executor, **cache, prompt);
    }

private slots:
    void initTestCase() {
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
    }

    void devicesAreListedBestFirstWithTheirIds() {
        const auto devices = listVulkanDevices();
        for (std::size_t i = 0; i < devices.size(); ++i) {
            QCOMPARE(devices[i].id, "vulkan:" + std::to_string(i));
            QVERIFY(!devices[i].name.empty() && devices[i].memoryBytes > 0);
            if (i > 0) QVERIFY(devices[i - 1].kind <= devices[i].kind);
        }
    }
    void anUnknownIdNamesTheDevicesThereAre() {
        const auto device = openVulkanDevice("vulkan:99");
        QVERIFY(!device);
        QVERIFY(device.error().code == ErrorCode::DeviceNotFound);
        QVERIFY(device.error().detail.english().find("vulkan:0") != std::string::npos);
    }

    void unloadingFreesEveryObjectAndByte() {
        const VulkanCounters before = VulkanCounters::live();
        {
            LoadedModel model;
            QCOMPARE(model.openAndLoad(path()), std::string());
            QVERIFY(!lastLogits(*model.executor, *model.cache, tokens(9)).empty());
            QVERIFY(VulkanCounters::live().objects > before.objects);
            // What the executor says is what is allocated.
            QCOMPARE(static_cast<std::int64_t>(model.executor->memory().total()),
                     VulkanCounters::live().bytes - before.bytes);
            model.cache.reset();
            QCOMPARE(model.executor->memory().kv, std::uint64_t{0});
            model.executor.reset();
            QCOMPARE(VulkanCounters::live().bytes, before.bytes);
            QVERIFY2(model.messages().empty(), model.messages().c_str());
        }
        QCOMPARE(VulkanCounters::live().objects, before.objects);
    }

    void whatThePlanSaysIsWhatIsAllocated() {
        LoadedModel model;
        QCOMPARE(model.openAndLoad(path()), std::string());
        const MemoryUse planned = model.vulkan().plan().memory();
        const MemoryUse used = model.executor->memory();
        QCOMPARE(used.weights, planned.weights);
        QCOMPARE(used.kv, planned.kv);
        QCOMPARE(used.scratch, planned.scratch);
        QVERIFY(used.staging <= planned.staging);
    }

    void loadingCanBeCancelledAtAnyMoment() {
        LoadedModel model;
        QCOMPARE(model.open(path()), std::string());
        const std::int64_t before = VulkanCounters::live().bytes;
        std::uint64_t calls = 0, last = 0, all = 0;
        QVERIFY(model.tryLoad(
            [&](std::uint64_t done, std::uint64_t sum) {
                ++calls;
                QVERIFY(done > last && done <= sum);
                last = done;
                all = sum;
            },
            {}));
        QCOMPARE(last, all);
        for (std::uint64_t cancelAt = 0; cancelAt <= calls;
             cancelAt += std::max<std::uint64_t>(1, calls / 7)) {
            std::stop_source source;
            std::uint64_t call = 0;
            if (cancelAt == 0) source.request_stop();
            const auto loaded = model.tryLoad(
                [&](std::uint64_t, std::uint64_t) {
                    if (++call == cancelAt) source.request_stop();
                },
                source.get_token());
            QVERIFY(!loaded && loaded.error().code == ErrorCode::Cancelled);
            QCOMPARE(VulkanCounters::live().bytes, before);
        }
        QCOMPARE(model.load(), std::string());
    }

    void aStoppedRunIsCancelledAndTheCacheServesTheNextRun() {
        LoadedModel model;
        QCOMPARE(model.openAndLoad(path()), std::string());
        const auto prompt = tokens(20);
        const auto wanted = lastLogits(*model.executor, *model.cache, prompt);
        std::stop_source source;
        source.request_stop();
        std::vector<float> logits;
        const std::uint64_t submits = model.vulkan().submits();
        const auto stopped = model.executor->run({prompt, 0, 19}, *model.cache, source.get_token(), logits);
        QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
        QCOMPARE(model.vulkan().submits(), submits);
        QCOMPARE(lastLogits(*model.executor, *model.cache, prompt), wanted);
    }

    void aModelThatDoesNotFitIsRefusedBeforeAnythingIsAllocated() {
        LoadedModel model;
        QCOMPARE(model.open(path()), std::string());
        const std::int64_t before = VulkanCounters::live().bytes;
        const std::uint64_t free = model.device->info().freeBytes;
        const std::uint64_t perToken = std::uint64_t{4} * model.config.keyLength() * model.config.layers;
        model.context = static_cast<std::uint32_t>(free / perToken + 1);
        const auto loaded = model.tryLoad({}, {});
        QVERIFY(!loaded);
        QVERIFY2(loaded.error().code == ErrorCode::DoesNotFit, loaded.error().message().c_str());
        QCOMPARE(VulkanCounters::live().bytes, before);
    }

    void smallBuffersCutTheEmbeddingAndTheCacheWithoutChangingAResult() {
        const auto prompt = tokens(70);
        std::vector<float> whole;
        for (const bool cut : {false, true}) {
            LoadedModel model;
            model.context = 96;
            QCOMPARE(model.open(path()), std::string());
            if (cut) {
                model.device.reset();
                model.options.largestBuffer = 3 << 18; // less than the scratch memory would be too little
                model.device = std::move(*openVulkanDevice("vulkan:0", model.options));
            }
            QCOMPARE(model.load(), std::string());
            QCOMPARE(model.vulkan().plan().chunks.size() > 1, cut);
            const auto logits = lastLogits(*model.executor, *model.cache, prompt);
            if (cut) QCOMPARE(logits, whole);
            whole = logits;
            QVERIFY2(model.messages().empty(), model.messages().c_str());
        }
    }

    void uploadsThroughStagingMemoryGiveTheSameModel() {
        const auto prompt = tokens(9);
        std::vector<float> mapped;
        for (const bool staged : {false, true}) {
            LoadedModel model;
            model.options.stageUploads = staged;
            QCOMPARE(model.openAndLoad(path()), std::string());
            const auto logits = lastLogits(*model.executor, *model.cache, prompt);
            QVERIFY(!logits.empty());
            if (staged) QCOMPARE(logits, mapped);
            mapped = logits;
            QVERIFY2(model.messages().empty(), model.messages().c_str());
        }
    }
    void aCacheThatAttentionHasNoRoomForIsRefused() {
        LoadedModel model;
        model.options.maxPartPositions = 8;
        QCOMPARE(model.openAndLoad(path()), std::string());
        QVERIFY(model.executor->createCache(8 * model.vulkan().plan().scratch.partPlaces, KvType::F16));
        const auto cache =
            model.executor->createCache(8 * model.vulkan().plan().scratch.partPlaces + 1, KvType::F16);
        QVERIFY(!cache && cache.error().code == ErrorCode::BadArgument);
    }

    void aContextLongerThanAnInvocationMayWalkIsAttendedInParts() {
        const auto prompt = tokens(230);
        std::vector<float> wanted;
        for (const LoadPath loadPath : {LoadPath::Texel, LoadPath::Address}) {
            LoadedModel model;
            model.options.maxPartPositions = 64;
            model.options.loadPath = loadPath;
            model.context = 256;
            model.type = KvType::F32;
            QCOMPARE(model.openAndLoad(path()), std::string());
            if (wanted.empty()) wanted = referenceLogits(model, prompt);
            const auto logits = lastLogits(*model.executor, *model.cache, prompt);
            QVERIFY(test::nmse(logits, wanted) < 1e-9);
            std::vector<float> single;
            QVERIFY(model.executor->run({std::span(prompt).last(1), 229, 0}, *model.cache, {}, single));
            // Attention in parts adds one dispatch to a layer.
            QCOMPARE(model.vulkan().lastBodyDispatches(), 7 * model.config.layers + 1);
            QVERIFY(test::nmse(single, wanted) < 1e-9);
            QVERIFY2(model.messages().empty(), model.messages().c_str());
        }
    }

    void tokensBeyondTheContextOrTheVocabularyAreRefused() {
        LoadedModel model;
        QCOMPARE(model.openAndLoad(path()), std::string());
        std::vector<float> logits;
        const auto far = model.executor->run({tokens(2), 63, 0}, *model.cache, {}, logits);
        QVERIFY(!far && far.error().code == ErrorCode::ContextFull);
        const std::vector<TokenId> unknown{static_cast<TokenId>(model.config.vocabulary)};
        const auto odd = model.executor->run({unknown, 0, 0}, *model.cache, {}, logits);
        QVERIFY(!odd && odd.error().code == ErrorCode::BadArgument);
    }
};

PONDER_TEST(VulkanDeviceTest)
#include "vulkan_device_test.moc"
