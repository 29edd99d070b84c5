#include "engine/model/rope_table.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <cmath>

using namespace ponder;

class RopeTableTest : public QObject {
    Q_OBJECT
private slots:
    void anglesFollowTheFormulaOfThePaper() {
        ModelConfig config;
        config.rotary = 8;
        config.ropeBase = 10000;
        const std::vector<float> table = ropeTable(config, {}, 1000, 2);
        QCOMPARE(table.size(), std::size_t{2 * 8});
        for (int p = 0; p < 2; ++p) {
            for (int i = 0; i < 4; ++i) {
                const double angle = (1000 + p) * std::pow(10000.0, -2.0 * i / 8);
                QCOMPARE(table[p * 8 + 2 * i], static_cast<float>(std::cos(angle)));
                QCOMPARE(table[p * 8 + 2 * i + 1], static_cast<float>(std::sin(angle)));
            }
        }
    }
    void factorsDivideTheAngles() {
        ModelConfig config;
        config.rotary = 4;
        const std::vector<float> plain = ropeTable(config, {}, 3, 1);
        const std::vector<float> slowed = ropeTable(config, std::vector<float>{3.0f, 1.0f}, 9, 1);
        QCOMPARE(slowed[0], plain[0]);
        QCOMPARE(slowed[1], plain[1]);
    }
    void linearScalingMultipliesThePositions() {
        ModelConfig config;
        config.rotary = 4;
        const std::vector<float> plain = ropeTable(config, {}, 2, 1);
        config.ropeScale = 0.25;
        QCOMPARE(ropeTable(config, {}, 8, 1), plain);
    }
    // 128 positions of base 10^6 over 32 values: the ramp begins at frequency 0 and ends at 3.49, rounded up.
    void yarnSlowsFrequenciesAlongARampAndLengthensWhatItTurns() {
        RopeScaling scaling;
        scaling.originalContext = 128;
        QCOMPARE(scaling.kept(0, 32, 1e6), 0.0);
        scaling.yarn = 1;
        QCOMPARE(scaling.kept(0, 32, 1e6), 1.0);
        QCOMPARE(scaling.kept(2, 32, 1e6), 0.5);
        QCOMPARE(scaling.kept(4, 32, 1e6), 0.0);
        QCOMPARE(scaling.magnitude(0.25), 1 + 0.1 * std::log(4.0));
        scaling.logMultiplier = 1;
        QCOMPARE(scaling.magnitude(0.25), 1.0);
    }
};

PONDER_TEST(RopeTableTest)
#include "rope_table_test.moc"
