#include "engine/sample/token_distribution.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <cmath>

using namespace ponder;

namespace {

const std::vector<float> kLogits{1.0f, 3.0f, 2.0f, -1.0f, 3.0f};

TokenDistribution distribution(const SamplingSettings& settings) {
    TokenDistribution out;
    out.assign(kLogits, {}, settings);
    return out;
}

std::vector<TokenId> idsOf(const TokenDistribution& distribution) {
    std::vector<TokenId> ids;
    for (const auto& candidate : distribution.candidates())
        ids.push_back(candidate.id);
    return ids;
}

} // namespace

class TokenDistributionTest : public QObject {
    Q_OBJECT
private slots:
    void probabilitiesAreTheSoftmaxAndAddUpToOne() {
        const TokenDistribution all = distribution({.temperature = 0.5f, .topP = 1});
        double sum = 0, softmax = 0;
        for (const float logit : kLogits)
            softmax += std::exp(logit / 0.5);
        for (TokenId id = 0; id < kLogits.size(); ++id) {
            QVERIFY(std::abs(all.probability(id) - std::exp(kLogits[id] / 0.5) / softmax) < 1e-6);
            sum += all.probability(id);
        }
        QVERIFY(std::abs(sum - 1) < 1e-9);
        QCOMPARE(all.probability(99), 0.0);
    }
    void whatTopKTopPAndMinPLeaveIsLikeliestFirstAndAddsUpToOne() {
        for (const SamplingSettings& settings : {SamplingSettings{.temperature = 1, .topK = 3, .topP = 1},
                                                 {.temperature = 1, .topP = 0.9f},
                                                 {.temperature = 1, .topK = 4, .topP = 0.9f},
                                                 {.temperature = 1, .topP = 1, .minP = 0.3f},
                                                 {.temperature = 1, .topK = 4, .topP = 1, .minP = 0.3f}}) {
            const TokenDistribution some = distribution(settings);
            QCOMPARE(idsOf(some), (std::vector<TokenId>{1, 4, 2}));
            QVERIFY(std::abs(some.probability(1) + some.probability(4) + some.probability(2) - 1) < 1e-9);
            QCOMPARE(some.probability(0), 0.0);
        }
    }
    void temperatureZeroLeavesTheLargestAlone() {
        QCOMPARE(idsOf(distribution({.temperature = 0})), std::vector<TokenId>{1});
        QCOMPARE(idsOf(distribution({.temperature = 0, .repetitionPenalty = 1.1f})), std::vector<TokenId>{1});
        QCOMPARE(distribution({.temperature = 0}).probability(1), 1.0);
    }
    void everyShareBelongsToTheTokenWhosePieceItIs() {
        const TokenDistribution two = distribution({.temperature = 1, .topK = 2, .topP = 1});
        QCOMPARE(two.at(0.0), TokenId{1});
        QCOMPARE(two.at(0.49), TokenId{1});
        QCOMPARE(two.at(0.51), TokenId{4});
        QCOMPARE(two.at(0.9999999), TokenId{4});
    }
};

PONDER_TEST(TokenDistributionTest)
#include "token_distribution_test.moc"
