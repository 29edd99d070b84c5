// A row's logits on the processor are its own, bit by bit: alone, among others of a prompt or of guesses, and
// as one of several branches. Replies side by side and guesses ahead rest on it, for eight-bit activations
// turn the smallest rounding into another step now and then, and a near tie of two tokens with it.
#include "engine/backend/cpu/cpu_executor.h"
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

#include <random>

using namespace ponder;

namespace {

constexpr std::uint32_t kContext = 1024;

struct Tiny {
    std::unique_ptr<ModelFile> file;
    ModelConfig config;
    FileWeights weights;
    std::unique_ptr<Executor> executor;
    KvType type = KvType::F16;

    Tiny(Rounding rounding, KvType kvType) : type(kvType) {
        auto opened = ModelFile::open(test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf");
        if (!opened) return;
        file = std::move(*opened);
        config = *ModelConfig::read(*file);
        weights = *bindWeights(*file, config);
        const LoadRequest request{*file, {config, weights, file->fileBytes(), kContext, type}, {}};
        CpuPlan plan = CpuPlan::make(request.plan, 2);
        plan.rounding = rounding;
        auto loaded = cpu::CpuExecutor::load(request, std::move(plan), 2, {}, {});
        if (loaded) executor = std::move(*loaded);
    }

    std::vector<TokenId> text(std::uint32_t seed, std::uint32_t count) const {
        std::mt19937 random(seed);
        std::vector<TokenId> tokens(count);
        for (TokenId& token : tokens)
            token = static_cast<TokenId>(random() % config.vocabulary);
        return tokens;
    }
    // A cache that holds so much of the text.
    std::unique_ptr<KvCache> filled(std::span<const TokenId> text) {
        auto cache = std::move(*executor->createCache(kContext, type));
        std::vector<float> none;
        for (std::uint32_t at = 0; at < text.size();) {
            const auto count = std::min<std::uint32_t>(64, static_cast<std::uint32_t>(text.size()) - at);
            if (!executor->run({text.subspan(at, count), at, count}, *cache, {}, none)) return nullptr;
            at += count;
        }
        return cache;
    }
    // Logits of tokens behind what is in the cache, so many in a run.
    std::vector<float> after(KvCache& cache, std::uint32_t position, std::span<const TokenId> tokens,
                             std::size_t together) {
        std::vector<float> all, some;
        for (std::size_t at = 0; at < tokens.size(); at += together) {
            const auto rows = tokens.subspan(at, std::min(together, tokens.size() - at));
            if (!executor->run({rows, position + static_cast<std::uint32_t>(at), 0}, cache, {}, some))
                return {};
            all.insert(all.end(), some.begin(), some.end());
        }
        return all;
    }
};

} // namespace

class CpuRowsTest : public QObject {
    Q_OBJECT
    static void kinds() {
        QTest::addColumn<Rounding>("rounding");
        QTest::addColumn<int>("type");
        QTest::addColumn<std::uint32_t>("before");
        for (const Rounding rounding : {Rounding::Coarse, Rounding::Outliers, Rounding::Fine})
            for (const auto& [name, type] : {std::pair{"f16", KvType::F16}, std::pair{"f32", KvType::F32},
                                             std::pair{"q8_0", KvType::Q8_0}})
                for (const std::uint32_t before : {0U, 5U, 300U, 600U})
                    QTest::addRow("rounding %d, %s, behind %u", int(rounding), name, before)
                        << rounding << int(type) << before;
    }

private slots:
    void rowsInOneRunAreThoseOfSingleRuns_data() { kinds(); }
    void rowsInOneRunAreThoseOfSingleRuns() {
        QFETCH(Rounding, rounding);
        QFETCH(int, type);
        QFETCH(std::uint32_t, before);
        Tiny tiny(rounding, static_cast<KvType>(type));
        QVERIFY(tiny.executor);
        const std::vector<TokenId> shared = tiny.text(before, before), tokens = tiny.text(7, 33);
        const auto single = tiny.filled(shared);
        QVERIFY(single);
        const std::vector<float> wanted = tiny.after(*single, before, tokens, 1);
        QCOMPARE(wanted.size(), tokens.size() * tiny.config.vocabulary);
        for (const std::size_t together : {2U, 5U, 9U, 33U}) {
            const auto cache = tiny.filled(shared);
            QVERIFY2(tiny.after(*cache, before, tokens, together) == wanted,
                     qPrintable(QStringLiteral("%1 rows in a run").arg(together)));
        }
    }

    void branchesAreThoseOfSingleRuns_data() { kinds(); }
    void branchesAreThoseOfSingleRuns() {
        QFETCH(Rounding, rounding);
        QFETCH(int, type);
        QFETCH(std::uint32_t, before);
        Tiny tiny(rounding, static_cast<KvType>(type));
        QVERIFY(tiny.executor);
        constexpr std::uint32_t kLength = 21;
        const std::vector<TokenId> shared = tiny.text(before, before);
        for (const std::uint32_t count : {3U, 9U}) {
            std::vector<std::vector<TokenId>> replies;
            std::vector<std::vector<float>> wanted;
            std::vector<std::uint32_t> branches;
            for (std::uint32_t b = 0; b < count; ++b) {
                const auto alone = tiny.filled(shared);
                replies.push_back(tiny.text(1000 + b, kLength));
                wanted.push_back(tiny.after(*alone, before, replies[b], 1));
                branches.push_back(b);
            }
            const auto cache = tiny.filled(shared);
            for (std::uint32_t at = 0; at < kLength; ++at) {
                std::vector<TokenId> tokens;
                for (const auto& reply : replies)
                    tokens.push_back(reply[at]);
                Batch batch{tokens, before + at, 0};
                batch.branches = {before, kLength, branches};
                std::vector<float> got;
                QVERIFY(tiny.executor->run(batch, *cache, {}, got));
                for (std::uint32_t b = 0; b < count; ++b)
                    QVERIFY2(std::equal(got.begin() + std::ptrdiff_t{b} * tiny.config.vocabulary,
                                        got.begin() + std::ptrdiff_t{b + 1} * tiny.config.vocabulary,
                                        wanted[b].begin() + std::ptrdiff_t{at} * tiny.config.vocabulary),
                             qPrintable(QStringLiteral("%1 branches, position %2 of branch %3")
                                            .arg(count)
                                            .arg(at)
                                            .arg(b)));
            }
        }
    }
};

PONDER_TEST(CpuRowsTest)
#include "cpu_rows_test.moc"
