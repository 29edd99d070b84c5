// How a mixture chooses its experts, by hand-made logits.
#include "engine/model/expert_choice.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
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

std::vector<double> probabilitiesOf(Gating gating, const std::vector<float>& logits) {
    std::vector<double> out;
    double sum = 0;
    for (const float logit : logits) {
        out.push_back(gating == Gating::Softmax ? std::exp(double(logit))
                                                : 1 / (1 + std::exp(-double(logit))));
        sum += out.back();
    }
    for (double& p : out)
        p /= gating == Gating::Softmax ? sum : 1;
    return out;
}

// Numbers 0 .. values - 1, those with the largest values first.
Experts sorted(const std::vector<double>& values) {
    Experts out(values.size());
    std::iota(out.begin(), out.end(), 0U);
    std::stable_sort(out.begin(), out.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return values[a] > values[b]; });
    return out;
}

// The definition, by sorting: groups by their best (DeepSeek-V2) or by their two best (V3), then experts.
std::vector<ChosenExpert> plainly(const MixtureFeedForward& mixture, const std::vector<float>& logits,
                                  const std::vector<float>& bias) {
    const std::vector<double> weights = probabilitiesOf(mixture.gating, logits);
    std::vector<double> scores = weights;
    for (std::size_t e = 0; e < bias.size(); ++e)
        scores[e] += bias[e];
    const std::size_t length = mixture.experts / mixture.groups;
    std::vector<double> judged;
    for (std::size_t g = 0; g < mixture.groups; ++g) {
        std::vector<double> group(scores.begin() + std::ptrdiff_t(g * length),
                                  scores.begin() + std::ptrdiff_t((g + 1) * length));
        std::sort(group.rbegin(), group.rend());
        judged.push_back(mixture.gating == Gating::Softmax ? group[0] : group[0] + group[1]);
    }
    Experts groups = sorted(judged);
    groups.resize(mixture.usedGroups);
    std::vector<ChosenExpert> out;
    double sum = 0;
    for (const std::uint32_t expert : sorted(scores)) {
        if (std::find(groups.begin(), groups.end(), expert / length) == groups.end()) continue;
        if (out.size() == mixture.used) break;
        out.push_back({expert, float(weights[expert])});
        sum += weights[expert];
    }
    for (ChosenExpert& one : out)
        one.weight = float(mixture.scale * one.weight / (mixture.normalises ? sum : 1));
    return out;
}

// Logits whose softmax is 0.1, 0.4, 0.2, 0.3.
const std::vector<float> kLogits{std::log(1.0F), std::log(4.0F), std::log(2.0F), std::log(3.0F)};

} // namespace

Q_DECLARE_METATYPE(MixtureFeedForward)

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
    void underASoftmaxOnlyGroupsWithTheBestExpertsAreChosenFrom() {
        const MixtureFeedForward mixture{.experts = 6, .used = 2, .groups = 3, .usedGroups = 1};
        QCOMPARE(expertsOf(choose(mixture, {3, -9, 1, 1.5F, 1, 1})), (Experts{0, 1}));
    }
    void seededScoresAreChosenFromAsTheDefinitionSays_data() {
        QTest::addColumn<MixtureFeedForward>("mixture");
        QTest::newRow("DeepSeek-V2") << MixtureFeedForward{
            .experts = 160, .used = 6, .scale = 16, .groups = 8, .usedGroups = 3};
        QTest::newRow("DeepSeek-V3") << MixtureFeedForward{.experts = 256,
                                                           .used = 8,
                                                           .gating = Gating::Sigmoid,
                                                           .normalises = true,
                                                           .scale = 2.5F,
                                                           .groups = 8,
                                                           .usedGroups = 4};
        QTest::newRow("pairs") << MixtureFeedForward{.experts = 6, .used = 3, .groups = 3, .usedGroups = 2};
        QTest::newRow("no groups") << MixtureFeedForward{.experts = 60, .used = 4};
    }
    void seededScoresAreChosenFromAsTheDefinitionSays() {
        QFETCH(MixtureFeedForward, mixture);
        std::mt19937 random(7);
        std::normal_distribution<float> values;
        for (int round = 0; round < 200; ++round) {
            std::vector<float> logits(mixture.experts), bias(round % 2 == 0 ? 0 : mixture.experts);
            for (float& logit : logits)
                logit = 2 * values(random);
            for (float& one : bias)
                one = values(random) / 50;
            const auto got = choose(mixture, logits, bias), wanted = plainly(mixture, logits, bias);
            QCOMPARE(expertsOf(got), expertsOf(wanted));
            for (std::size_t i = 0; i < got.size(); ++i)
                QVERIFY(std::abs(got[i].weight - wanted[i].weight) <= 1e-5F * std::abs(wanted[i].weight));
        }
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
