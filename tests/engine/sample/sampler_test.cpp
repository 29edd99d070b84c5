#include "engine/sample/sampler.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <cmath>
#include <map>

using namespace ponder;

namespace {

const std::vector<float> kLogits{1.0f, 3.0f, 2.0f, -1.0f, 3.0f};

std::map<TokenId, int> histogram(SamplingSettings settings, int draws,
                                 const std::vector<float>& logits = kLogits) {
    Sampler sampler(settings);
    std::map<TokenId, int> seen;
    for (int i = 0; i < draws; ++i)
        ++seen[sampler.sample(logits, {})];
    return seen;
}

} // namespace

class SamplerTest : public QObject {
    Q_OBJECT
private slots:
    void temperatureZeroTakesTheLargestAndTheSmallerIdOfATie() {
        Sampler sampler({.temperature = 0});
        QCOMPARE(sampler.sample(kLogits, {}), TokenId{1});
    }
    void theSameSeedGivesTheSameTokens() {
        Sampler a({.temperature = 1, .topP = 1, .seed = 7}), b({.temperature = 1, .topP = 1, .seed = 7});
        for (int i = 0; i < 100; ++i)
            QCOMPARE(a.sample(kLogits, {}), b.sample(kLogits, {}));
    }
    void frequenciesFollowTheSoftmaxOfTheLogits() {
        constexpr int draws = 20000;
        const auto seen = histogram({.temperature = 0.5f, .topP = 1, .seed = 3}, draws);
        double sum = 0;
        for (const float logit : kLogits)
            sum += std::exp(logit / 0.5);
        for (std::size_t i = 0; i < kLogits.size(); ++i) {
            const double wanted = std::exp(kLogits[i] / 0.5) / sum;
            const auto found = seen.find(static_cast<TokenId>(i));
            const double measured = found == seen.end() ? 0.0 : found->second / double(draws);
            QVERIFY2(std::abs(measured - wanted) < 0.012, qPrintable(QString::number(i)));
        }
    }
    void topKKeepsOnlyTheLargest() {
        const auto seen = histogram({.temperature = 5, .topK = 3, .topP = 1}, 2000);
        QCOMPARE(seen.size(), std::size_t{3});
        QVERIFY(seen.count(1) && seen.count(2) && seen.count(4));
    }
    void topPKeepsTheSmallestSetThatReachesIt() {
        // Shares at temperature 1: ids 1 and 4 have 0.40 each, id 2 has 0.15, id 0 has 0.05.
        QCOMPARE(histogram({.temperature = 1, .topP = 0.3f}, 500).size(), std::size_t{1});
        QCOMPARE(histogram({.temperature = 1, .topP = 0.75f}, 500).size(), std::size_t{2});
        QCOMPARE(histogram({.temperature = 1, .topP = 0.9f}, 2000).size(), std::size_t{3});
    }
    void topPCountsWithinWhatTopKLeft() {
        // Of the two that top-k leaves each has one half, so 0.45 is reached by the first alone.
        QCOMPARE(histogram({.temperature = 1, .topK = 2, .topP = 0.45f}, 500).size(), std::size_t{1});
        QCOMPARE(histogram({.temperature = 1, .topK = 2, .topP = 0.55f}, 500).size(), std::size_t{2});
    }
    void minPDropsWhatIsFarBelowTheLikeliest() {
        const auto seen = histogram({.temperature = 1, .topP = 1, .minP = 0.3f}, 2000);
        QCOMPARE(seen.size(), std::size_t{3}); // e^-1 = 0.37 stays, e^-2 = 0.14 goes
        QVERIFY(!seen.count(0) && !seen.count(3));
    }
    void repetitionPenaltyLowersSeenTokensOfEitherSign() {
        Sampler sampler({.temperature = 0, .repetitionPenalty = 2});
        const std::vector<TokenId> recent{1};
        QCOMPARE(sampler.sample(kLogits, recent), TokenId{4});
        const std::vector<float> negative{-1.0f, -1.5f};
        QCOMPARE(sampler.sample(negative, std::vector<TokenId>{0}), TokenId{1});
    }
    void frequencyPenaltyCountsEveryOccurrenceInsideItsWindow() {
        Sampler sampler({.temperature = 0, .frequencyPenalty = 0.6f, .penaltyWindow = 4});
        QCOMPARE(sampler.sample(kLogits, std::vector<TokenId>{1, 1, 4, 4}), TokenId{2});
        QCOMPARE(sampler.sample(kLogits, std::vector<TokenId>{1, 1, 1, 1, 3, 3, 3, 3}), TokenId{1});
    }
};

PONDER_TEST(SamplerTest)
#include "sampler_test.moc"
