#include "engine/backend/reference/kernels.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <cmath>
#include <cstring>
#include <numbers>

using namespace ponder;

class ReferenceKernelsTest : public QObject {
    Q_OBJECT
private slots:
    void multiplyIsRowTimesColumnPlusBias() {
        const std::vector<float> weights{1, 2, 3, 4, 5, 6}; // 2 rows of 3
        TensorInfo matrix;
        matrix.shape = {3, 2, 1, 1};
        matrix.bytes = std::as_bytes(std::span(weights));
        std::vector<float> out(4);
        reference::multiply(matrix, std::vector<float>{10, 20}, std::vector<float>{1, 1, 1, 0, 0, 2}, out);
        QCOMPARE(out, (std::vector<float>{16, 35, 16, 32}));
    }
    void rmsNormMakesTheMeanSquareOne() {
        const std::vector<float> in{3, 4, 0, 0, -2, 2, 2, -2}, weight{1, 1, 1, 1};
        std::vector<float> out(8);
        reference::rmsNorm(in, weight, 0.0f, out);
        QCOMPARE(out, (std::vector<float>{1.2f, 1.6f, 0, 0, -1, 1, 1, -1}));
    }
    void ropeTurnsAdjacentPairsOrHalves() {
        const float half = std::sqrt(0.5f);
        const std::vector<float> angles{0, 1, half, half}; // a quarter turn, an eighth turn
        std::vector<float> adjacent{1, 0, 1, 0}, halves{1, 1, 0, 0};
        reference::rope(adjacent, 4, 4, RopePairs::Adjacent, angles);
        QCOMPARE(adjacent, (std::vector<float>{0, 1, half, half}));
        reference::rope(halves, 4, 4, RopePairs::Halves, angles);
        QCOMPARE(halves, (std::vector<float>{0, half, 1, half}));
    }
    void ropeLeavesValuesBehindTheRotaryPartAlone() {
        std::vector<float> head{1, 0, 5, 6};
        reference::rope(head, 4, 2, RopePairs::Adjacent, std::vector<float>{0, 1});
        QCOMPARE(head, (std::vector<float>{0, 1, 5, 6}));
    }
    void attentionIsTheMeanOfValuesUnderEqualScoresAndFollowsTheLargest() {
        const std::vector<float> keys{0, 0, 0, 0, 100, 0}, values{1, 2, 3, 4, 7, 8};
        std::vector<float> out(2);
        reference::attend(std::vector<float>{0, 0}, {keys.data(), 2, 2}, {values.data(), 2, 2},
                          1 / std::sqrt(2.0F), out);
        QCOMPARE(out, (std::vector<float>{2, 3}));
        reference::attend(std::vector<float>{10, 0}, {keys.data(), 2, 3}, {values.data(), 2, 3},
                          1 / std::sqrt(2.0F), out);
        QCOMPARE(out, (std::vector<float>{7, 8}));
    }
    void eightBitsKeepTheLargestOfABlockAndRoundTheRest() {
        std::vector<float> in(40, 0.0F), out(40);
        in[0] = -12.7F, in[1] = 0.26F, in[32] = 1e-3F; // a second, shorter block has a scale of its own
        reference::roundToEightBits(in, out);
        QVERIFY(std::abs(out[0] + 12.7F) < 1e-5F);
        QVERIFY(std::abs(out[1] - 0.3F) < 1e-5F);
        QCOMPARE(out[2], 0.0F);
        QVERIFY(std::abs(out[32] - 1e-3F) < 1e-9F);
        QCOMPARE(out[39], 0.0F);
    }
    void swiGluIsSiluOfTheGateTimesUp() {
        std::vector<float> gate{0, 2, -100};
        reference::swiGlu(gate, std::vector<float>{5, 3, 1});
        QCOMPARE(gate[0], 0.0f);
        QCOMPARE(gate[1], 6.0f / (1.0f + std::exp(-2.0f)));
        QVERIFY(std::abs(gate[2]) < 1e-30f);
    }
};

PONDER_TEST(ReferenceKernelsTest)
#include "reference_kernels_test.moc"
