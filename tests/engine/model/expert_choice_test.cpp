// How a mixture chooses its experts, by hand-made logits.
#include "engine/model/expert_choice.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <vector>

using namespace ponder;

namespace {

std::vector<ChosenExpert> choose(const MixtureFeedForward& mixture, std::vector<float> logits,
                                 const std::vector<float>& bias = {}) {
    std::vector<float> scratch(logits.size());
    std::vector<ChosenExpert> chosen(mixture.used);
    chooseExperts(mixture, logits, bias, scratch, chosen);
    return chosen;
}

std::vector<std::uint32_t> expertsOf(const std::vector<ChosenExpert>& chosen) {
    std::vector<std::uint32_t> out;
    for (const ChosenExpert& one : chosen)
        out.push_back(one.expert);
    return out;
}

bool near(float a, double b) { return std::abs(a - b) < 1e-6 * std::max(1.0, std::abs(b)); }

using Experts = std::vector<std::uint32_t>;
// Logits whose softmax is 0.1, 0.4, 0.2, 0.3.
const std::vector<float> kLogits{std::log(1.0F), std::log(4.0F), std::log(2.0F), std::log(3.0F)};

} // namespace

class ExpertChoiceTest : public QObject {
    Q_OBJECT
private slots:
    void aSoftmaxOverAllGivesTheirProbabilitiesTheBestFirst() {
        const auto chosen = choose({.experts = 4, .used = 2}, kLogits);
        QCOMPARE(expertsOf(chosen), (Experts{1, 3}));
        QVERIFY(near(chosen[0].weight, 0.4) && near(chosen[1].weight, 0.3));
    }
    void normalisedWeightsAddUpToTheScale() {
        const auto chosen = choose({.experts = 4, .used = 2, .normalises = true, .scale = 2.5F}, kLogits);
        QVERIFY(near(chosen[0].weight, 2.5 * 4 / 7) && near(chosen[1].weight, 2.5 * 3 / 7));
    }
    void aSoftmaxOverTheChosenLooksAtThemOnly() {
        const auto chosen = choose({.experts = 4, .used = 2, .gating = Gating::SoftmaxOfChosen}, kLogits);
        QCOMPARE(expertsOf(chosen), (Experts{1, 3}));
        QVERIFY(near(chosen[0].weight, 4.0 / 7) && near(chosen[1].weight, 3.0 / 7));
    }
    void aSigmoidLooksAtEachExpertByItself() {
        const auto chosen = choose({.experts = 4, .used = 3, .gating = Gating::Sigmoid}, {0, 2, -1, 1});
        QCOMPARE(expertsOf(chosen), (Experts{1, 3, 0}));
        QVERIFY(near(chosen[0].weight, 1 / (1 + std::exp(-2.0))) && near(chosen[2].weight, 0.5));
    }
    void aBiasChoosesAndDoesNotWeigh() {
        const auto chosen =
            choose({.experts = 4, .used = 2, .gating = Gating::Sigmoid}, {0, 2, -1, 1}, {0, -9, 9, 0});
        QCOMPARE(expertsOf(chosen), (Experts{2, 3}));
        QVERIFY(near(chosen[0].weight, 1 / (1 + std::exp(1.0))));
    }
    void aSumNextToNothingIsNotDividedBy() {
        const auto chosen =
            choose({.experts = 2, .used = 1, .gating = Gating::Sigmoid, .normalises = true}, {-30, -31});
        QVERIFY(near(chosen[0].weight, std::exp(-30.0) / 6.103515625e-5));
    }
    void onlyGroupsWithTheBestPairsAreChosenFrom() {
        // The best expert of all is in the group with the worst pair.
        const MixtureFeedForward mixture{
            .experts = 6, .used = 2, .gating = Gating::Sigmoid, .groups = 3, .usedGroups = 1};
        QCOMPARE(expertsOf(choose(mixture, {3, -9, 1, 1.5F, 1, 1})), (Experts{3, 2}));
        MixtureFeedForward two = mixture;
        two.usedGroups = 2;
        QCOMPARE(expertsOf(choose(two, {3, -9, 1, 1.5F, 1, 1})), (Experts{3, 2}));
        two.used = 4;
        QCOMPARE(expertsOf(choose(two, {3, -9, 1, 1.5F, 1, 1})), (Experts{3, 2, 4, 5}));
    }
    void ofEqualScoresTheLowerNumberWins() {
        QCOMPARE(expertsOf(choose({.experts = 5, .used = 3}, {1, 1, 1, 1, 1})), (Experts{0, 1, 2}));
        const MixtureFeedForward grouped{.experts = 6, .used = 2, .groups = 3, .usedGroups = 1};
        QCOMPARE(expertsOf(choose(grouped, {1, 1, 1, 1, 1, 1})), (Experts{0, 1}));
    }
    void nobodyIsChosenTwiceWhateverTheLogitsAre() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const float infinite = std::numeric_limits<float>::infinity();
        for (const float logit : {nan, infinite, -infinite}) {
            const MixtureFeedForward mixture{.experts = 4, .used = 4, .groups = 2, .usedGroups = 2};
            Experts chosen = expertsOf(choose(mixture, {logit, logit, logit, logit}));
            std::sort(chosen.begin(), chosen.end());
            QCOMPARE(chosen, (Experts{0, 1, 2, 3}));
        }
    }
};

PONDER_TEST(ExpertChoiceTest)
#include "expert_choice_test.moc"
