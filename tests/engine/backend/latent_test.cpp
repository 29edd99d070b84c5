// Latent attention of every shape with random weights: each device against the reference, in one batch, token
// by token, in uneven batches and in branches; with as many heads as DeepSeek-R1 has.
#include "engine/backend/reference/reference_device.h"
#include "engine/backend/vulkan/vulkan_executor.h"
#include "engine/devices.h"
#include "tests/support/logits_check.h"
#include "tests/support/present_device.h"
#include "tests/support/random_model.h"
#include "tests/support/shared_vulkan_device.h"
#include "tests/support/test_class.h"
#include "tests/support/thorough.h"

#include <QTest>

using namespace ponder;

namespace {

constexpr std::uint32_t kContext = 128;

Layer layerOf(const ModelConfig& config, std::uint32_t index) {
    return {config.latent, feedForwardOf(config, index)};
}

// One is turned like Llama, the other in halves.
const Family& familyOf(RopePairs pairs) {
    const auto make = [](RopePairs turned) {
        return Family{.architecture = "latent",
                      .hubClasses = {},
                      .ropePairs = turned,
                      .layer = layerOf,
                      .tensors = tensorTable({modelRows(), latentRows(), gatedRows()})};
    };
    static const Family adjacent = make(RopePairs::Adjacent), halves = make(RopePairs::Halves);
    return pairs == RopePairs::Adjacent ? adjacent : halves;
}

struct Kind {
    const char* name;
    LatentAttention latent;
    TensorType type = TensorType::Q8_0; // of queries and what is kept
    TensorType heads = TensorType::F16; // of each head's matrices
    RopePairs pairs = RopePairs::Adjacent;
};

const std::vector<Kind> kKinds{
    {"queries of n itself", {4, 0, 64, 32, 16, 32, 0.1F}},
    {"a query rank", {3, 96, 96, 64, 32, 64, 0.002F}, TensorType::Q5_0, TensorType::Q8_0},
    {"odd sizes", {5, 36, 32, 20, 4, 12, 0.2F}, TensorType::F32, TensorType::F32},
    {"halves, growth",
     {2, 0, 128, 48, 24, 40, 0.1F, 0.7F, 5},
     TensorType::Q4_0,
     TensorType::BF16,
     RopePairs::Halves},
    {"one head", {1, 32, 256, 32, 64, 96, 0.1F, 0.3F, 16}, TensorType::F16, TensorType::Q4_1},
    {"DeepSeek-R1", {128, 1536, 512, 128, 64, 128, 0.0005F}, TensorType::Q8_0, TensorType::Q8_0},
};

ModelConfig configOf(const Kind& kind) {
    ModelConfig config;
    config.family = &familyOf(kind.pairs);
    config.layers = config.denseLayers = kind.latent.heads > 100 ? 1 : 2;
    config.width = 96;
    config.hidden = 64;
    config.heads = kind.latent.heads;
    config.kvHeads = 1;
    config.headSize = kind.latent.keySize();
    config.rotary = kind.latent.ropeSize;
    config.vocabulary = 50;
    config.trainedContext = kContext;
    config.latent = kind.latent;
    return config;
}

struct LatentModel {
    ModelConfig config;
    std::unique_ptr<ModelFile> file;
    FileWeights weights;

    explicit LatentModel(const Kind& kind) : config(configOf(kind)) {
        auto writer = test::randomModel(config, [&](const TensorRow& row) {
            if (row.kind == TensorKind::PerHead) return kind.heads;
            const bool odd = row.slot == Slot::QueryUp || row.slot == Slot::AttentionOutput;
            return odd && kind.latent.attendedLength() % 32 != 0 ? TensorType::F32 : kind.type;
        });
        file = std::move(*ModelFile::fromBytes(writer.bytes(), "latent.gguf"));
        weights = *bindWeights(*file, config);
    }
    Result<std::unique_ptr<Executor>> load(Device& device, KvType type, Precision precision) const {
        PlanRequest request{config, weights, file->fileBytes(), kContext, type, {}};
        request.precision = precision;
        return device.load({*file, request, {}}, {}, {});
    }
};

std::vector<float> logitsOf(Executor& executor, KvType type, std::span<const TokenId> tokens,
                            std::span<const std::size_t> ends) {
    std::vector<float> all, some;
    auto cache = executor.createCache(kContext, type);
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
        Batch batch;
        batch.tokens = tokens.subspan(begin, end - begin);
        batch.firstPosition = static_cast<std::uint32_t>(begin);
        if (!cache || !executor.run(batch, **cache, {}, some)) return {};
        all.insert(all.end(), some.begin(), some.end());
        begin = end;
    }
    return all;
}

// A shared prompt, then three tokens of each branch.
std::vector<float> branchLogitsOf(Executor& executor, KvType type, std::span<const TokenId> prompt) {
    std::vector<float> all, some;
    auto cache = executor.createCache(kContext, type);
    const auto shared = static_cast<std::uint32_t>(prompt.size());
    if (!cache || !executor.run({prompt, 0, shared - 1}, **cache, {}, all)) return {};
    const std::vector<std::uint32_t> branches{4, 0, 2, 5, 1};
    for (std::uint32_t at = 0; at < 3; ++at) {
        std::vector<TokenId> tokens;
        for (const std::uint32_t branch : branches)
            tokens.push_back(static_cast<TokenId>((branch * 7 + at * 11) % 50));
        Batch batch{tokens, shared + at, 0};
        batch.branches = {shared, 9, branches};
        if (!executor.run(batch, **cache, {}, some)) return {};
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

} // namespace

class LatentTest : public QObject {
    Q_OBJECT

    static void compare(const Kind& kind, Device& device, KvType type, Precision precision, double bar) {
        const LatentModel model(kind);
        const auto plain = openReferenceDevice();
        const auto reference = model.load(*plain, type, Precision::Float);
        QVERIFY(reference);
        const auto tried = model.load(device, type, precision);
        QVERIFY2(tried, tried ? "" : tried.error().message().c_str());
        const std::size_t count = model.config.layers == 1 ? 21 : 75;
        std::vector<TokenId> tokens;
        for (TokenId i = 0; i < count; ++i)
            tokens.push_back(i * 31 % 50);
        std::vector<std::size_t> each, batches;
        for (std::size_t i = 1; i <= count; ++i) {
            each.push_back(i);
            if (i == count || i % 32 == 0) batches.push_back(i); // the reference takes no more at once
        }
        const std::vector<std::size_t> uneven{8, count / 2, count - 1, count};
        const std::vector<float> wanted = logitsOf(**reference, type, tokens, batches);
        QCOMPARE(wanted.size(), count * model.config.vocabulary);
        QVERIFY(std::all_of(wanted.begin(), wanted.end(), [](float x) { return std::isfinite(x); }));
        for (const auto& ends : {batches, each, uneven}) {
            const std::vector<float> got = logitsOf(**tried, type, tokens, ends);
            QCOMPARE(got.size(), wanted.size());
            const double error = test::nmse(got, wanted);
            QVERIFY2(error <= bar, qPrintable(QString::number(error)));
        }
        const auto prompt = std::span(tokens).first(19);
        const std::vector<float> wantedBranches = branchLogitsOf(**reference, type, prompt),
                                 branches = branchLogitsOf(**tried, type, prompt);
        QVERIFY(!branches.empty());
        QCOMPARE(branches.size(), wantedBranches.size());
        const double error = test::nmse(branches, wantedBranches);
        QVERIFY2(error <= bar, qPrintable(QString("branches: %1").arg(error)));
    }

private slots:
    void theProcessorAgreesWithTheReference_data() {
        QTest::addColumn<int>("kind");
        for (std::size_t i = 0; i < kKinds.size(); ++i)
            QTest::addRow("%s", kKinds[i].name) << int(i);
    }
    void theProcessorAgreesWithTheReference() {
        QFETCH(int, kind);
        const auto device = openDevice("cpu");
        QVERIFY(device);
        compare(kKinds[std::size_t(kind)], **device, KvType::F32, Precision::Float, 1e-6);
    }

    void vulkanAgreesWithTheReference_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("path");
        QTest::addColumn<int>("type");
        QTest::addColumn<bool>("fast");
        for (std::size_t i = 0; i < kKinds.size(); ++i)
            for (const LoadPath path : {LoadPath::Texel, LoadPath::Address}) {
                const auto add = [&](const char* cache, KvType type, bool fast) {
                    QTest::addRow("%s, %s, cache of %s%s", kKinds[i].name,
                                  path == LoadPath::Texel ? "texels" : "addresses", cache,
                                  fast ? ", integers" : "")
                        << int(i) << int(path) << int(type) << fast;
                };
                // Through addresses software devices take long to compile: two kinds only.
                if (path == LoadPath::Address && i != 1 && i != 3) continue;
                // The slow tests try all.
                if (!test::isThorough() && (i > 1 || (i == 1 && path == LoadPath::Texel))) continue;
                add("f32", KvType::F32, false);
                if (i % 3 == 0) add("f16", KvType::F16, false);
                if (i % 3 == 1) add("q8_0", KvType::Q8_0, false);
                if (kKinds[i].heads == TensorType::Q8_0) add("f32", KvType::F32, true);
            }
    }
    void vulkanAgreesWithTheReference() {
        if (!test::hasDevice("vulkan")) QSKIP("no usable Vulkan device on this machine");
        QFETCH(int, kind);
        QFETCH(int, path);
        QFETCH(int, type);
        QFETCH(bool, fast);
        VulkanOptions options;
        options.loadPath = LoadPath(path);
        options.maxPartPositions = 16; // attention in parts
        options.smallModelBytes = 0;
        const auto shared = test::sharedVulkanDevice(options);
        QVERIFY(shared);
        // A value on the border between two steps of eight bits may fall to either side.
        const double bar = fast ? 1e-3 : KvType(type) == KvType::Q8_0 ? 1e-4 : 1e-6;
        compare(kKinds[std::size_t(kind)], *shared->device, KvType(type),
                fast ? Precision::Fast : Precision::Float, bar);
        for (const std::string& message : shared->log->messages())
            QFAIL(message.c_str());
    }

    void vulkanAllocatesWhatItPlansAndDispatchesFewKernels() {
        if (!test::hasDevice("vulkan")) QSKIP("no usable Vulkan device on this machine");
        for (const Kind& kind : kKinds) {
            const LatentModel model(kind);
            const auto shared = test::sharedVulkanDevice({});
            QVERIFY(shared);
            const auto executor = model.load(*shared->device, KvType::Q8_0, Precision::Float);
            QVERIFY(executor);
            const auto cache = (*executor)->createCache(kContext, KvType::Q8_0);
            QVERIFY(cache);
            auto& vulkan = static_cast<VulkanExecutor&>(**executor);
            const MemoryUse planned = vulkan.plan().memory(), used = (*executor)->memory();
            QCOMPARE(used.weights, planned.weights);
            QCOMPARE(used.kv, planned.kv);
            QCOMPARE(used.scratch, planned.scratch);
            // One key for all heads, and no values: 8 bits each and a half for every 32, in pairs.
            const std::uint64_t kept = paddedHead(kind.latent.latentSize());
            QCOMPARE(used.kv, model.config.layers * kContext * (kept + (kept + 63) / 64 * 4));
            if (!test::isThorough() && &kind != kKinds.data()) continue;
            const std::vector<TokenId> token{7};
            std::vector<float> logits;
            QVERIFY(vulkan.run({token, 0, 0}, **cache, {}, logits));
            const std::uint32_t perLayer = 8 + (kind.latent.queryRank > 0 ? 2 : 0); // two of the dense part
            QCOMPARE(vulkan.lastBodyDispatches(), 1 + perLayer * model.config.layers);
        }
    }
};

PONDER_TEST(LatentTest)
#include "latent_test.moc"
