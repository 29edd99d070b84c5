// Which experts leave a graphics processor that is too small for all of them, and what a model says of it.
#include "engine/plan/cpu_plan.h"
#include "engine/plan/dry_run.h"
#include "engine/plan/expert_split.h"
#include "tests/support/logits_check.h"
#include "tests/support/present_device.h"
#include "tests/support/shapes.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>
#include <QTest>

using namespace ponder;
using namespace ponder::test;

namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

// Ten layers, of which the first two are dense.
ModelConfig tenLayers() {
    ModelConfig config = qwen2MoeConfig();
    config.layers = 10;
    config.denseLayers = 2;
    return config;
}

// A card with room for the experts of so many layers; each weighs 100 bytes, all else 50.
PartPlan cardFor(const ModelConfig& config, std::uint32_t layers) {
    return [&config, layers](const LayerRange& lent) -> Result<MemoryUse> {
        std::uint32_t here = 0;
        for (std::uint32_t i = 0; i < config.layers; ++i)
            here += config.layer(i).mixture() && i >= lent.end ? 1 : 0;
        if (here > layers) return Error{ErrorCode::DoesNotFit, "small", {}};
        MemoryUse use;
        use.weights = here * 100 + 50;
        return use;
    };
}

Result<MemoryUse> memoryFor(const LayerRange& lent) {
    MemoryUse use;
    use.weights = lent.end;
    return use;
}

// Qwen3-30B-A3B.
ModelConfig thirtyB() {
    ModelConfig config = qwen2Config(48, 2048, 32, 4, 128, 6144, 151936);
    config.family = familyNamed("qwen3moe");
    config.mixture = {.experts = 128, .used = 8, .hidden = 768, .normalises = true};
    return config;
}

std::filesystem::path mixtureFile() { return referenceDir() / "tiny2/qwen2moe-q4_k_m.gguf"; }

LoadOptions optionsFor(std::optional<std::uint32_t> expertLayers, const std::string& device = "vulkan:0") {
    LoadOptions options;
    options.path = mixtureFile();
    options.device = device;
    options.contextTokens = 64;
    options.kvType = KvType::F32;
    options.precision = Precision::Float;
    options.expertLayers = expertLayers;
    return options;
}

} // namespace

class ExpertSplitTest : public QObject {
    Q_OBJECT
private slots:
    void asFewExpertsAsNeededLeaveTheCard() {
        const ModelConfig config = tenLayers();
        QCOMPARE(mixturesOf(config), 8U);
        const auto split = planExpertSplit(config, std::nullopt, cardFor(config, 5), memoryFor);
        QVERIFY(split);
        QCOMPARE(split->lent.end, 5U); // two dense layers and three mixtures
        QCOMPARE(split->gpuMemory.weights, std::uint64_t{550});
        QCOMPARE(split->processorMemory.weights, std::uint64_t{5});
    }
    void aCardWithRoomForAllLendsNone() {
        const ModelConfig config = tenLayers();
        const auto split = planExpertSplit(config, std::nullopt, cardFor(config, 8), memoryFor);
        QVERIFY(split);
        QCOMPARE(split->lent.end, 0U);
        QCOMPARE(split->processorMemory.total(), std::uint64_t{0});
    }
    void exactlyThoseThatWereAskedForAndAtMostAll() {
        const ModelConfig config = tenLayers();
        QCOMPARE(planExpertSplit(config, 1, cardFor(config, 8), memoryFor)->lent.end, 3U);
        QCOMPARE(planExpertSplit(config, 99, cardFor(config, 8), memoryFor)->lent.end, 10U);
        QCOMPARE(planExpertSplit(config, 1, cardFor(config, 6), memoryFor).error().code,
                 ErrorCode::DoesNotFit);
    }
    void withoutRoomForAttentionItDoesNotFit() {
        const ModelConfig config = tenLayers();
        const PartPlan none = [](const LayerRange&) -> Result<MemoryUse> {
            return Error{ErrorCode::DoesNotFit, "small", {}};
        };
        QCOMPARE(planExpertSplit(config, std::nullopt, none, memoryFor).error().code, ErrorCode::DoesNotFit);
        QCOMPARE(planExpertSplit(config, std::nullopt, cardFor(config, 5), none).error().code,
                 ErrorCode::DoesNotFit);
    }
    // What the issue is about: 18 GB of weights, 3 billion values active.
    void thirtyBillionValuesRunBesideAnEightGigabyteCard() {
        const ShapeModel model(thirtyB(), FileType::Q4_K_M);
        DeviceInfo card, host;
        card.kind = DeviceKind::Discrete;
        card.memoryBytes = card.freeBytes = 8 * kGiB;
        card.largestAllocation = 2 * kGiB;
        host.kind = DeviceKind::Processor;
        const auto planOn = [&](const DeviceInfo& device, const FileWeights& weights) {
            return planMemory(device, {model.config(), weights, model.tensorBytes(), 32768});
        };
        QVERIFY(planOn(card, model.weights())->total() > 2 * card.memoryBytes);
        const auto split = planExpertSplit(
            model.config(), std::nullopt,
            [&](const LayerRange& lent) -> Result<MemoryUse> {
                auto use = planOn(card, withoutExperts(model.weights(), lent.first, lent.end));
                if (use && use->total() > card.freeBytes) return Error{ErrorCode::DoesNotFit, {}, {}};
                return use;
            },
            [&](const LayerRange& lent) -> Result<MemoryUse> {
                const auto dry = DryRun::ofExperts(
                    host, {model.config(), model.weights(), model.tensorBytes(), 32768, KvType::F16, lent});
                if (!dry) return dry.error();
                return dry->memory(0);
            });
        QVERIFY(split);
        QVERIFY(split->lent.end > 30 && split->lent.end < 48);
        QVERIFY(split->gpuMemory.total() <= card.freeBytes);
        QVERIFY(split->gpuMemory.total() > card.freeBytes - kGiB / 2);
        QVERIFY(split->processorMemory.weights > 10 * kGiB && split->processorMemory.weights < 16 * kGiB);
    }
    void theModelSaysWhereItsExpertsAre() {
        PONDER_NEEDS_REFERENCE();
        if (!hasDevice("vulkan") || !hasDevice("cpu")) QSKIP("there is no Vulkan device");
        const auto plan = Model::plan(optionsFor(1));
        QVERIFY(plan);
        QCOMPARE(plan->parts.size(), std::size_t{2});
        QVERIFY(plan->parts[0].expertsOnly && !plan->parts[1].expertsOnly);
        QCOMPARE(plan->parts[0].device.kind, DeviceKind::Processor);
        QCOMPARE(plan->parts[1].layers.first, 0U);
        const auto model = Model::load(optionsFor(1), {}, {});
        QVERIFY(model);
        QCOMPARE((*model)->device().id, std::string("vulkan:0"));
        QCOMPARE((*model)->memory().weights, plan->parts[0].memory.weights + plan->parts[1].memory.weights);
        // All of so small a model fit; none are asked for.
        QCOMPARE(Model::plan(optionsFor(kAutoLayers))->parts.size(), std::size_t{1});
        QCOMPARE(Model::plan(optionsFor(0))->parts.size(), std::size_t{1});
    }
    void repliesAndSavedChatsAreThoseOfTheWholeModel() {
        PONDER_NEEDS_REFERENCE();
        if (!hasDevice("vulkan") || !hasDevice("cpu")) QSKIP("there is no Vulkan device");
        const auto whole = std::move(*Model::load(optionsFor({}, "reference"), {}, {}));
        const auto split = std::move(*Model::load(optionsFor(99), {}, {}));
        const std::vector<TokenId> prompt{276, 493, 113, 443, 81, 207};
        GenerateSettings settings;
        settings.sampling.temperature = 0;
        settings.maxTokens = 12;
        const auto reply = [&](Session& session) {
            std::vector<TokenId> ids;
            const auto add = [&](const ReplyToken& token) {
                ids.push_back(token.id);
                return true;
            };
            return session.generate(prompt, settings, add, {}) ? ids : std::vector<TokenId>();
        };
        const auto wanted = reply(**whole->createSession()), got = reply(**split->createSession());
        QVERIFY(!wanted.empty());
        QCOMPARE(got, wanted);

        const QTemporaryDir dir;
        const std::filesystem::path path = dir.filePath("chat.kv").toStdString();
        auto first = *split->createSession();
        QVERIFY(first->logits(prompt, prompt.size() - 1, {}));
        QVERIFY(first->saveState(path));
        std::vector<TokenId> longer = prompt;
        longer.push_back(5);
        const auto expected = first->logits(longer, longer.size() - 1, {});
        auto second = *split->createSession();
        QCOMPARE(*second->restoreState(path, longer), static_cast<std::uint32_t>(prompt.size()));
        const auto continued = second->logits(longer, longer.size() - 1, {});
        QVERIFY(expected && continued);
        QCOMPARE(*continued, *expected);
    }
    // How many layers lend theirs depends on the memory that was free when a model was loaded.
    void aChatComesBackWhereverItsExpertsWereMultiplied() {
        PONDER_NEEDS_REFERENCE();
        if (!hasDevice("vulkan") || !hasDevice("cpu")) QSKIP("there is no Vulkan device");
        const QTemporaryDir dir;
        const std::filesystem::path path = dir.filePath("chat.kv").toStdString();
        const std::vector<TokenId> prompt{276, 493, 113, 443, 81, 207},
            longer{276, 493, 113, 443, 81, 207, 5};
        for (const auto& [from, to] : {std::pair{99U, 0U}, std::pair{0U, 99U}}) {
            const auto saver = std::move(*Model::load(optionsFor(from), {}, {}));
            const auto reader = std::move(*Model::load(optionsFor(to), {}, {}));
            auto saved = *saver->createSession(), fresh = *reader->createSession();
            QVERIFY(saved->logits(prompt, prompt.size() - 1, {}) && saved->saveState(path));
            auto restored = *reader->createSession();
            QCOMPARE(*restored->restoreState(path, longer), static_cast<std::uint32_t>(prompt.size()));
            const auto got = restored->logits(longer, longer.size() - 1, {});
            const auto wanted = fresh->logits(longer, longer.size() - 1, {});
            QVERIFY(got && wanted);
            const double error = nmse(*got, *wanted);
            QVERIFY2(error <= 1e-6, qPrintable(QString::number(error)));
        }
    }
    void whatDoesNotGoTogetherIsSaid() {
        PONDER_NEEDS_REFERENCE();
        const auto refused = Model::plan(optionsFor(1, "reference"));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::BadArgument);
        for (const std::uint32_t none : {0U, kAutoLayers})
            QVERIFY(Model::plan(optionsFor(none, "reference")));
        if (!hasDevice("vulkan")) QSKIP("there is no Vulkan device");
        LoadOptions both = optionsFor(1);
        both.gpuLayers = 1;
        QCOMPARE(Model::plan(both).error().code, ErrorCode::BadArgument);
        LoadOptions dense = optionsFor(1);
        dense.path = dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf";
        const auto none = Model::plan(dense);
        QVERIFY(!none);
        QVERIFY(none.error().message().find("no experts") != std::string::npos);
        dense.expertLayers = kAutoLayers;
        QVERIFY(Model::plan(dense));
    }
};

PONDER_TEST(ExpertSplitTest)
#include "expert_split_test.moc"
