// The matrix kernels with f16 operands against plain arithmetic on numbers rounded the same way. What a tile
// takes, decodes and stores is the same code as in the kernels with cooperative matrices.
#include "engine/quant/half.h"
#include "tests/engine/backend/vulkan_kernel_bench.h"
#include "tests/support/test_class.h"
#include "tests/support/thorough.h"

using namespace ponder;
using test::KernelBench;
using test::RandomMatrix;

class VulkanHalfKernelsTest : public QObject {
    Q_OBJECT
    static constexpr std::uint32_t kInput = 0, kSquares = 210000, kStride = 64;
    test::KernelBenches m_benches;
    std::mt19937 m_random{11};

    static float half(float value) {
        return halfToFloat(floatToHalf(std::clamp(value, -65504.0F, 65504.0F)));
    }

    // [column][row]; in: what the norm left for each column.
    static std::vector<float> products(const RandomMatrix& matrix, std::span<const float> in) {
        const std::size_t length = matrix.info.rowLength(), rows = matrix.info.rows();
        std::vector<float> decoded(length * rows), out;
        decode(matrix.info.type, matrix.bytes, decoded);
        for (std::size_t column = 0; column * length < in.size(); ++column)
            for (std::size_t row = 0; row < rows; ++row) {
                double sum = 0;
                for (std::size_t i = 0; i < length; ++i)
                    sum += double{half(decoded[row * length + i])} * half(in[column * length + i]);
                out.push_back(static_cast<float>(sum));
            }
        return out;
    }

    void check(KernelBench& b, TensorType format, std::uint32_t length, std::uint32_t rows, std::uint32_t n) {
        b.forgetWeights();
        const RandomMatrix matrix(format, length, rows, m_random);
        auto in = test::randomFloats(std::size_t{n} * length, m_random);
        in[1] = 1e6F; // beyond f16: it must not become infinite
        b.put(b.scratch, kInput, in, length, test::pieces(length));
        // Squares whose sum makes the norm's scale 1.
        const std::vector<float> squares(std::size_t{n} * 4, static_cast<float>(length) / 4.0F);
        b.put(b.scratch, kSquares, squares, 4, 1);
        b.writeStep(n, 0);
        const HeadCall call{kInput,      test::pieces(length), kSquares,       1, float(length), 0.0F,
                            length / 32, b.place(matrix),      (rows + 3) / 4, 0, kStride,       n};
        const MatrixShape shape = MatrixShape{MatrixVariant::Half, 128, 16}.forColumns(n);
        const std::uint32_t type = kernelFormat(format);
        QVERIFY(shape.runsOn(b.context->physical()));
        QVERIFY(b.run(shape.key(MatrixKernel::Head, {type, type, type}, kWritesFloats), call,
                      shape.workgroups(shape.tiles(call.groups), n)));
        const auto got = b.get(b.other, 0, n, rows, kStride);
        QVERIFY2(test::worst(got, products(matrix, in), test::rowMagnitude(matrix.info)) < 1e-4,
                 qPrintable(QString("%1 columns").arg(n)));
    }

private slots:
    void initTestCase() {
        if (!m_benches.open()) QSKIP("no usable Vulkan device on this machine");
        if (!m_benches[0].context->physical().hasHalf) QSKIP("this device does not compute with f16");
    }
    void cleanupTestCase() {
        if (m_benches.begin()->get()) QCOMPARE(m_benches.messages(), std::string());
    }

    void halvesAgreeWithPlainArithmetic_data() {
        QTest::addColumn<int>("type");
        for (const TensorType type : kTensorTypes)
            QTest::newRow(std::string(typeTraits(type)->name).c_str()) << static_cast<int>(type);
    }
    void halvesAgreeWithPlainArithmetic() {
        QFETCH(int, type);
        // How columns are shared out is the same for all types.
        const bool all = test::isThorough() || type == int(TensorType::F16) || type == int(TensorType::Q4_K);
        for (const int path : {0, 1})
            for (const auto& [rows, n] : {std::pair{33U, 9U}, {128U, 64U}, {70U, 33U}}) {
                if (!all && (n != 9 || type % 2 != path)) continue;
                check(m_benches[path], static_cast<TensorType>(type), 256, rows, n);
                if (QTest::currentTestFailed()) return;
            }
    }

    void aCooperativeTileIsWholeUnitsOfTheDevice() {
        VulkanPhysical physical = m_benches[0].context->physical();
        QVERIFY(!MatrixShape::cooperative(physical).runsOn(physical) || physical.cooperative.rows > 0);
        physical.cooperative = {16, 16, 16};
        physical.subgroupSize = 32;
        const MatrixShape shape = MatrixShape::cooperative(physical);
        QVERIFY(shape.runsOn(physical));
        for (const std::uint32_t columns : {9U, 16U, 17U, 40U, 64U, 512U})
            QCOMPARE(shape.forColumns(columns).tileColumns() % 16, 0U);
        const PipelineKey key = shape.forColumns(64).key(MatrixKernel::Head, {0, 0, 0}, kWritesFloats);
        QCOMPARE(key.kernel, std::string_view("head_cooperative"));
        QCOMPARE(key.pinnedSubgroup(), 32U);
    }

    void integersGiveWayToHalvesForPrompts() {
        MatrixTuning tuning;
        tuning.single = tuning.few = {MatrixVariant::Row, 32, 8};
        tuning.many = {MatrixVariant::Half, 128, 16};
        tuning.integer = true;
        QVERIFY(tuning.readsQuants(1) && tuning.readsQuants(8));
        QVERIFY(!tuning.readsQuants(9));
        tuning.many = {MatrixVariant::Shared, 128, 16};
        QVERIFY(tuning.readsQuants(9));
    }
};

PONDER_TEST(VulkanHalfKernelsTest)
#include "vulkan_half_kernels_test.moc"
