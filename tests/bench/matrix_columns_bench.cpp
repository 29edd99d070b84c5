// The time of one matrix product grows smoothly from 1 to 64 columns: a table for the reader, and a bar for
// the steps between neighbours. Reading the weights counts once a tile, so 64 columns must cost far less than
// 64 times one.
#include "tests/engine/backend/vulkan_kernel_bench.h"
#include "tests/support/test_class.h"

using namespace ponder;
using test::KernelBench;

class MatrixColumnsBench : public QObject {
    Q_OBJECT
    static constexpr std::array kColumns{1U, 2U,  3U,  4U,  5U,  6U,  7U,  8U,
                                         9U, 12U, 16U, 17U, 24U, 32U, 48U, 64U};
    static constexpr std::uint32_t kX = 100000, kNormed = 300000, kSquares = 500000, kNorm = 600000;

    // Seconds of one product: the best of several commands that repeat it.
    static double seconds(KernelBench& b, const MatrixShape& shape, TensorType type,
                          const ProjectAddCall& call, std::uint32_t columns) {
        const std::uint32_t format = kernelFormat(type);
        const int repeats = columns > 8 ? 4 : 20;
        CommandRecorder recorder(*b.context, *b.pipelines, 1e18);
        for (int i = 0; i < repeats; ++i)
            recorder.dispatch(shape.key(MatrixKernel::ProjectAdd, {format, format, format}, kWritesFloats),
                              b.buffers, call, shape.workgroups(shape.tiles(call.groups), columns), 1);
        const auto recording = recorder.finish();
        if (!recording) return HUGE_VAL;
        double best = HUGE_VAL;
        for (int i = 0; i < 5; ++i)
            best = std::min(best, *b.context->submitAndWait(recording->slices.front().commands) / repeats);
        return best;
    }

private slots:
    void timeGrowsSmoothlyFromOneTo64Columns_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<std::uint32_t>("length");
        QTest::addColumn<std::uint32_t>("rows");
        QTest::addColumn<bool>("integer");
        QTest::newRow("Q4_1 3072 x 576, floats") << int(TensorType::Q4_1) << 576U << 3072U << false;
        QTest::newRow("Q4_1 3072 x 576, integers") << int(TensorType::Q4_1) << 576U << 3072U << true;
        QTest::newRow("Q4_K 1536 x 1536, floats") << int(TensorType::Q4_K) << 1536U << 1536U << false;
        QTest::newRow("Q4_K 1536 x 1536, integers") << int(TensorType::Q4_K) << 1536U << 1536U << true;
        QTest::newRow("Q6_K 1536 x 1536, floats") << int(TensorType::Q6_K) << 1536U << 1536U << false;
        QTest::newRow("Q6_K 1536 x 1536, integers") << int(TensorType::Q6_K) << 1536U << 1536U << true;
    }
    void timeGrowsSmoothlyFromOneTo64Columns() {
        QFETCH(int, type);
        QFETCH(std::uint32_t, length);
        QFETCH(std::uint32_t, rows);
        QFETCH(bool, integer);
        KernelBench b(LoadPath::Auto, false);
        if (!b.ready()) QSKIP("no usable Vulkan device");
        if (integer && !b.context->physical().hasIntegerDot) QSKIP("no integer products");
        std::mt19937 random{7};
        const auto format = static_cast<TensorType>(type);
        const test::RandomMatrix matrix(format, length, rows, random);
        const std::uint32_t at = b.place(matrix);
        const ProjectAddCall call{0,    test::pieces(length), length / 32, at,       rows / 4,
                                  kX,   test::pieces(rows),   kNormed,     kSquares, test::pieces(rows) / 4,
                                  kNorm};
        std::map<std::uint32_t, double> times;
        // The cliffs of old were 3.8 and 2.1. A machine that does other things as well gets several tries,
        // and the best time of each number of columns counts.
        const auto smooth = [&] {
            return times[2] < 2.2 * times[1] && times[9] < 1.8 * times[8] && times[17] < 1.5 * times[16] &&
                   times[64] < 45 * times[1];
        };
        for (int attempt = 0; attempt < 5 && (attempt == 0 || !smooth()); ++attempt)
            for (const std::uint32_t n : kColumns) {
                b.writeStep(n, 0);
                const double time = seconds(b, b.tuning.matrix(n, integer), format, call, n);
                times[n] = attempt == 0 ? time : std::min(times[n], time);
            }
        QByteArray table;
        for (const std::uint32_t n : kColumns)
            table += QByteArray::number(n) + ": " + QByteArray::number(times[n] * 1e6, 'f', 0) + " us (" +
                     QByteArray::number(2e-9 * rows * length * n / times[n], 'f', 1) + " GFLOP/s)  ";
        qInfo("%s", table.constData());
        QVERIFY(smooth());
    }
};

PONDER_TEST(MatrixColumnsBench)
#include "matrix_columns_bench.moc"
