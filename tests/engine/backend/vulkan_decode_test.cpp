// Replies whose tokens the device picks, against the same replies picked on the host: both load paths, whole
// steps ahead and steps cut into slices, the end of the context, stops.
#include "engine/generate/local_session.h"
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"
#include "tests/support/thorough.h"

using namespace ponder;
using test::LoadedModel;

namespace {

// The same executor, with its streams or without them: then the session samples on the host.
class Switched final : public Executor {
public:
    explicit Switched(Executor& inner) : m_inner(inner) {}
    bool streams = true;
    std::uint32_t maxBatch() const override { return m_inner.maxBatch(); }
    Result<std::unique_ptr<KvCache>> createCache(std::uint32_t tokens, KvType type) override {
        return m_inner.createCache(tokens, type);
    }
    Result<void> run(const Batch& batch, KvCache& cache, std::stop_token stop,
                     std::vector<float>& logits) override {
        return m_inner.run(batch, cache, std::move(stop), logits);
    }
    MemoryUse memory() const override { return m_inner.memory(); }
    LayerRange layers() const override { return m_inner.layers(); }
    Result<void> setAdapters(const AdapterSet& set) override { return m_inner.setAdapters(set); }
    Result<std::unique_ptr<DecodeStream>> startDecode(KvCache& cache, std::uint32_t position,
                                                      std::span<const TokenId> history,
                                                      const SamplingSettings& settings) override {
        if (!streams) return std::unique_ptr<DecodeStream>();
        return m_inner.startDecode(cache, position, history, settings);
    }

private:
    Executor& m_inner;
};

struct Replied {
    std::vector<TokenId> ids;
    FinishReason reason = FinishReason::Callback;
    bool operator==(const Replied&) const = default;
};

} // namespace

class VulkanDecodeTest : public QObject {
    Q_OBJECT

    struct Reasoner : LoadedModel {
        std::unique_ptr<Tokenizer> tokenizer;
        std::string start() {
            std::string failure = openAndLoad(test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf");
            if (!failure.empty()) return failure;
            auto made = Tokenizer::fromModel(*file);
            if (!made) return made.error().message();
            tokenizer = std::move(*made);
            return {};
        }
        std::vector<TokenId> prompt(const std::string& question) const {
            return tokenizer->encode("<｜begin▁of▁sentence｜><｜User｜>" + question +
                                         "<｜Assistant｜><think>\n",
                                     SpecialTokens::Parse);
        }
        LocalSession session(Executor& on, std::uint32_t tokens) const {
            static const std::string kNoAdapters;
            return {*file,      config, *tokenizer, on, std::move(*on.createCache(tokens, KvType::F16)),
                    kNoAdapters};
        }
    };
    static Replied reply(LocalSession& session, const std::vector<TokenId>& prompt,
                         const GenerateSettings& settings, std::size_t stopAfter = SIZE_MAX) {
        Replied out;
        const auto done = session.generate(prompt, settings,
                                           [&](const ReplyToken& token) {
                                               out.ids.push_back(token.id);
                                               return out.ids.size() < stopAfter;
                                           },
                                           {}, {});
        if (done) out.reason = done->reason;
        return out;
    }
    static std::vector<GenerateSettings> manySettings() {
        std::vector<GenerateSettings> out;
        for (std::uint64_t seed = 1; seed <= 2; ++seed)
            for (const SamplingSettings& sampling :
                 {SamplingSettings{.seed = seed},
                  SamplingSettings{.temperature = 0.9F, .topP = 1, .seed = seed},
                  SamplingSettings{.temperature = 1, .topK = 7, .topP = 0.9F, .minP = 0.01F, .seed = seed},
                  SamplingSettings{.temperature = 2,
                  .repetitionPenalty = 1.2F,
                  .frequencyPenalty = 0.1F,
                  .penaltyWindow = 32,
                  .seed = seed}})
                out.push_back({.sampling = sampling, .maxTokens = 70, .ignoreEndOfText = true});
        out.push_back({.sampling = {.temperature = 0}, .maxTokens = 200});
        return out;
    }

private slots:
    void initTestCase() {
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
    }

    void repliesAreThoseOfTheHostsSampler_data() {
        QTest::addColumn<int>("path");
        QTest::addColumn<double>("rate");
        QTest::newRow("texels, ahead") << int(LoadPath::Texel) << 1e12;
        QTest::newRow("addresses, slices first") << int(LoadPath::Address) << 5e5;
        if (!test::isThorough()) return;
        QTest::newRow("addresses, ahead") << int(LoadPath::Address) << 1e12;
        QTest::newRow("texels, slices first") << int(LoadPath::Texel) << 5e5;
    }
    void repliesAreThoseOfTheHostsSampler() {
        QFETCH(int, path);
        QFETCH(double, rate);
        Reasoner model;
        model.context = 256;
        model.options.loadPath = LoadPath(path);
        model.options.firstRate = rate;
        QCOMPARE(model.start(), std::string());
        Switched executor(*model.executor);
        const auto prompt = model.prompt("What is 27+15?");
        // One session: a prompt that is run again may be cut elsewhere, and then its sums round otherwise.
        LocalSession session = model.session(executor, 256);
        reply(session, prompt, {.maxTokens = 1});
        for (const GenerateSettings& settings : manySettings()) {
            executor.streams = false;
            const Replied wanted = reply(session, prompt, settings);
            QVERIFY(wanted.ids.size() > 5);
            executor.streams = true;
            const Replied got = reply(session, prompt, settings);
            const auto [a, b] =
                std::mismatch(wanted.ids.begin(), wanted.ids.end(), got.ids.begin(), got.ids.end());
            QVERIFY2(got == wanted, qPrintable(QString("seed %1, temperature %2: token %3 is %4")
                                                   .arg(settings.sampling.seed)
                                                   .arg(settings.sampling.temperature)
                                                   .arg(a - wanted.ids.begin())
                                                   .arg(b == got.ids.end() ? -1 : int(*b))));
        }
        QVERIFY2(model.messages().empty(), model.messages().c_str());
    }
    void aReplyEndsWithTheContextAndNothingIsWrittenBehindIt() {
        Reasoner model;
        QCOMPARE(model.start(), std::string());
        const auto prompt = model.prompt("12+34=?");
        const std::uint32_t context = static_cast<std::uint32_t>(prompt.size()) + 5;
        LocalSession session = model.session(*model.executor, context);
        const Replied full = reply(session, prompt, {.sampling = {.temperature = 0}});
        QVERIFY(full.reason == FinishReason::ContextFull);
        QCOMPARE(full.ids.size(), std::size_t{6}); // the last needs no place of its own
        QCOMPARE(session.usedTokens(), context);

        auto cache = std::move(*model.executor->createCache(context, KvType::F16));
        std::vector<float> logits;
        const auto last = static_cast<std::uint32_t>(prompt.size() - 1);
        QVERIFY(model.executor->run({prompt, 0, last}, *cache, {}, logits));
        auto stream = std::move(*model.executor->startDecode(*cache, last + 1, prompt, {}));
        for (int i = 0; i < 6; ++i)
            QVERIFY(stream->next({}));
        const auto beyond = stream->next({});
        QVERIFY(!beyond && beyond.error().code == ErrorCode::ContextFull);
    }
    void aStoppedReplyLeavesACacheThatTheNextOneGoesOnWith() {
        Reasoner model;
        model.context = 128;
        QCOMPARE(model.start(), std::string());
        const GenerateSettings greedy{.sampling = {.temperature = 0}, .maxTokens = 40};
        const auto prompt = model.prompt("What is 27+15?");
        LocalSession fresh = model.session(*model.executor, 128);
        const Replied whole = reply(fresh, prompt, greedy);
        LocalSession session = model.session(*model.executor, 128);
        const Replied begun = reply(session, prompt, greedy, 7);
        QVERIFY(begun.reason == FinishReason::Callback);
        QCOMPARE(session.usedTokens(), static_cast<std::uint32_t>(prompt.size()) + 6);
        std::vector<TokenId> longer = prompt;
        longer.insert(longer.end(), begun.ids.begin(), begun.ids.end());
        Replied rest = reply(session, longer, {.sampling = {.temperature = 0}, .maxTokens = 33});
        rest.ids.insert(rest.ids.begin(), begun.ids.begin(), begun.ids.end());
        QCOMPARE(rest.ids, whole.ids);
    }
    void aStreamHeedsTheStopToken() {
        Reasoner model;
        QCOMPARE(model.start(), std::string());
        const auto prompt = model.prompt("1+1=?");
        std::vector<float> logits;
        const auto last = static_cast<std::uint32_t>(prompt.size() - 1);
        QVERIFY(model.executor->run({prompt, 0, last}, *model.cache, {}, logits));
        auto stream = std::move(*model.executor->startDecode(*model.cache, last + 1, prompt, {}));
        std::stop_source source;
        QVERIFY(stream->next(source.get_token()));
        source.request_stop();
        const auto stopped = stream->next(source.get_token());
        QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
    }
    void whatADeviceCannotDoIsLeftToTheHost() {
        Reasoner model;
        QCOMPARE(model.start(), std::string());
        const auto prompt = model.prompt("1+1=?");
        std::vector<float> logits;
        const auto last = static_cast<std::uint32_t>(prompt.size() - 1);
        QVERIFY(model.executor->run({prompt, 0, last}, *model.cache, {}, logits));
        const auto start = [&](const SamplingSettings& settings) {
            return std::move(*model.executor->startDecode(*model.cache, last + 1, prompt, settings));
        };
        QVERIFY(!start({.frequencyPenalty = 1, .penaltyWindow = 100000}));
        auto stream = start({.penaltyWindow = 100000}); // no penalty, so no window either
        QVERIFY(stream && !start({}));                  // one at a time
        stream.reset();
        QVERIFY(start({}));
    }
};

PONDER_TEST(VulkanDecodeTest)
#include "vulkan_decode_test.moc"
