// Experts on the processor beside a Vulkan device: the logits of the whole model, every byte, and what stops.
#include "engine/backend/cpu/cpu_device.h"
#include "engine/plan/expert_split.h"
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <thread>

using namespace ponder;
using namespace ponder::test;

namespace {

std::filesystem::path folder() { return referenceDir() / "tiny2"; }

const nlohmann::json& manifest() {
    static const nlohmann::json json = [] {
        std::ifstream file(folder() / "manifest.json");
        return nlohmann::json::parse(file, nullptr, false);
    }();
    return json;
}

std::vector<TokenId> tokens() { return manifest()["tokens"].get<std::vector<TokenId>>(); }

struct Beside : LoadedModel {
    std::unique_ptr<Device> processor = openCpuDevice();
    MemoryUse planned;

    // With the experts of the first so many mixtures on the processor.
    std::string lend(std::uint32_t mixtures) {
        executor.reset();
        const LayerRange lent = firstMixtures(config, mixtures);
        const FileWeights rest = withoutExperts(weights, lent.first, lent.end);
        const auto request = [&](const FileWeights& some, const LayerRange& which) {
            return PlanRequest{config, some, file->fileBytes(), context, KvType::F32, which, 0, precision};
        };
        std::shared_ptr<ExpertWorker> worker;
        planned = {};
        if (mixtures > 0) {
            auto loaded = processor->loadExperts({*file, request(weights, lent)}, {}, {});
            const auto use = processor->planExperts(request(weights, lent));
            if (!loaded || !use) return "the experts are not loaded";
            worker = std::move(*loaded);
            planned = *use;
        }
        const auto use = device->plan(request(rest, {}));
        if (!use) return use.error().message();
        planned = planned + *use;
        auto loaded = device->load({*file, request(rest, {}), {}, worker}, {}, {});
        if (!loaded) return loaded.error().message();
        executor = std::move(*loaded);
        return {};
    }
    Result<std::vector<float>> logits(std::span<const TokenId> ids, std::span<const std::size_t> ends,
                                      const std::stop_token& stop = {}) {
        std::vector<float> all, some;
        auto made = executor->createCache(context, KvType::F32);
        if (!made) return made.error();
        std::size_t begin = 0;
        for (const std::size_t end : ends) {
            Batch batch;
            batch.tokens = ids.subspan(begin, end - begin);
            batch.firstPosition = static_cast<std::uint32_t>(begin);
            if (const auto ran = executor->run(batch, **made, stop, some); !ran) return ran.error();
            all.insert(all.end(), some.begin(), some.end());
            begin = end;
        }
        return all;
    }
};

} // namespace

class VulkanExpertsTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        PONDER_NEEDS_REFERENCE();
        if (!hasVulkan()) QSKIP("there is no Vulkan device");
    }
    void logitsAreRightWhereverTheExpertsAre_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("fast");
        for (const char* name : {"qwen3moe-q4_k_m", "qwen2moe-q4_k_m", "qwen3moe-nvfp4"})
            for (const bool fast : {false, true})
                QTest::addRow("%s, %s", name, fast ? "fast" : "float") << QString(name) << fast;
    }
    void logitsAreRightWhereverTheExpertsAre() {
        QFETCH(QString, name);
        QFETCH(bool, fast);
        Beside model;
        model.precision = fast ? Precision::Fast : Precision::Float;
        QCOMPARE(model.open(folder() / (name.toStdString() + ".gguf")), std::string());
        const auto ids = tokens();
        const auto wanted = readFloats(folder() / (name.toStdString() + ".logits.f32"));
        const double bar =
            fast
                ? 1.5 *
                      manifest()["models"][name.toStdString()]["nmse_llamacpp_int8_activations"].get<double>()
                : 1e-6;
        const std::uint32_t mixtures = mixturesOf(model.config);
        QVERIFY(mixtures > 1);
        for (const std::uint32_t lent : {0U, 1U, mixtures}) {
            QCOMPARE(model.lend(lent), std::string());
            std::vector<std::vector<std::size_t>> cuts{{ids.size()}, {}};
            for (std::size_t i = 1; i <= ids.size(); ++i)
                cuts[1].push_back(i);
            for (std::size_t cut = 1; cut < ids.size(); cut += 11)
                cuts.push_back({cut, ids.size()});
            for (const auto& ends : cuts) {
                const auto got = model.logits(ids, ends);
                QVERIFY(got);
                QCOMPARE(got->size(), wanted.size());
                const double error = nmse(*got, wanted);
                QVERIFY2(error <= bar, qPrintable(QString("%1 lent, %2 batches: %3 > %4")
                                                      .arg(lent)
                                                      .arg(ends.size())
                                                      .arg(error)
                                                      .arg(bar)));
            }
        }
        QCOMPARE(model.messages(), std::string());
    }
    void everyByteIsPlanned() {
        Beside model;
        QCOMPARE(model.open(folder() / "qwen2moe-q4_k_m.gguf"), std::string());
        QCOMPARE(model.lend(0), std::string());
        const std::uint64_t whole = model.executor->memory().weights;
        for (const std::uint32_t lent : {1U, mixturesOf(model.config)}) {
            QCOMPARE(model.lend(lent), std::string());
            const auto cache = model.executor->createCache(model.context, KvType::F32);
            QVERIFY(cache && model.logits(tokens(), std::array<std::size_t, 1>{48}));
            const MemoryUse use = model.executor->memory();
            QCOMPARE(use.weights, model.planned.weights);
            QCOMPARE(use.kv, model.planned.kv);
            QVERIFY(use.scratch <= model.planned.scratch);
            // The router and a norm are on both sides.
            QVERIFY(use.weights < whole + whole / 4);
        }
    }
    void tokensAreSampledOnTheHost() {
        Beside model;
        QCOMPARE(model.open(folder() / "qwen3moe-q4_k_m.gguf"), std::string());
        const SamplingSettings settings;
        const std::vector<TokenId> history{1};
        for (const std::uint32_t lent : {0U, 1U}) {
            QCOMPARE(model.lend(lent), std::string());
            const auto cache = std::move(*model.executor->createCache(64, KvType::F32));
            std::vector<float> logits;
            Batch batch;
            batch.tokens = history;
            QVERIFY(model.executor->run(batch, *cache, {}, logits));
            const auto stream = model.executor->startDecode(*cache, 1, history, settings);
            QVERIFY(stream);
            QCOMPARE(*stream != nullptr, lent == 0);
        }
    }
    void aStopInTheMiddleLeavesAModelThatGoesOn() {
        Beside model;
        QCOMPARE(model.open(folder() / "qwen2moe-q4_k_m.gguf"), std::string());
        QCOMPARE(model.lend(2), std::string());
        const auto ids = tokens();
        const std::array<std::size_t, 1> whole{48};
        const auto wanted = model.logits(ids, whole);
        QVERIFY(wanted);
        std::vector<std::size_t> each;
        for (std::size_t i = 1; i <= ids.size(); ++i)
            each.push_back(i);
        for (int i = 0; i < 5; ++i) {
            std::stop_source source;
            std::thread stopper([&] { source.request_stop(); });
            const auto stopped = model.logits(ids, each, source.get_token());
            stopper.join();
            if (!stopped) QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
            const auto again = model.logits(ids, whole);
            QVERIFY(again);
            QCOMPARE(*again, *wanted);
        }
        QCOMPARE(model.messages(), std::string());
    }
    void branchesUseTheSameExperts() {
        Beside model;
        QCOMPARE(model.open(folder() / "qwen3moe-q4_k_m.gguf"), std::string());
        const auto ids = tokens();
        const auto run = [&](std::uint32_t lent) {
            std::vector<float> logits;
            if (!model.lend(lent).empty()) return logits;
            auto cache = std::move(*model.executor->createCache(64, KvType::F32));
            Batch prompt;
            prompt.tokens = std::span(ids).first(20);
            prompt.firstLogits = 20;
            const std::array<std::uint32_t, 3> branches{0, 1, 2};
            Batch batch;
            batch.tokens = std::span(ids).subspan(20, 3);
            batch.firstPosition = 20;
            batch.branches = {20, 8, branches};
            if (!model.executor->run(prompt, *cache, {}, logits) ||
                !model.executor->run(batch, *cache, {}, logits))
                logits.clear();
            return logits;
        };
        const auto wanted = run(0), got = run(mixturesOf(model.config));
        QCOMPARE(got.size(), wanted.size());
        QVERIFY(!got.empty() && nmse(got, wanted) <= 1e-6);
    }
    void kernelsOfBothSidesAreTimed() {
        Beside model;
        QCOMPARE(model.open(folder() / "qwen2moe-q4_k_m.gguf"), std::string());
        QCOMPARE(model.lend(1), std::string());
        model.executor->profile(true);
        QVERIFY(model.logits(tokens(), std::array<std::size_t, 1>{48}));
        bool experts = false, attention = false;
        for (const KernelTime& time : model.executor->kernelTimes()) {
            experts = experts || time.kernel == "experts down";
            attention = attention || time.kernel.starts_with("attention");
        }
        QVERIFY(experts && attention);
    }
};

PONDER_TEST(VulkanExpertsTest)
#include "vulkan_experts_test.moc"
