#include "engine/generate/speculation_pace.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace ponder;

namespace {

constexpr std::size_t kMost = 8;

struct Machine {
    double plain, extra; // seconds of a run, and of each guess in it
    double right;        // probability that a guess is right
};

struct Outcome {
    double tokens = 0, seconds = 0;
    std::size_t guesses = 0;
    double speed() const { return tokens / seconds; }
};

Outcome simulate(SpeculationPace& pace, const Machine& machine, int rounds, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::bernoulli_distribution right(machine.right);
    Outcome out;
    for (int round = 0; round < rounds; ++round) {
        const std::size_t guesses = pace.next();
        std::size_t accepted = 0;
        while (accepted < guesses && right(random))
            ++accepted;
        const double seconds = machine.plain + machine.extra * static_cast<double>(guesses);
        pace.record(guesses, accepted, seconds);
        out.tokens += static_cast<double>(accepted) + 1;
        out.seconds += seconds;
        out.guesses += guesses;
    }
    return out;
}

} // namespace

class SpeculationPaceTest : public QObject {
    Q_OBJECT
private slots:
    void freeGuessesThatAreRightAreAllTaken() {
        SpeculationPace pace(kMost, true);
        simulate(pace, {1.0, 0.0, 1.0}, 20);
        QCOMPARE(pace.next(), kMost);
    }
    void guessesThatCostAsMuchAsAStepAreGivenUpAndTriedNowAndThen() {
        SpeculationPace pace(kMost, true);
        simulate(pace, {1.0, 1.0, 0.3}, 40);
        const Outcome later = simulate(pace, {1.0, 1.0, 0.3}, 1000);
        QVERIFY(later.guesses > 0);
        QVERIFY(later.speed() > 0.85); // tokens for each second of a plain step
    }
    void thePaceIsNearTheBestFixedOneWhateverTheMachineAndTheText() {
        for (const Machine machine : {Machine{1.0, 0.1, 0.8}, {1.0, 0.3, 0.6}, {1.0, 0.05, 0.4}}) {
            double best = 0;
            for (std::size_t fixed = 0; fixed <= kMost; ++fixed) {
                SpeculationPace always(fixed, false);
                best = std::max(best, simulate(always, machine, 2000).speed());
            }
            SpeculationPace pace(kMost, true);
            const double speed = simulate(pace, machine, 2000).speed();
            QVERIFY2(speed > 0.92 * best, qPrintable(QString("%1 of %2").arg(speed).arg(best)));
        }
    }
    void guessesThatBecomeRightAreNoticed() {
        SpeculationPace pace(kMost, true);
        simulate(pace, {1.0, 0.2, 0.0}, 200);
        const Outcome later = simulate(pace, {1.0, 0.2, 1.0}, 300);
        QVERIFY2(later.speed() > 2.0, qPrintable(QString::number(later.speed())));
    }
    void withoutAdaptingEveryRoundAsksForAll() {
        SpeculationPace pace(kMost, false);
        const Outcome all = simulate(pace, {1.0, 1.0, 0.0}, 10);
        QCOMPARE(all.guesses, 10 * kMost);
    }
};

PONDER_TEST(SpeculationPaceTest)
#include "speculation_pace_test.moc"
