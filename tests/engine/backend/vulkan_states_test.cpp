// States of a whole model on Vulkan: where a run may continue, tokens that the device picks, branches that
// begin in several runs, saved states, what they take.
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"

using namespace ponder;
using test::LoadedModel;

namespace {

constexpr std::uint32_t kPrompt = 37;

std::vector<TokenId> prompt(std::uint32_t count = kPrompt) {
    std::vector<TokenId> out(count);
    for (std::uint32_t i = 0; i < count; ++i)
        out[i] = (i * 37 + 11) % 200;
    return out;
}

std::vector<float> run(Executor& executor, KvCache& cache, std::span<const TokenId> tokens,
                       std::uint32_t first) {
    std::vector<float> logits;
    const auto last = static_cast<std::uint32_t>(tokens.size() - 1);
    return executor.run({tokens, first, last}, cache, {}, logits) ? logits : std::vector<float>();
}

TokenId best(const std::vector<float>& logits) {
    return static_cast<TokenId>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

ErrorCode failureOf(Executor& executor, KvCache& cache, const Batch& batch, std::stop_token stop = {}) {
    std::vector<float> logits;
    const auto ran = executor.run(batch, cache, std::move(stop), logits);
    return ran ? ErrorCode::Internal : ran.error().code;
}

} // namespace

class VulkanStatesTest : public QObject {
    Q_OBJECT
    LoadedModel m_model;
    static std::filesystem::path path() { return test::referenceDir() / "tiny2/qwen35-mtp-q4_k_m.gguf"; }
    Executor& executor() { return *m_model.executor; }
    std::unique_ptr<KvCache> cache(std::uint32_t capacity = 128) {
        return std::move(*executor().createCache(capacity, KvType::F32));
    }

private slots:
    void initTestCase() {
        PONDER_NEEDS_REFERENCE();
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
        m_model.context = 128;
        m_model.type = KvType::F32;
        QCOMPARE(m_model.openAndLoad(path()), std::string());
    }
    void cleanup() {
        if (m_model.executor) QCOMPARE(m_model.messages(), std::string());
    }
    void cleanupTestCase() { m_model = {}; }

    void aRunContinuesAfterAllTokensOrBeginsAnew() {
        const auto tokens = prompt();
        auto one = cache();
        const auto wanted = run(executor(), *one, tokens, 0);
        QCOMPARE(one->reusable(kPrompt), kPrompt);
        QCOMPARE(one->reusable(kPrompt - 1), 0U);
        QCOMPARE(failureOf(executor(), *one, {tokens, kPrompt - 1, 0}), ErrorCode::BadArgument);
        QCOMPARE(one->reusable(kPrompt), kPrompt); // nothing has been touched
        QCOMPARE(run(executor(), *one, tokens, 0), wanted);
    }

    void aStoppedRunLeavesNothingToContinue() {
        const auto tokens = prompt();
        auto one = cache();
        const auto wanted = run(executor(), *one, tokens, 0);
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(failureOf(executor(), *one, {std::span(tokens).first(1), kPrompt, 0}, stop.get_token()),
                 ErrorCode::Cancelled);
        QCOMPARE(one->reusable(kPrompt), 0U);
        QCOMPARE(failureOf(executor(), *one, {tokens, kPrompt, 0}), ErrorCode::BadArgument);
        QCOMPARE(run(executor(), *one, tokens, 0), wanted);
    }

    void theDevicePicksTheTokensOfPlainRuns_data() {
        QTest::addColumn<double>("rate");
        QTest::newRow("whole steps") << 1e12;
        QTest::newRow("slices") << 5e5;
    }
    void theDevicePicksTheTokensOfPlainRuns() {
        QFETCH(double, rate);
        LoadedModel model;
        model.options.firstRate = rate;
        model.context = 128;
        model.type = KvType::F32;
        QCOMPARE(model.openAndLoad(path()), std::string());
        auto plain = std::move(*model.executor->createCache(128, model.type));
        std::vector<TokenId> wanted, got;
        std::vector<float> logits = run(*model.executor, *plain, prompt(), 0);
        for (std::uint32_t i = 0; i < 12; ++i) {
            wanted.push_back(best(logits));
            logits = run(*model.executor, *plain, std::span(wanted).last(1), kPrompt + i);
        }
        run(*model.executor, *model.cache, prompt(), 0);
        auto stream = std::move(*model.executor->startDecode(*model.cache, kPrompt, prompt(),
                                                             SamplingSettings{.temperature = 0}));
        QVERIFY(stream);
        for (std::uint32_t i = 0; i < 12; ++i) {
            const auto id = stream->next({});
            QVERIFY(id);
            got.push_back(*id);
        }
        QCOMPARE(got, wanted);
        stream.reset();
        // The state has seen all but the last.
        QCOMPARE(model.cache->reusable(kPrompt + 11), kPrompt + 11);
        const auto next = run(*model.executor, *model.cache, std::span(got).last(1), kPrompt + 11);
        QCOMPARE(next.size(), logits.size());
        QVERIFY(test::nmse(next, logits) < 1e-10);
        QVERIFY2(model.messages().empty(), model.messages().c_str());
    }

    void branchesThatBeginInSeveralRunsEachGoOnFromTheSharedTokens() {
        const auto tokens = prompt();
        auto tree = cache();
        run(executor(), *tree, tokens, 0);
        const std::uint64_t before = tree->bytes();
        const auto step = [&](std::uint32_t at, const std::vector<std::uint32_t>& branches) {
            std::vector<TokenId> own;
            for (const std::uint32_t branch : branches)
                own.push_back(branch * 7 + at * 11);
            Batch batch{own, kPrompt + at, 0};
            batch.branches = {kPrompt, 8, branches};
            std::vector<float> logits;
            return executor().run(batch, *tree, {}, logits) ? logits : std::vector<float>();
        };
        // More branches need more room while the first has begun already.
        step(0, {1});
        step(0, {6, 0});
        QVERIFY(tree->bytes() > before);
        const std::vector<float> got = step(1, {0, 6, 1});
        QVERIFY(step(1, {3}).empty()); // has not begun
        std::vector<float> wanted;
        for (const std::uint32_t branch : {0U, 6U, 1U}) {
            auto alone = cache();
            run(executor(), *alone, tokens, 0);
            run(executor(), *alone, std::vector<TokenId>{branch * 7}, kPrompt);
            const auto last = run(executor(), *alone, std::vector<TokenId>{branch * 7 + 11}, kPrompt + 1);
            wanted.insert(wanted.end(), last.begin(), last.end());
        }
        QCOMPARE(got.size(), wanted.size());
        QVERIFY(test::nmse(got, wanted) < 1e-10);
        // The shared tokens are where they were; going on from them, branches end.
        QCOMPARE(tree->reusable(kPrompt), kPrompt);
        QVERIFY(!run(executor(), *tree, std::vector<TokenId>{5}, kPrompt).empty());
        QCOMPARE(tree->bytes(), before);
    }

    void aRestoredStateGivesTheSameNextLogits() {
        auto one = cache();
        run(executor(), *one, prompt(), 0);
        std::vector<std::byte> saved;
        QVERIFY(one->save(kPrompt, [&](std::span<const std::byte> more) {
            saved.insert(saved.end(), more.begin(), more.end());
            return Result<void>();
        }));
        const std::vector<TokenId> next{7};
        const auto wanted = run(executor(), *one, next, kPrompt);
        auto other = cache(64);
        run(executor(), *other, prompt(5), 0);
        QCOMPARE(other->layoutName(), one->layoutName());
        QVERIFY(QByteArray(one->layoutName().c_str()).contains("state"));
        std::span<const std::byte> rest(saved);
        QVERIFY(other->restore(kPrompt, [&](std::span<std::byte> place) {
            std::copy_n(rest.begin(), place.size(), place.begin());
            rest = rest.subspan(place.size());
            return Result<void>();
        }));
        QVERIFY(rest.empty());
        QCOMPARE(other->reusable(kPrompt), kPrompt);
        QCOMPARE(run(executor(), *other, next, kPrompt), wanted);
    }

    void statesAreAmongWhatIsPlannedForTheCache() {
        LoadedModel model;
        model.context = 96;
        QCOMPARE(model.openAndLoad(path()), std::string());
        const MemoryUse planned = model.vulkan().plan().memory(), used = model.executor->memory();
        QCOMPARE(used.weights, planned.weights);
        QCOMPARE(used.kv, planned.kv);
        QCOMPARE(used.scratch, planned.scratch);
        std::uint64_t states = 0, kept = 0;
        for (std::uint32_t i = 0; i < model.config.layers; ++i) {
            const KeptValues values = model.config.layer(i).kept();
            states += model.config.layer(i).keptState().bytes();
            kept += std::uint64_t{96} * 2 * (values.keyLength() + values.valueLength());
        }
        QVERIFY(states > 0);
        QCOMPARE(used.kv, states + kept);
    }
};

PONDER_TEST(VulkanStatesTest)
#include "vulkan_states_test.moc"
