// Picks on the device against Sampler: every setting, seeded logits of odd vocabularies, both load paths.
#include "engine/backend/vulkan/decode/sampling_kernels.h"
#include "engine/sample/sampler.h"
#include "tests/engine/backend/vulkan_kernel_bench.h"
#include "tests/support/test_class.h"

using namespace ponder;
using test::KernelBench;

namespace {

// A stream's state in the buffers of a KernelBench, without a model: logits are given from outside.
class Picker {
public:
    Picker(KernelBench& bench, std::uint32_t vocabulary, const SamplingSettings& settings,
           const std::vector<TokenId>& history)
        : m_bench(bench) {
        m_plan.config.vocabulary = vocabulary;
        m_plan.config.rotary = 32;
        m_plan.step.turns = 8;
        m_plan.step.bytes = 32 * 16;
        m_plan.decode = DecodePlan::of(m_plan.config, m_plan.step);
        m_call = sampleCall(m_plan, settings, 3);
        std::memset(bench.step.mapped(), 0, m_plan.decode.stateBytes);
        put(bench.step, std::uint64_t{m_plan.decode.counters} * 4 + 1, {std::uint32_t(history.size())});
        put(bench.step, std::uint64_t{m_plan.decode.history} * 4, {history.begin(), history.end()});
        CommandRecorder recorder(*bench.context, *bench.pipelines, 1e12);
        recordSampling(recorder, m_call, bench.buffers, bench.context->physical().maxInvocations);
        m_recording.emplace(std::move(*recorder.finish()));
    }
    const DecodePlan& plan() const { return m_plan.decode; }

    TokenId pick(const std::vector<float>& logits, double draw) {
        std::memcpy(m_bench.other.mapped() + std::size_t{m_call.logits} * 16, logits.data(),
                    logits.size() * 4);
        const float number = std::min(static_cast<float>(draw), std::nextafter(1.0F, 0.0F));
        const std::size_t entry = m_picks % kDecodeRing * (1 + m_plan.decode.turnPieces) * 16;
        std::memcpy(m_bench.weights.mapped() + entry, &number, 4);
        const float turn = static_cast<float>(m_picks);
        std::memcpy(m_bench.weights.mapped() + entry + 16, &turn, 4);
        for (const CommandSlice& slice : m_recording->slices)
            if (!m_bench.context->submitAndWait(slice.commands)) return ~0U;
        return word(m_bench.scratch, m_picks++ % kDecodeRing);
    }
    std::uint32_t state(std::uint64_t at) const { return word(m_bench.step, at); }

private:
    static void put(VulkanBuffer& buffer, std::uint64_t at, const std::vector<std::uint32_t>& words) {
        std::memcpy(buffer.mapped() + at * 4, words.data(), words.size() * 4);
    }
    static std::uint32_t word(const VulkanBuffer& buffer, std::uint64_t at) {
        std::uint32_t out = 0;
        std::memcpy(&out, buffer.mapped() + at * 4, 4);
        return out;
    }

    KernelBench& m_bench;
    VulkanPlan m_plan;
    SampleCall m_call{};
    std::optional<Recording> m_recording;
    std::uint64_t m_picks = 0;
};

struct Logits {
    const char* name;
    std::uint32_t vocabulary;
    float spread; // standard deviation
    bool rounded; // to quarters, so that many are equal
};

std::vector<float> randomLogits(const Logits& shape, std::mt19937& random) {
    std::normal_distribution<float> normal(0, shape.spread);
    std::vector<float> out(shape.vocabulary);
    for (float& value : out) {
        value = normal(random);
        if (shape.rounded) value = std::round(value * 4) / 4;
    }
    return out;
}

} // namespace

class VulkanSamplingKernelsTest : public QObject {
    Q_OBJECT
    test::KernelBenches m_benches;

    // Where the host and the device disagree, a draw just beside the one given must lead the host to the
    // device's token: then rounding has decided.
    static bool roundingDecides(const std::vector<float>& logits, SamplingSettings settings,
                                std::span<const TokenId> history, double draw, TokenId device) {
        for (const double change : {-4e-6, -1e-6, 1e-6, 4e-6}) {
            for (const float moved : {0.0F, -2e-6F, 2e-6F}) {
                SamplingSettings other = settings;
                other.topP = settings.topP < 1.0F ? settings.topP + moved : settings.topP;
                TokenDistribution near;
                near.assign(logits, history, other);
                if (near.at(std::clamp(draw + change, 0.0, 1.0)) == device) return true;
            }
        }
        return false;
    }

    void compare(KernelBench& bench, const Logits& shape, const SamplingSettings& settings, int picks,
                 std::uint32_t seed) {
        std::mt19937 random(seed);
        std::vector<TokenId> history(70);
        for (TokenId& id : history)
            id = random() % std::min(shape.vocabulary, 40U);
        const std::size_t window = std::min<std::size_t>(settings.penaltyWindow, history.size());
        Picker picker(bench, shape.vocabulary, settings,
                      {history.end() - std::ptrdiff_t(window), history.end()});
        Sampler sampler(settings);
        UniformDraws draws(settings.seed);
        int rounded = 0;
        for (int i = 0; i < picks; ++i) {
            const std::vector<float> logits = randomLogits(shape, random);
            const double draw = settings.temperature > 0 ? draws.next() : 0;
            const TokenId wanted = sampler.sample(logits, history);
            const TokenId got = picker.pick(logits, draw);
            if (got != wanted) {
                QVERIFY2(settings.temperature > 0 && roundingDecides(logits, settings, history, draw, got),
                         qPrintable(QString("%1, pick %2: %3 instead of %4")
                                        .arg(shape.name)
                                        .arg(i)
                                        .arg(got)
                                        .arg(wanted)));
                ++rounded;
            }
            history.push_back(got);
        }
        // Among equals a share may end exactly at a token, in f32 or in f64.
        const bool equals = shape.rounded || shape.spread == 0;
        QVERIFY2(equals || rounded <= 1 + picks / 50,
                 qPrintable(QString("%1 of %2 rounded").arg(rounded).arg(picks)));
    }

private slots:
    void initTestCase() {
        if (!m_benches.open()) QSKIP("no usable Vulkan device with validation layers");
    }
    void cleanup() { QCOMPARE(m_benches.messages(), std::string()); }

    void theDevicePicksTheTokenThatSamplerPicks_data() {
        QTest::addColumn<SamplingSettings>("settings");
        QTest::newRow("greedy") << SamplingSettings{.temperature = 0};
        QTest::newRow("as recommended for R1") << SamplingSettings{.seed = 1};
        QTest::newRow("temperature alone") << SamplingSettings{.temperature = 0.8F, .topP = 1, .seed = 2};
        QTest::newRow("top-k alone") << SamplingSettings{.temperature = 1, .topK = 40, .topP = 1, .seed = 3};
        QTest::newRow("top-k of one") << SamplingSettings{.temperature = 1, .topK = 1, .topP = 1, .seed = 3};
        QTest::newRow("top-k of most")
            << SamplingSettings{.temperature = 1, .topK = 1900, .topP = 1, .seed = 4};
        QTest::newRow("top-k beyond the vocabulary")
            << SamplingSettings{.temperature = 1, .topK = 1U << 30, .topP = 0.9F, .seed = 4};
        QTest::newRow("top-k and top-p") << SamplingSettings{.topK = 20, .topP = 0.8F, .seed = 5};
        QTest::newRow("a large nucleus") << SamplingSettings{.temperature = 2, .topP = 0.97F, .seed = 6};
        QTest::newRow("a tiny nucleus") << SamplingSettings{.temperature = 1, .topP = 0.01F, .seed = 7};
        QTest::newRow("min-p") << SamplingSettings{.temperature = 1, .topP = 1, .minP = 0.05F, .seed = 8};
        QTest::newRow("min-p, hot") << SamplingSettings{
            .temperature = 3, .topP = 1, .minP = 0.02F, .seed = 9};
        QTest::newRow("all limits") << SamplingSettings{
            .temperature = 1.2F, .topK = 50, .topP = 0.9F, .minP = 0.03F, .seed = 10};
        QTest::newRow("penalties") << SamplingSettings{
            .repetitionPenalty = 1.3F, .frequencyPenalty = 0.4F, .penaltyWindow = 64, .seed = 11};
        QTest::newRow("penalties, greedy") << SamplingSettings{
            .temperature = 0, .repetitionPenalty = 1.3F, .frequencyPenalty = 0.4F, .seed = 11};
    }
    void theDevicePicksTheTokenThatSamplerPicks() {
        QFETCH(SamplingSettings, settings);
        for (const auto& bench : m_benches)
            for (const Logits& shape :
                 {Logits{"8 tokens", 8, 1, false}, Logits{"1021, flat", 1021, 0.2F, false},
                  Logits{"2000, equals", 2000, 1, true}, Logits{"1, alone", 1, 1, false},
                  Logits{"32003, steep", 32003, 4, false}, Logits{"4099, all equal", 4099, 0, false}})
                for (const std::uint32_t seed : {1U, 2U}) {
                    compare(*bench, shape, settings, 12, seed);
                    if (QTest::currentTestFailed()) return;
                }
    }
    void aVocabularyOfAHundredAndFiftyThousandIsSearchedToItsEnd() {
        const Logits shape{"151936", 151936, 2, false};
        for (const auto& bench : m_benches)
            for (const SamplingSettings& settings :
                 {SamplingSettings{.temperature = 0}, SamplingSettings{.seed = 3},
                  SamplingSettings{.temperature = 1, .topP = 1, .seed = 4},
                  SamplingSettings{.temperature = 1.5F, .topP = 0.99F, .seed = 5},
                  SamplingSettings{.temperature = 1, .topK = 5000, .topP = 1, .seed = 6}}) {
                compare(*bench, shape, settings, 3, 5);
                if (QTest::currentTestFailed()) return;
            }
        // The last token of all, which a loop that ends early never sees.
        std::vector<float> logits(shape.vocabulary, 0.0F);
        logits.back() = 30;
        for (const float temperature : {0.0F, 1.0F}) {
            Picker picker(m_benches[0], shape.vocabulary, {.temperature = temperature}, {});
            QCOMPARE(picker.pick(logits, 0.999), shape.vocabulary - 1);
        }
    }
    void aTieGoesToTheSmallerId() {
        std::vector<float> logits(3000, -5.0F);
        logits[70] = logits[1500] = logits[2999] = 2;
        for (const auto& bench : m_benches) {
            Picker greedy(*bench, 3000, {.temperature = 0}, {});
            QCOMPARE(greedy.pick(logits, 0), TokenId{70});
            Picker first(*bench, 3000, {.temperature = 1, .topK = 2, .topP = 1}, {});
            QCOMPARE(first.pick(logits, 0.4), TokenId{70});
            QCOMPARE(first.pick(logits, 0.6), TokenId{1500});
        }
    }
    void aPickMovesTheStateToTheNextToken() {
        std::vector<float> logits(2000, 0.0F);
        for (const auto& bench : m_benches) {
            Picker picker(*bench, 2000, {.temperature = 0, .frequencyPenalty = 9, .penaltyWindow = 3}, {});
            const std::uint32_t history = picker.plan().history * 4;
            for (std::uint32_t i = 0; i < 70; ++i) {     // further than the rings reach
                QCOMPARE(picker.pick(logits, 0), i % 4); // only the last three are lowered
                QCOMPARE(picker.state(1), i + 1);
                QCOMPARE(picker.state(4 * 1), i % 4);
                QCOMPARE(picker.state(history + i % 3), i % 4);
                QCOMPARE(std::bit_cast<float>(picker.state(8 * 4)), static_cast<float>(i));
            }
        }
    }
};

PONDER_TEST(VulkanSamplingKernelsTest)
#include "vulkan_sampling_kernels_test.moc"
