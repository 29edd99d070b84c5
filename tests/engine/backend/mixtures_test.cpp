// Mixtures of experts of every kind with random weights: each device against the reference, in one batch,
// token by token and in uneven batches.
//
// The family is the test's own, with all that a mixture can have: a bias that chooses, a shared expert with a
// gate or without, dense layers in front, gate and up of an expert in one stack.
#include "tests/support/logits_check.h"
#include "tests/support/present_device.h"
#include "tests/support/random_model.h"
#include "tests/support/shared_vulkan_device.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

namespace {

const Family& allOfIt(bool gate) {
    const auto make = [](std::span<const TensorRow> share) {
        return Family{.architecture = "mixture",
                      .hubClasses = {},
                      .ropePairs = RopePairs::Halves,
                      .layer = mixtureLayer,
                      .tensors = tensorTable({modelRows(), headRows(), gatedRows(), mixtureRows(),
                                              routerBiasRows(), sharedRows(), share})};
    };
    static const Family with = make(sharedRouterRows()), without = make({});
    return gate ? with : without;
}

struct Kind {
    const char* name;
    MixtureFeedForward mixture;
    TensorType type = TensorType::Q8_0; // of stacks
    std::uint32_t denseLayers = 0;
    TensorType down = type;
};

const std::vector<Kind> kKinds{
    {"softmax", {.experts = 5, .used = 2, .hidden = 32}},
    {"one expert for all", {.experts = 1, .used = 1, .hidden = 64}, TensorType::Q4_0},
    {"all of them", {.experts = 3, .used = 3, .hidden = 96, .normalises = true}, TensorType::Q5_1},
    {"sigmoid, groups, scale, shared",
     {.experts = 12,
      .used = 3,
      .hidden = 32,
      .gating = Gating::Sigmoid,
      .normalises = true,
      .scale = 2.5F,
      .groups = 4,
      .usedGroups = 2,
      .sharedHidden = 64},
     TensorType::Q4_1,
     1},
    {"softmax, groups by their best",
     {.experts = 12, .used = 3, .hidden = 32, .scale = 16, .groups = 4, .usedGroups = 2, .sharedHidden = 32}},
    {"many experts, share",
     {.experts = 70, .used = 8, .hidden = 32, .sharedHidden = 160, .sharedGate = true}},
    {"merged, softmax of the chosen",
     {.experts = 6, .used = 4, .hidden = 64, .gating = Gating::SoftmaxOfChosen, .merged = true},
     TensorType::Q5_0},
    {"floats", {.experts = 6, .used = 2, .hidden = 32, .sharedHidden = 32}, TensorType::F16},
    {"quants that give floats",
     {.experts = 6, .used = 2, .hidden = 32},
     TensorType::Q8_0,
     0,
     TensorType::F32},
    {"floats that give quants",
     {.experts = 6, .used = 2, .hidden = 32},
     TensorType::BF16,
     1,
     TensorType::Q8_0},
};

ModelConfig configOf(const Kind& kind) {
    ModelConfig config;
    config.family = &allOfIt(kind.mixture.sharedGate);
    config.layers = 2;
    config.width = 96;
    config.hidden = 64;
    config.heads = 3;
    config.kvHeads = 1;
    config.headSize = config.rotary = 32;
    config.vocabulary = 50;
    config.trainedContext = 128;
    config.mixture = kind.mixture;
    config.denseLayers = kind.denseLayers;
    return config;
}

test::GgufWriter fileOf(const Kind& kind, const ModelConfig& config) {
    return test::randomModel(config, [&](const TensorRow& row) {
        if (row.slot == Slot::DownExperts) return kind.down;
        return row.kind == TensorKind::Stack ? kind.type : TensorType::Q8_0;
    });
}

struct Loaded {
    std::shared_ptr<Device> device;
    std::unique_ptr<Executor> executor;
    std::string problem;

    Loaded(const char* id, const ModelFile& file, const ModelConfig& config, const FileWeights& weights) {
        const auto opened = test::testDevice(id);
        if (!opened) {
            problem = opened.error().message();
            return;
        }
        device = *opened;
        PlanRequest request{config, weights, file.fileBytes(), 128, KvType::F32, {}};
        request.precision = Precision::Float;
        auto loaded = device->load({file, request, {}}, {}, {});
        if (!loaded)
            problem = loaded.error().message();
        else
            executor = std::move(*loaded);
    }
    std::vector<float> logits(std::span<const TokenId> tokens, std::span<const std::size_t> ends) {
        std::vector<float> all, some;
        auto cache = executor->createCache(128, KvType::F32);
        std::size_t begin = 0;
        for (const std::size_t end : ends) {
            Batch batch;
            batch.tokens = tokens.subspan(begin, end - begin);
            batch.firstPosition = static_cast<std::uint32_t>(begin);
            if (!cache || !executor->run(batch, **cache, {}, some)) return {};
            all.insert(all.end(), some.begin(), some.end());
            begin = end;
        }
        return all;
    }
};

} // namespace

class MixturesTest : public QObject {
    Q_OBJECT
private slots:
    void everyDeviceAgreesWithTheReference_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("device");
        for (std::size_t i = 0; i < kKinds.size(); ++i)
            for (const char* device : {"cpu", "vulkan"})
                QTest::addRow("%s on %s", kKinds[i].name, device) << int(i) << device;
    }
    void everyDeviceAgreesWithTheReference() {
        QFETCH(int, kind);
        QFETCH(QString, device);
        const QByteArray id = device.toLatin1();
        if (!test::hasDevice(id)) QSKIP("there is no such device");
        const ModelConfig config = configOf(kKinds[std::size_t(kind)]);
        const auto file =
            ModelFile::fromBytes(fileOf(kKinds[std::size_t(kind)], config).bytes(), "mixture.gguf");
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        const auto weights = bindWeights(**file, config);
        QVERIFY2(weights, weights ? "" : weights.error().message().c_str());
        Loaded reference("reference", **file, config, *weights), tried(id, **file, config, *weights);
        QVERIFY2(reference.executor, reference.problem.c_str());
        QVERIFY2(tried.executor, tried.problem.c_str());
        std::vector<TokenId> tokens;
        for (TokenId i = 0; i < 75; ++i)
            tokens.push_back(i * 31 % 50);
        std::vector<std::size_t> each;
        for (std::size_t i = 1; i <= tokens.size(); ++i)
            each.push_back(i);
        const std::vector<std::size_t> halves{32, 64, 75}; // the reference takes no more at once
        const std::vector<std::size_t> uneven{1, 4, 9, 11, 40, 41, 75};
        const std::vector<float> wanted = reference.logits(tokens, halves);
        QCOMPARE(wanted.size(), tokens.size() * config.vocabulary);
        QVERIFY(std::all_of(wanted.begin(), wanted.end(), [](float x) { return std::isfinite(x); }));
        for (const auto& ends : {halves, each, uneven}) {
            const std::vector<float> got = tried.logits(tokens, ends);
            QCOMPARE(got.size(), wanted.size());
            const double error = test::nmse(got, wanted);
            QVERIFY2(error <= 1e-6, qPrintable(QString::number(error)));
        }
        const std::vector<float> single = reference.logits(tokens, each);
        QVERIFY(test::nmse(single, wanted) <= 1e-10);
    }
};

PONDER_TEST(MixturesTest)
#include "mixtures_test.moc"
