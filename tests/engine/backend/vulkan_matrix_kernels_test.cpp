// The matrix kernels and the embedding against their plain twins: every format, odd shapes, both load paths.
#include "tests/engine/backend/vulkan_kernel_bench.h"
#include "tests/support/test_class.h"
#include "tests/support/thorough.h"

using namespace ponder;
using test::KernelBench;
using test::RandomMatrix;

class VulkanMatrixKernelsTest : public QObject {
    Q_OBJECT
    // Pieces in scratch, far enough apart for 64 columns (and a tile behind them) of 1536 values.
    static constexpr std::uint32_t kInput = 0, kX = 70000, kNormed = 140000, kSquares = 210000,
                                   kNorm = 230000, kBias = 231000, kOutput = 240000, kInputQuants = 400000,
                                   kOutputQuants = 500000;
    static constexpr std::uint32_t kWritesBoth = kWritesFloats | kWritesQuants;
    test::KernelBenches m_benches;
    std::mt19937 m_random{7};

    KernelBench& bench(int path) { return m_benches[path]; }
    void rows() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("path");
        for (const int path : {0, 1})
            for (const TensorType type : kTensorTypes)
                QTest::addRow("%s %s", std::string(typeTraits(type)->name).c_str(),
                              path == 0 ? "texels" : "addresses")
                    << static_cast<int>(type) << path;
    }
    // Sums of squares of every four values, as the kernels leave them for the next norm.
    static std::vector<float> squaresOf(std::span<const float> x, std::size_t length, std::size_t padded) {
        std::vector<float> out;
        for (std::size_t row = 0; row * length < x.size(); ++row)
            for (std::size_t i = 0; i < padded; i += 4) {
                float sum = 0;
                for (std::size_t e = i; e < std::min(i + 4, length); ++e)
                    sum += x[row * length + e] * x[row * length + e];
                out.push_back(sum);
            }
        return out;
    }
    // x times a norm's weights, and the squares of x, for `columns` columns.
    void putNormed(KernelBench& b, std::span<const float> x, std::span<const float> norm,
                   std::size_t length) {
        std::vector<float> normed(x.begin(), x.end());
        for (std::size_t i = 0; i < x.size(); ++i)
            normed[i] *= norm[i % length];
        b.put(b.scratch, kInput, normed, length, test::pieces(length));
        b.putQuants(kInputQuants, normed, length, static_cast<std::uint32_t>((length + 31) / 32));
        const std::size_t padded = test::pieces(length) * 4;
        b.put(b.scratch, kSquares, squaresOf(x, length, padded), padded / 4, test::pieces(length) / 4);
    }

    // Whether quants on the device are what `values` become in eight bits; a rounding may go the other way.
    static bool areQuantsOf(std::span<const float> quants, std::span<const float> values,
                            std::size_t length) {
        for (std::size_t first = 0; first < values.size(); first += length)
            for (std::size_t block = 0; block < length; block += 32) {
                const std::size_t count = std::min<std::size_t>(32, length - block);
                float most = 0;
                for (std::size_t i = 0; i < count; ++i)
                    most = std::max(most, std::abs(values[first + block + i]));
                for (std::size_t i = first + block; i < first + block + count; ++i)
                    if (!(std::abs(quants[i] - values[i]) <= 0.501F * most / 127.0F + 1e-30F)) return false;
            }
        return true;
    }
    static std::vector<float> inEightBits(std::span<const float> values, std::size_t length) {
        std::vector<float> out(values.size());
        for (std::size_t first = 0; first < values.size(); first += length)
            reference::roundToEightBits(values.subspan(first, length), std::span(out).subspan(first, length));
        return out;
    }
    // What a norm leaves, as the kernels have it: x times the norm's weights, in eight bits where they are
    // integers, and only then divided by rms; in another order one rounding of 100,000 goes the other way.
    static std::vector<float> normedAsKernelsDo(std::span<const float> x, std::span<const float> norm,
                                                float epsilon, bool integer) {
        const std::size_t length = norm.size();
        std::vector<float> out(x.begin(), x.end());
        for (std::size_t i = 0; i < x.size(); ++i)
            out[i] *= norm[i % length];
        if (integer) out = inEightBits(out, length);
        for (std::size_t first = 0; first < x.size(); first += length) {
            double sum = 0;
            for (std::size_t i = first; i < first + length; ++i)
                sum += double{x[i]} * x[i];
            const auto scale = static_cast<float>(1 / std::sqrt(sum / double(length) + epsilon));
            for (std::size_t i = first; i < first + length; ++i)
                out[i] *= scale;
        }
        return out;
    }
    void checkProjection(KernelBench& b, const RandomMatrix& matrix, std::uint32_t at,
                         const std::vector<float>& norm, std::uint32_t n, bool integer) {
        const auto length = static_cast<std::uint32_t>(matrix.info.rowLength());
        const auto rows = static_cast<std::uint32_t>(matrix.info.rows());
        const TensorType format = matrix.info.type;
        auto y = test::randomFloats(std::size_t{n} * length, m_random);
        const auto x = test::randomFloats(std::size_t{n} * rows, m_random);
        b.put(b.scratch, kInput, y, length, test::pieces(length));
        if (integer) {
            b.putQuants(kInputQuants, y, length, (length + 31) / 32);
            y = inEightBits(y, length);
        }
        b.put(b.scratch, kX, x, rows, test::pieces(rows));
        b.writeStep(n, 0);
        const std::uint32_t blocks = (rows + 31) / 32;
        const ProjectAddCall call{integer ? kInputQuants : kInput,
                                  integer ? (length + 31) / 32 * kQuantPieces : test::pieces(length),
                                  (length + 31) / 32,
                                  at,
                                  (rows + 3) / 4,
                                  kX,
                                  test::pieces(rows),
                                  kNormed,
                                  kSquares,
                                  test::pieces(rows) / 4,
                                  kNorm,
                                  kOutputQuants,
                                  blocks * kQuantPieces};
        QVERIFY(b.multiply(MatrixKernel::ProjectAdd, n, {format, format, format}, call, {call.groups},
                           integer, kWritesBoth));
        std::vector<float> wanted(x.size());
        reference::multiply(matrix.info, {}, y, wanted);
        for (std::size_t i = 0; i < x.size(); ++i)
            wanted[i] += x[i];
        const auto got = b.get(b.scratch, kX, n, rows, test::pieces(rows));
        QVERIFY2(test::worst(got, wanted, test::rowMagnitude(matrix.info)) < 1e-5,
                 qPrintable(QString("%1 rows of %2, %3 columns%4")
                                .arg(rows)
                                .arg(length)
                                .arg(n)
                                .arg(integer ? ", integers" : "")));
        const auto normed = b.get(b.scratch, kNormed, n, rows, test::pieces(rows));
        for (std::size_t i = 0; i < got.size(); ++i)
            QCOMPARE(normed[i], got[i] * norm[i % rows]);
        QVERIFY(areQuantsOf(b.getQuants(kOutputQuants, n, rows, blocks), normed, rows));
        const std::size_t padded = (rows + 3) / 4 * 4;
        QVERIFY(test::worst(b.get(b.scratch, kSquares, n, padded / 4, test::pieces(rows) / 4),
                            squaresOf(got, rows, padded)) < 1e-6);
    }
    // factors: of the rows, or none.
    void checkEmbedding(KernelBench& b, const RandomMatrix& matrix, const std::vector<float>& factors) {
        const std::vector<std::uint32_t> tokens{32, 0, 7, 5, 2, 31, 30, 1, 7};
        const auto length = static_cast<std::uint32_t>(matrix.info.rowLength());
        const std::uint32_t blocks = length / 32;
        b.forgetWeights();
        const auto norm = test::randomFloats(length, m_random);
        b.put(b.scratch, kNorm, norm, length, test::pieces(length));
        const auto n = static_cast<std::uint32_t>(tokens.size());
        b.writeStep(n, 0, tokens);
        const EmbedCall call{b.place(matrix, factors),
                             9,
                             0,
                             blocks,
                             kX,
                             test::pieces(length),
                             kNormed,
                             kSquares,
                             test::pieces(length) / 4,
                             kNorm,
                             kOutputQuants,
                             blocks * kQuantPieces};
        PipelineKey key{"embed", {b.tuning.plainWorkgroup, 0, kernelFormat(matrix.info.type)}};
        key.constants[6] = kWritesBoth;
        QVERIFY(b.run(key, call, {(n * blocks + 63) / 64}));
        std::vector<float> wanted(std::size_t{n} * length);
        for (std::uint32_t t = 0; t < n; ++t) {
            const auto row = std::span(wanted).subspan(t * length, length);
            reference::decodeRow(matrix.info, tokens[t], row);
            for (float& w : row)
                w *= factors.empty() ? 1.0F : factors[tokens[t]];
        }
        const auto got = b.get(b.scratch, kX, n, length, test::pieces(length));
        QVERIFY(test::worst(got, wanted) < 1e-6);
        const auto normed = b.get(b.scratch, kNormed, n, length, test::pieces(length));
        for (std::size_t i = 0; i < got.size(); ++i)
            QCOMPARE(normed[i], got[i] * norm[i % length]);
        QVERIFY(areQuantsOf(b.getQuants(kOutputQuants, n, length, blocks), normed, length));
        QVERIFY(test::worst(b.get(b.scratch, kSquares, n, length / 4, length / 16),
                            squaresOf(got, length, length)) < 1e-6);
    }
    // How columns are shared out is the same for all types.
    static std::vector<std::uint32_t> columnsFor(TensorType type, int path) {
        using T = TensorType;
        const bool texels = path == 0;
        if (test::isThorough() || (texels && (type == T::F16 || type == T::Q4_K || type == T::Q8_0)))
            return {1, 3, 9, 64};
        return {(static_cast<int>(type) + path) % 2 == 0 ? 1U : 9U};
    }
    static bool hasIntegerKernel(TensorType type) { return scaleKind(type) != ScaleKind::None; }

private slots:
    void initTestCase() {
        if (!m_benches.open()) QSKIP("no usable Vulkan device with validation layers");
    }
    void cleanup() { QCOMPARE(m_benches.messages(), std::string()); }

    void aProjectionAddsToTheResidualStreamAndPreparesTheNextNorm_data() { rows(); }
    void aProjectionAddsToTheResidualStreamAndPreparesTheNextNorm() {
        QFETCH(int, type);
        QFETCH(int, path);
        KernelBench& b = bench(path);
        const auto format = static_cast<TensorType>(type);
        for (const std::uint32_t length : {32U, 96U, 160U, 256U, 1536U}) {
            if (length % typeTraits(format)->blockValues != 0) continue;
            for (const std::uint32_t rows : {1U, 3U, 5U, 33U}) {
                b.forgetWeights();
                const RandomMatrix matrix(format, length, rows, m_random);
                const std::uint32_t at = b.place(matrix);
                const auto norm = test::randomFloats(rows, m_random);
                b.put(b.scratch, kNorm, norm, rows, test::pieces(rows));
                for (const std::uint32_t n : columnsFor(format, path))
                    for (const bool integer : {false, true})
                        if (!integer || hasIntegerKernel(format))
                            checkProjection(b, matrix, at, norm, n, integer);
                if (QTest::currentTestFailed()) return;
            }
        }
    }

    void queriesKeysAndValuesMayEachHaveAFormat_data() {
        QTest::addColumn<int>("path");
        QTest::newRow("texels") << 0;
        QTest::newRow("addresses") << 1;
    }
    void queriesKeysAndValuesMayEachHaveAFormat() {
        QFETCH(int, path);
        KernelBench& b = bench(path);
        using T = TensorType;
        std::uint32_t number = 0;
        for (const auto& types :
             {std::array{T::Q4_K, T::Q4_K, T::Q6_K}, std::array{T::Q5_0, T::Q8_0, T::F16},
              std::array{T::Q5_0, T::Q4_1, T::Q8_0}, std::array{T::IQ4_XS, T::MXFP4, T::Q3_K},
              std::array{T::IQ1_M, T::Q1_0, T::IQ3_XXS}, std::array{T::NVFP4, T::F16, T::IQ2_S}}) {
            b.forgetWeights();
            constexpr std::uint32_t length = 256, q = 96, kv = 32;
            const RandomMatrix matrices[3] = {{types[0], length, q, m_random},
                                              {types[1], length, kv, m_random},
                                              {types[2], length, kv, m_random}};
            const auto norm = test::randomFloats(length, m_random);
            const auto bias = test::randomFloats(q + 2 * kv, m_random);
            b.put(b.scratch, kBias, bias, bias.size(), test::pieces(bias.size()));
            const bool integer = std::all_of(types.begin(), types.end(), hasIntegerKernel);
            ++number; // columns alternate with the types
            for (const std::uint32_t n : {1U, 5U, 9U, 64U}) {
                if (!test::isThorough() && (number++ + static_cast<std::uint32_t>(path)) % 2 == 1) continue;
                const auto x = test::randomFloats(std::size_t{n} * length, m_random);
                putNormed(b, x, norm, length);
                b.writeStep(n, 0);
                b.forgetWeights();
                constexpr std::uint32_t stride = (q + 2 * kv) / 4;
                const NormQkvCall call{integer ? kInputQuants : kInput,
                                       integer ? length / 32 * kQuantPieces : test::pieces(length),
                                       kSquares,
                                       test::pieces(length) / 4,
                                       float(length),
                                       1e-5F,
                                       length / 32,
                                       kOutput,
                                       stride,
                                       {b.place(matrices[0]), b.place(matrices[1]), b.place(matrices[2])},
                                       {q / 4, kv / 4, kv / 4},
                                       {kBias, kBias + q / 4, kBias + (q + kv) / 4}};
                QVERIFY(b.multiply(MatrixKernel::NormQkv, n, types, call, {q / 4, kv / 4, kv / 4}, integer,
                                   kWritesFloats));
                const auto normed = normedAsKernelsDo(x, norm, 1e-5F, integer);
                const auto got = b.get(b.scratch, kOutput, n, q + 2 * kv, stride);
                std::size_t first = 0;
                for (const RandomMatrix& matrix : matrices) {
                    const std::size_t rows = matrix.info.rows();
                    std::vector<float> wanted(n * rows), part;
                    reference::multiply(matrix.info, std::span(bias).subspan(first, rows), normed, wanted);
                    for (std::uint32_t t = 0; t < n; ++t)
                        for (std::size_t r = 0; r < rows; ++r)
                            part.push_back(got[t * (q + 2 * kv) + first + r]);
                    QVERIFY(test::worst(part, wanted) < 2e-5);
                    first += rows;
                }
            }
        }
    }

    void gateAndUpBecomeSwiGlu_data() { queriesKeysAndValuesMayEachHaveAFormat_data(); }
    void gateAndUpBecomeSwiGlu() {
        QFETCH(int, path);
        KernelBench& b = bench(path);
        for (const auto& types : {std::array{TensorType::Q4_1, TensorType::Q4_1, TensorType::Q4_1},
                                  std::array{TensorType::Q8_0, TensorType::Q5_1, TensorType::Q8_0}})
            for (const std::uint32_t rows : {5U, 33U})
                for (const auto& [n, integer] :
                     {std::pair{1U, false}, {1U, true}, {7U, true}, {64U, false}, {64U, true}}) {
                    constexpr std::uint32_t length = 160;
                    b.forgetWeights();
                    const RandomMatrix gate(types[0], length, rows, m_random);
                    const RandomMatrix up(types[1], length, rows, m_random);
                    const auto norm = test::randomFloats(length, m_random);
                    const auto x = test::randomFloats(std::size_t{n} * length, m_random);
                    putNormed(b, x, norm, length);
                    b.writeStep(n, 0);
                    const NormGateUpCall call{integer ? kInputQuants : kInput,
                                              integer ? length / 32 * kQuantPieces : test::pieces(length),
                                              kSquares,
                                              test::pieces(length) / 4,
                                              float(length),
                                              1e-6F,
                                              length / 32,
                                              kOutput,
                                              test::pieces(rows),
                                              b.place(gate),
                                              b.place(up),
                                              (rows + 3) / 4,
                                              kOutputQuants,
                                              (rows + 31) / 32 * kQuantPieces};
                    QVERIFY(b.multiply(MatrixKernel::NormGateUp, n, types, call, {call.groups}, integer,
                                       kWritesBoth));
                    const auto normed = normedAsKernelsDo(x, norm, 1e-6F, integer);
                    std::vector<float> wanted(n * rows), ups(n * rows);
                    reference::multiply(gate.info, {}, normed, wanted);
                    reference::multiply(up.info, {}, normed, ups);
                    reference::swiGlu(wanted, ups);
                    const auto got = b.get(b.scratch, kOutput, n, rows, test::pieces(rows));
                    QVERIFY(test::worst(got, wanted) < 5e-5);
                    QVERIFY(areQuantsOf(b.getQuants(kOutputQuants, n, rows, (rows + 31) / 32), got, rows));
                }
    }

    void theHeadWritesTheLogitsOfItsSliceForTheWantedColumns_data() {
        queriesKeysAndValuesMayEachHaveAFormat_data();
    }
    void theHeadWritesTheLogitsOfItsSliceForTheWantedColumns() {
        QFETCH(int, path);
        KernelBench& b = bench(path);
        for (const auto& [n, integer] : {std::pair{1U, false}, {1U, true}, {2U, false}, {9U, true}}) {
            constexpr std::uint32_t length = 256, rows = 33, firstColumn = 3, slice = 8;
            b.forgetWeights();
            const RandomMatrix matrix(TensorType::Q6_K, length, rows, m_random);
            const auto norm = test::randomFloats(length, m_random);
            const auto x = test::randomFloats(std::size_t{n + firstColumn} * length, m_random);
            putNormed(b, x, norm, length);
            b.writeStep(n + firstColumn, 0);
            const std::uint32_t stride = slice + 9 + 2;
            const std::uint32_t inputStride = integer ? length / 32 * kQuantPieces : test::pieces(length);
            const HeadCall call{(integer ? kInputQuants : kInput) + firstColumn * inputStride,
                                inputStride,
                                kSquares + firstColumn * (test::pieces(length) / 4),
                                test::pieces(length) / 4,
                                float(length),
                                1e-5F,
                                length / 32,
                                b.place(matrix),
                                (rows + 3) / 4,
                                slice,
                                stride,
                                n};
            QVERIFY(b.multiply(MatrixKernel::Head, n, {TensorType::Q6_K, TensorType::Q6_K, TensorType::Q6_K},
                               call, {call.groups}, integer, kWritesFloats));
            const auto normed = normedAsKernelsDo(x, norm, 1e-5F, integer);
            std::vector<float> wanted(n * rows);
            reference::multiply(matrix.info, {}, std::span(normed).subspan(firstColumn * length), wanted);
            QVERIFY(test::worst(b.get(b.other, slice, n, rows, stride), wanted) < 2e-5);
        }
    }

    void embeddingsAreDecodedAndPreparedForTheFirstNorm_data() { rows(); }
    void embeddingsAreDecodedAndPreparedForTheFirstNorm() {
        QFETCH(int, type);
        QFETCH(int, path);
        for (const std::uint32_t length : {32U, 96U, 256U, 1536U}) {
            if (length % typeTraits(static_cast<TensorType>(type))->blockValues != 0) continue;
            checkEmbedding(bench(path), RandomMatrix(static_cast<TensorType>(type), length, 33, m_random),
                           {});
            if (QTest::currentTestFailed()) return;
        }
    }

    void rowsOfSmallFloatsAreMultipliedByTheirFactor_data() { queriesKeysAndValuesMayEachHaveAFormat_data(); }
    void rowsOfSmallFloatsAreMultipliedByTheirFactor() {
        QFETCH(int, path);
        const std::vector<float> factors = test::randomFloats(33, m_random);
        checkEmbedding(bench(path), RandomMatrix(TensorType::NVFP4, 320, 33, m_random), factors);
    }
};

PONDER_TEST(VulkanMatrixKernelsTest)
#include "vulkan_matrix_kernels_test.moc"
