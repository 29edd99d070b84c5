// Whole-model logits of the processor backend, for every instruction set that this machine has.
#include "engine/backend/cpu/cpu_device.h"
#include "engine/backend/cpu/cpu_executor.h"
#include "engine/backend/reference/reference_device.h"
#include "tests/support/logits_check.h"
#include "tests/support/simd_targets.h"
#include "tests/support/test_class.h"

using namespace ponder;

namespace {

struct Loaded {
    std::unique_ptr<Model> model;
    std::unique_ptr<Session> session;

    Loaded(const QString& name, std::optional<KvType> kv, std::uint32_t threads = 2) {
        const auto path = test::referenceDir() / "tiny" / (name.toStdString() + ".gguf");
        auto loaded = Model::load({.path = path, .device = "cpu", .kvType = kv, .threads = threads}, {}, {});
        if (!loaded) return;
        model = std::move(*loaded);
        session = std::move(*model->createSession());
    }
};

std::vector<float> wantedLogits(const QString& name) {
    return test::readFloats(test::referenceDir() / "tiny" / (name.toStdString() + ".logits.f32"));
}

bool isFloat(const QString& name) { return name.contains("f16") || name.contains("f32"); }

} // namespace

class CpuLogitsTest : public QObject {
    Q_OBJECT
private slots:
    void wholeModelLogitsAgreeWithTheReferenceData_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<qint64>("target");
        QTest::addColumn<Rounding>("rounding");
        for (const auto& [set, target] : test::simdTargets())
            for (const QString& name : test::tinyModels())
                for (const auto& [word, rounding] : {std::pair{"coarse", Rounding::Coarse},
                                                     {"outliers", Rounding::Outliers},
                                                     {"fine", Rounding::Fine}})
                    QTest::addRow("%s on %s, %s", qPrintable(name), set, word)
                        << name << qint64(target) << rounding;
    }
    void wholeModelLogitsAgreeWithTheReferenceData() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(const QString, name);
        QFETCH(const qint64, target);
        QFETCH(const Rounding, rounding);
        const bool fine = rounding == Rounding::Fine;
        const test::UseTarget use(target);
        const auto file = ModelFile::open(test::referenceDir() / "tiny" / (name.toStdString() + ".gguf"));
        QVERIFY(file);
        const auto config = ModelConfig::read(**file);
        const auto weights = bindWeights(**file, *config);
        const LoadRequest request{**file, {*config, *weights, (*file)->fileBytes(), 64}, {}};
        CpuPlan plan = CpuPlan::make(request.plan, 2);
        plan.rounding = rounding;
        const auto executor = cpu::CpuExecutor::load(request, std::move(plan), 2, {}, {});
        QVERIFY(executor);
        const auto cache = (*executor)->createCache(64, KvType::F16);
        std::vector<float> logits;
        const std::vector<TokenId> tokens = test::tinyTokens();
        QVERIFY((*executor)->run({tokens, 0, 0}, **cache, {}, logits));
        const std::vector<float> wanted = wantedLogits(name);
        QCOMPARE(logits.size(), wanted.size());
        const double error = test::nmse(logits, wanted);
        qInfo("%s: NMSE %.2e", qPrintable(name), error);
        QVERIFY2(error <= (fine || isFloat(name) ? 1e-6 : 1e-3), qPrintable(QString::number(error)));
        if (fine) QCOMPARE(test::wrongArgmax(logits, wanted, config->vocabulary), 0);
    }
    void oneThreadAndManyGiveTheSameLogits() {
        PONDER_NEEDS_REFERENCE();
        const Loaded one("llama-odd-q4_k_m", {}, 1), many("llama-odd-q4_k_m", {}, 5);
        QVERIFY(one.session && many.session);
        QVERIFY(*one.session->logits(test::tinyTokens(), 0, {}) ==
                *many.session->logits(test::tinyTokens(), 0, {}));
    }
    void longPromptsInSeveralPassesAgreeWithTheReference() {
        PONDER_NEEDS_REFERENCE();
        // 300 tokens: two passes, attention of prompts over earlier passes, then decode in parts.
        const auto path = test::referenceDir() / "tiny/qwen2-untied-f32.gguf";
        std::vector<TokenId> tokens;
        for (int i = 0; i < 13; ++i)
            for (const TokenId id : test::tinyTokens())
                tokens.push_back(id);
        std::vector<float> results[2];
        for (int i = 0; i < 2; ++i) {
            auto model = Model::load({.path = path,
                                      .device = i ? "cpu" : "reference",
                                      .contextTokens = 1024,
                                      .kvType = KvType::F32,
                                      .threads = 2},
                                     {}, {});
            QVERIFY(model);
            auto session = std::move(*(*model)->createSession());
            results[i] = *session->logits(tokens, tokens.size() - 1, {});
            for (int round = 0; round < 2; ++round) // 600 and more: a cache worth cutting into parts
                tokens.insert(tokens.end(), tokens.begin(), tokens.begin() + 150);
            const auto more = *session->logits(tokens, tokens.size() - 1, {});
            results[i].insert(results[i].end(), more.begin(), more.end());
            tokens.push_back(7);
            const auto last = *session->logits(tokens, tokens.size() - 1, {});
            results[i].insert(results[i].end(), last.begin(), last.end());
            tokens.resize(13 * test::tinyTokens().size());
        }
        const double error = test::nmse(results[1], results[0]);
        QVERIFY2(error < 1e-9, qPrintable(QString::number(error)));
    }
    void savedKeysAndValuesGiveTheSameNextLogits() {
        PONDER_NEEDS_REFERENCE();
        for (const KvType type : {KvType::F16, KvType::F32, KvType::Q8_0}) {
            const auto path = test::referenceDir() / "tiny/qwen2-tied-q4_k_m.gguf";
            auto file = ModelFile::open(path);
            QVERIFY(file);
            const auto config = ModelConfig::read(**file);
            const auto weights = bindWeights(**file, *config);
            auto device = openCpuDevice();
            auto executor = device->load(
                {**file, {*config, *weights, (*file)->fileBytes(), 64, type, {}, 2}, {}}, {}, {});
            QVERIFY(executor);
            auto first = (*executor)->createCache(64, type), second = (*executor)->createCache(40, type);
            const auto tokens = test::tinyTokens();
            std::vector<float> wanted, got;
            QVERIFY((*executor)->run({tokens, 0, 24}, **first, {}, got));
            std::vector<std::byte> saved;
            QVERIFY((*first)->save(24, [&](std::span<const std::byte> bytes) -> Result<void> {
                saved.insert(saved.end(), bytes.begin(), bytes.end());
                return {};
            }));
            std::size_t at = 0;
            QVERIFY((*second)->restore(24, [&](std::span<std::byte> bytes) -> Result<void> {
                std::memcpy(bytes.data(), &saved.at(at), bytes.size());
                at += bytes.size();
                return {};
            }));
            QCOMPARE(at, saved.size());
            QCOMPARE((*first)->layoutName(), (*second)->layoutName());
            const TokenId next = 5;
            QVERIFY((*executor)->run({std::span(&next, 1), 24, 0}, **first, {}, wanted));
            QVERIFY((*executor)->run({std::span(&next, 1), 24, 0}, **second, {}, got));
            QVERIFY(wanted == got);
        }
    }
    void branchesAgreeWithTheReference() {
        PONDER_NEEDS_REFERENCE();
        const auto path = test::referenceDir() / "tiny/qwen2-untied-f32.gguf";
        auto file = ModelFile::open(path);
        const auto config = ModelConfig::read(**file);
        const auto weights = bindWeights(**file, *config);
        std::vector<float> results[2];
        for (int i = 0; i < 2; ++i) {
            auto device = i ? openCpuDevice() : openReferenceDevice();
            auto executor = device->load(
                {**file, {*config, *weights, (*file)->fileBytes(), 256, KvType::F32, {}, 2}, {}}, {}, {});
            QVERIFY(executor);
            auto cache = (*executor)->createCache(256, KvType::F32);
            const auto prompt = test::tinyTokens();
            std::vector<float> logits;
            QVERIFY((*executor)->run({prompt, 0, 24}, **cache, {}, logits));
            const std::vector<std::uint32_t> all{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, some{1, 3, 12};
            for (std::uint32_t step = 0; step < 6; ++step) {
                const auto& rows = step < 3 ? all : some; // the others have ended
                std::vector<TokenId> tokens;
                for (const std::uint32_t row : rows)
                    tokens.push_back(static_cast<TokenId>(10 + row * 7 + step));
                Batch batch{tokens, 24 + step, 0, Branches{24, 11, rows}, {}};
                QVERIFY((*executor)->run(batch, **cache, {}, logits));
                results[i].insert(results[i].end(), logits.begin(), logits.end());
            }
        }
        const double error = test::nmse(results[1], results[0]);
        QVERIFY2(error < 1e-9, qPrintable(QString::number(error)));
    }
    void layersSplitBetweenTwoExecutorsGiveTheSameLogits() {
        PONDER_NEEDS_REFERENCE();
        const auto path = test::referenceDir() / "tiny/llama-odd-q4_k_m.gguf";
        auto file = ModelFile::open(path);
        const auto config = ModelConfig::read(**file);
        const auto weights = bindWeights(**file, *config);
        auto device = openCpuDevice();
        const auto tokens = test::tinyTokens();
        std::vector<float> whole, x, split;
        auto all = device->load(
            {**file, {*config, *weights, (*file)->fileBytes(), 64, KvType::F16, {}, 2}, {}}, {}, {});
        auto cache = (*all)->createCache(64, KvType::F16);
        QVERIFY((*all)->run({tokens, 0, 0}, **cache, {}, whole));
        for (std::uint32_t cut = 1; cut < config->layers; ++cut) {
            auto front = device->load(
                {**file, {*config, *weights, (*file)->fileBytes(), 64, KvType::F16, {0, cut}, 2}, {}}, {},
                {});
            auto back = device->load(
                {**file, {*config, *weights, (*file)->fileBytes(), 64, KvType::F16, {cut}, 2}, {}}, {}, {});
            auto frontCache = (*front)->createCache(64, KvType::F16);
            auto backCache = (*back)->createCache(64, KvType::F16);
            QVERIFY((*front)->run({tokens, 0, 0}, **frontCache, {}, x));
            QCOMPARE(x.size(), tokens.size() * config->width);
            QVERIFY((*back)->run({tokens, 0, 0, {}, x}, **backCache, {}, split));
            QVERIFY(split == whole);
        }
    }
    void aStopEndsARunWithoutLogits() {
        PONDER_NEEDS_REFERENCE();
        const Loaded cpu("llama-odd-q4_k_m", {});
        QVERIFY(cpu.session);
        std::stop_source stop;
        stop.request_stop();
        const auto logits = cpu.session->logits(test::tinyTokens(), 0, stop.get_token());
        QVERIFY(!logits);
        QCOMPARE(logits.error().code, ErrorCode::Cancelled);
        QVERIFY(cpu.session->logits(test::tinyTokens(), 0, {}));
    }
};

PONDER_TEST(CpuLogitsTest)
#include "cpu_logits_test.moc"
