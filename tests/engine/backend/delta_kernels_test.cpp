// The delta rule on the processor against its plain twin: seeded odd shapes, every instruction set that this
// machine has.
#include "engine/backend/cpu/delta_kernels.h"
#include "engine/backend/reference/kernels.h"
#include "tests/support/logits_check.h"
#include "tests/support/simd_targets.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <random>

using namespace ponder;

namespace {

constexpr double kBar = 1e-10; // NMSE

std::vector<float> someValues(std::size_t count, std::mt19937& random) {
    std::normal_distribution<float> value;
    std::vector<float> out(count);
    for (float& x : out)
        x = value(random);
    return out;
}

// Rows of one head, as the kernel takes them: q, k, v, fade and write after each other.
struct HeadRows {
    std::uint32_t size, count;
    std::size_t stride = std::size_t{3} * size + 2;
    std::vector<float> rows, state, out = std::vector<float>(std::size_t{size} * count);

    HeadRows(std::uint32_t headSize, std::uint32_t rowCount, std::mt19937& random)
        : size(headSize), count(rowCount), rows(someValues(stride * count, random)),
          state(someValues(std::size_t{size} * size, random)) {
        std::uniform_real_distribution<float> share(0, 1);
        for (std::size_t t = 0; t < count; ++t) {
            float* row = &rows[t * stride];
            reference::toUnitLength({row, size}, 0);
            reference::toUnitLength({row + size, size}, 0);
            row[3 * size] = share(random);
            row[3 * size + 1] = share(random);
        }
    }
    void apply(std::uint32_t first, std::uint32_t end) {
        float* row = &rows[first * stride];
        const cpu::DeltaHead head{.state = state.data(),
                                  .size = size,
                                  .count = end - first,
                                  .queries = row,
                                  .keys = row + size,
                                  .values = row + 2 * size,
                                  .fades = row + 3 * size,
                                  .writes = row + 3 * size + 1,
                                  .stride = stride,
                                  .out = &out[std::size_t{first} * size],
                                  .outStride = size};
        for (std::size_t column = 0; column < size; column += cpu::kDeltaColumns)
            cpu::applyDelta(head, column);
    }
    void applyPlainly() {
        for (std::size_t t = 0; t < count; ++t) {
            const auto row = std::span<const float>(rows).subspan(t * stride, stride);
            reference::deltaStep(state, row.first(size), row.subspan(size, size), row.subspan(2 * size, size),
                                 row[3 * size], row[3 * size + 1], std::span(out).subspan(t * size, size));
        }
    }
};

// Each channel's sum over the columns before a row and its own, as model/layer.h has it.
std::vector<float> convolvedPlainly(const std::vector<float>& columns, const std::vector<float>& weights,
                                    std::size_t channels, std::size_t kernel) {
    std::vector<float> out;
    for (std::size_t row = kernel - 1; row < columns.size() / channels; ++row)
        for (std::size_t c = 0; c < channels; ++c) {
            float sum = 0;
            for (std::size_t k = 0; k < kernel; ++k)
                sum += weights[k * channels + c] * columns[(row - (kernel - 1) + k) * channels + c];
            out.push_back(reference::silu(sum));
        }
    return out;
}

} // namespace

class DeltaKernelsTest : public QObject {
    Q_OBJECT
    static void targets() {
        QTest::addColumn<qint64>("target");
        for (const auto& [name, target] : test::simdTargets())
            QTest::newRow(name) << qint64(target);
    }

private slots:
    void theDeltaRuleEqualsThePlainTwin_data() { targets(); }
    void theDeltaRuleEqualsThePlainTwin() {
        QFETCH(const qint64, target);
        const test::UseTarget use(target);
        std::mt19937 random(11);
        for (const std::uint32_t size : {32U, 64U, 96U, 128U, 256U})
            for (const std::uint32_t count : {1U, 2U, 7U, 65U}) {
                HeadRows fast(size, count, random), plain = fast;
                fast.apply(0, count);
                plain.applyPlainly();
                QVERIFY2(test::nmse(fast.out, plain.out) < kBar && test::nmse(fast.state, plain.state) < kBar,
                         qPrintable(QStringLiteral("%1 values, %2 rows").arg(size).arg(count)));
            }
    }
    void aStateTakesRowsInAnyParts_data() { targets(); }
    void aStateTakesRowsInAnyParts() {
        QFETCH(const qint64, target);
        const test::UseTarget use(target);
        std::mt19937 random(12);
        HeadRows whole(64, 13, random), parts = whole;
        whole.apply(0, 13);
        for (const auto& [first, end] : {std::pair{0U, 1U}, {1U, 8U}, {8U, 10U}, {10U, 13U}})
            parts.apply(first, end);
        QVERIFY(test::nmse(parts.out, whole.out) < kBar && test::nmse(parts.state, whole.state) < kBar);
    }
    void aConvolutionReadsTheColumnsBeforeAndKeepsTheLast_data() { targets(); }
    void aConvolutionReadsTheColumnsBeforeAndKeepsTheLast() {
        QFETCH(const qint64, target);
        const test::UseTarget use(target);
        std::mt19937 random(13);
        const std::size_t channels = 96;
        for (const std::uint32_t kernel : {1U, 2U, 4U, 7U})
            for (const std::uint32_t count : {1U, 2U, 3U, 20U}) {
                const std::vector<float> weights = someValues(kernel * channels, random);
                const std::vector<float> all = someValues((kernel - 1 + count) * channels, random);
                const auto border = all.begin() + static_cast<std::ptrdiff_t>((kernel - 1) * channels);
                std::vector<float> columns(all.begin(), border), rows(border, all.end());
                const cpu::ConvolvedRows some{rows.data(), channels, count,         columns.data(),
                                              channels,    kernel,   weights.data()};
                cpu::convolve(some, 0, 32);
                cpu::convolve(some, 32, channels);
                QVERIFY(test::nmse(rows, convolvedPlainly(all, weights, channels, kernel)) < kBar);
                QCOMPARE(columns, std::vector<float>(all.end() - static_cast<std::ptrdiff_t>(columns.size()),
                                                     all.end()));
            }
    }
};

PONDER_TEST(DeltaKernelsTest)
#include "delta_kernels_test.moc"
