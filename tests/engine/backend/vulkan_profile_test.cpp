// What each kernel costs on a Vulkan device: counted, timed and with the bytes it reads while profiling is
// on, and nothing of it otherwise.
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"

#include <chrono>
#include <numeric>

using namespace ponder;
using test::LoadedModel;

class VulkanProfileTest : public QObject {
    Q_OBJECT

    static std::string load(LoadedModel& model) {
        return model.openAndLoad(test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf");
    }
    static std::vector<TokenId> tokens(std::size_t count) {
        std::vector<TokenId> out(count);
        std::iota(out.begin(), out.end(), TokenId{5});
        return out;
    }
    static KernelTime find(const Executor& executor, const std::string& start) {
        KernelTime sum;
        for (const KernelTime& time : executor.kernelTimes())
            if (time.kernel.starts_with(start)) {
                sum.calls += time.calls;
                sum.seconds += time.seconds;
                sum.bytes += time.bytes;
            }
        return sum;
    }
    template<class Work>
    static auto within(double& seconds, Work&& work) {
        const auto start = std::chrono::steady_clock::now();
        auto result = work();
        seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return result;
    }
    static std::uint64_t bytesOf(const VulkanTensor* tensor) {
        std::uint64_t sum = 0;
        for (const WeightSlice& slice : tensor->slices)
            sum += slice.layout.bytes();
        return sum;
    }

private slots:
    void initTestCase() {
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
    }

    void eachKernelOfAPromptIsTimedAndItsBytesAreCounted() {
        LoadedModel model;
        model.options.firstRate = 1e12;
        QCOMPARE(load(model), std::string());
        std::vector<float> logits;
        model.executor->profile(true);
        QVERIFY(model.executor->kernelTimes().empty());
        double wall = 0;
        QVERIFY(within(wall, [&] {
            return model.executor->run({tokens(20), 0, 19}, *model.cache, {}, logits);
        }));

        const std::uint64_t layers = model.config.layers;
        std::uint64_t qkv = 0, gateUp = 0, added = 0;
        const auto& weights = model.vulkan().plan().weights;
        for (std::uint32_t i = 0; i < weights.layers(); ++i) {
            const auto bytes = [&](Slot slot) { return bytesOf(weights[{slot, i}]); };
            qkv += bytes(Slot::Query) + bytes(Slot::Key) + bytes(Slot::Value);
            gateUp += bytes(Slot::Gate) + bytes(Slot::Up);
            added += bytes(Slot::AttentionOutput) + bytes(Slot::Down);
        }
        const Executor& executor = *model.executor;
        QCOMPARE(find(executor, "norm_qkv").calls, layers);
        QCOMPARE(find(executor, "norm_qkv").bytes, qkv);
        QCOMPARE(find(executor, "norm_gate_up").bytes, gateUp);
        QCOMPARE(find(executor, "project_add").calls, 2 * layers);
        QCOMPARE(find(executor, "project_add").bytes, added);
        QCOMPARE(find(executor, "head").bytes, bytesOf(weights[Slot::Output]));
        // f16 keys and values of twenty positions.
        QCOMPARE(find(executor, "attention").bytes, layers * 20 * 2 * 2 * model.config.keyLength());
        const KernelTime all = find(executor, "");
        QVERIFY(all.seconds > 0 && all.seconds < wall);
        for (const KernelTime& time : executor.kernelTimes())
            QVERIFY2(time.seconds > 0, time.kernel.c_str());

        QVERIFY(model.executor->run({tokens(20), 0, 19}, *model.cache, {}, logits));
        QCOMPARE(find(executor, "norm_qkv").calls, 2 * layers);
        QCOMPARE(find(executor, "norm_qkv").bytes, 2 * qkv);
        QVERIFY2(model.messages().empty(), model.messages().c_str());
    }

    void tokensWrittenWithCommandsRecordedOnceAreTimedEachTime() {
        LoadedModel model;
        QCOMPARE(load(model), std::string());
        std::vector<float> logits;
        model.executor->profile(true);
        for (std::uint32_t position = 0; position < 3; ++position)
            QVERIFY(model.executor->run({tokens(1), position, 0}, *model.cache, {}, logits));
        QCOMPARE(find(*model.executor, "norm_qkv").calls, 3 * model.config.layers);
        // One, two and three positions.
        QCOMPARE(find(*model.executor, "attention").bytes,
                 std::uint64_t{6} * model.config.layers * 2 * 2 * model.config.keyLength());
        QVERIFY2(model.messages().empty(), model.messages().c_str());
    }

    void aStreamIsTimedWithItsSamplingAndPicksTheSameTokens() {
        LoadedModel model;
        QCOMPARE(load(model), std::string());
        const auto prompt = tokens(9);
        const SamplingSettings settings{.temperature = 0.8F, .seed = 3};
        std::vector<TokenId> picked[2];
        for (const bool profiles : {false, true}) {
            model.executor->profile(profiles);
            std::vector<float> logits;
            QVERIFY(model.executor->run({prompt, 0, 8}, *model.cache, {}, logits));
            model.executor->profile(profiles); // forgets the prompt
            auto stream = std::move(*model.executor->startDecode(*model.cache, 9, prompt, settings));
            for (int i = 0; i < 5; ++i) {
                const auto next = stream->next({});
                QVERIFY(next);
                picked[profiles].push_back(*next);
            }
        }
        QCOMPARE(picked[1], picked[0]);
        QCOMPARE(find(*model.executor, "sample_pick").calls, std::uint64_t{5});
        // The first token is picked from the prompt's logits.
        QCOMPARE(find(*model.executor, "norm_qkv").calls, std::uint64_t{4} * model.config.layers);
        QCOMPARE(find(*model.executor, "attention").bytes,
                 std::uint64_t{10 + 11 + 12 + 13} * model.config.layers * 2 * 2 * model.config.keyLength());
        QVERIFY2(model.messages().empty(), model.messages().c_str());
    }

    void profilingMayBeginAndEndWhileAStreamIsUnderWay() {
        LoadedModel model;
        QCOMPARE(load(model), std::string());
        const auto prompt = tokens(9);
        std::vector<float> logits;
        QVERIFY(model.executor->run({prompt, 0, 8}, *model.cache, {}, logits));
        auto stream = std::move(*model.executor->startDecode(*model.cache, 9, prompt, {.temperature = 0}));
        std::vector<TokenId> picked;
        for (int i = 0; i < 24; ++i) {
            if (i == 8) model.executor->profile(true);
            if (i == 16) QVERIFY(find(*model.executor, "norm_qkv").calls > 0);
            if (i == 16) model.executor->profile(false);
            const auto next = stream->next({});
            QVERIFY(next);
            picked.push_back(*next);
        }
        QVERIFY(model.executor->kernelTimes().empty());
        stream.reset();
        QVERIFY(model.executor->run({prompt, 0, 8}, *model.cache, {}, logits));
        stream = std::move(*model.executor->startDecode(*model.cache, 9, prompt, {.temperature = 0}));
        for (int i = 0; i < 24; ++i)
            QCOMPARE(*stream->next({}), picked[static_cast<std::size_t>(i)]);
        QVERIFY2(model.messages().empty(), model.messages().c_str());
    }

    void withoutProfilingThereAreNoQueriesAndNoTimes() {
        LoadedModel model;
        QCOMPARE(load(model), std::string());
        std::vector<float> logits;
        const auto run = [&] {
            return bool(model.executor->run({tokens(1), 0, 0}, *model.cache, {}, logits));
        };
        QVERIFY(run());
        const std::int64_t objects = VulkanCounters::live().objects;
        const std::vector<float> wanted = logits;
        model.executor->profile(true);
        QVERIFY(run());
        QVERIFY(VulkanCounters::live().objects > objects);
        QCOMPARE(logits, wanted);
        model.executor->profile(false);
        QVERIFY(run());
        QCOMPARE(VulkanCounters::live().objects, objects);
        QVERIFY(model.executor->kernelTimes().empty());
    }

    void moreKernelsThanAPoolHasQueriesForAreTimed() {
        VulkanOptions options;
        options.validation = std::make_shared<ValidationLog>();
        const auto context = std::move(*openVulkanContext("vulkan:0", options));
        KernelStamps stamps(*context);
        const auto record = [&](VkCommandBuffer commands) {
            for (int i = 0; i < 300; ++i) {
                QVERIFY(stamps.before(commands));
                stamps.after(commands, i < 200 ? "first" : "second", {1, 10, 2});
            }
        };
        double wall = 0;
        QVERIFY(within(wall, [&] { return context->runOnce(record); }));
        KernelSums sums;
        QVERIFY(stamps.addTo(sums, 7));
        QCOMPARE(sums.times().size(), std::size_t{2});
        QCOMPARE(sums.times()[0].calls, std::uint64_t{200});
        QCOMPARE(sums.times()[1].calls, std::uint64_t{100});
        QCOMPARE(sums.times()[1].bytes, std::uint64_t{2400});
        QVERIFY(sums.times()[0].seconds + sums.times()[1].seconds < wall);
        QVERIFY(options.validation->messages().empty());
    }
};

PONDER_TEST(VulkanProfileTest)
#include "vulkan_profile_test.moc"
