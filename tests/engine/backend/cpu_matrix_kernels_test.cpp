// The panel kernels of the processor backend against their plain twins, for every instruction set that this
// machine has.
#include "engine/backend/cpu/panel_multiply.h"

#include "engine/backend/cpu/panel_packer.h"
#include "engine/backend/reference/kernels.h"
#include "tests/support/logits_check.h"
#include "tests/support/random_matrix.h"
#include "tests/support/simd_targets.h"
#include "tests/support/test_class.h"

#include <QTest>

namespace ponder {
namespace {

using test::RandomMatrix;

std::vector<std::byte> pack(const RandomMatrix& matrix, const PanelLayout& layout) {
    std::vector<std::byte> out(layout.bytes());
    const std::size_t panelRows = matrix.info.bytes.size() / layout.rows * kPanelRows;
    for (std::uint64_t p = 0; p < layout.panels(); ++p) {
        const std::size_t at = p * panelRows;
        cpu::packPanel(layout,
                       matrix.info.bytes.subspan(at, std::min(panelRows, matrix.info.bytes.size() - at)),
                       out.data() + p * layout.panelBytes());
    }
    return out;
}

std::vector<float> randomColumns(std::size_t count, std::mt19937& random) {
    std::normal_distribution<float> value;
    std::vector<float> out(count);
    for (float& x : out)
        x = value(random);
    return out;
}

// What the tiles hold of a column, as the kernels see it.
std::vector<float> valuesOf(const cpu::ActivationTiles& tiles, std::uint32_t column) {
    std::vector<float> out;
    const std::size_t c = column % tiles.width();
    for (std::uint32_t b = 0; b < tiles.blocks(); ++b) {
        const std::byte* record = tiles.tile(column / tiles.width()) + b * tiles.recordBytes();
        const std::size_t quants = tiles.width() * 32;
        float scale;
        std::memcpy(&scale, record + quants * (tiles.rounding() == Rounding::Fine ? 2 : 1) + c * 4, 4);
        cpu::ActivationTiles::Quad quad{};
        if (tiles.rounding() == Rounding::Outliers)
            std::memcpy(&quad, record + quants + tiles.width() * 20 + c * sizeof quad, sizeof quad);
        for (std::size_t i = 0; i < 32; ++i) {
            int q = static_cast<std::int8_t>(record[c * 32 + i]);
            if (tiles.rounding() == Rounding::Fine)
                q = 256 * q + static_cast<std::int8_t>(record[quants + c * 32 + i]);
            else if (i / 4 == quad.index)
                q += 256 * quad.high[i % 4];
            out.push_back(scale * float(q));
        }
    }
    return out;
}

constexpr std::pair<const char*, Rounding> kRoundings[] = {
    {"coarse", Rounding::Coarse}, {"outliers", Rounding::Outliers}, {"fine", Rounding::Fine}};

// What a block of 32 is rounded to multiples of. With outliers, the quad with the largest value does not
// count, unless it is beyond 16 bits.
float stepOf(std::span<const float> block, Rounding rounding) {
    float largest[8] = {};
    for (std::size_t i = 0; i < 32; ++i)
        largest[i / 4] = std::max(largest[i / 4], std::abs(block[i]));
    std::sort(std::begin(largest), std::end(largest));
    if (rounding == Rounding::Coarse) return largest[7] / 127;
    return rounding == Rounding::Fine ? largest[7] / 32639 : std::max(largest[6] / 127, largest[7] / 32639);
}

struct Packed {
    RandomMatrix matrix;
    PanelLayout layout;
    std::vector<std::byte> bytes;

    Packed(TensorType type, std::uint32_t length, std::uint32_t rows, std::mt19937& random)
        : matrix(type, length, rows, random), layout(PanelLayout::of(type, length, rows)),
          bytes(pack(matrix, layout)) {}
};

// The product [columns x rows] as the kernels compute it; x becomes what they see of it.
std::vector<float> multiplied(const Packed& packed, std::vector<float>& x, std::uint32_t columns,
                              Rounding rounding) {
    const PanelLayout& layout = packed.layout;
    const auto length = static_cast<std::uint32_t>(packed.matrix.info.rowLength());
    const std::size_t stride = layout.panels() * kPanelRows;
    std::vector<float> padded(stride * columns), out;
    const cpu::PanelMatrix matrix{layout, packed.bytes.data()};
    if (layout.quantized()) {
        cpu::ActivationTiles tiles(rounding);
        tiles.resize(columns, length);
        for (std::uint32_t c = 0; c < columns; ++c) {
            float* column = &x[std::size_t{c} * length];
            tiles.quantize(c, 0, column, length / 32);
            const std::vector<float> rounded = valuesOf(tiles, c);
            std::copy(rounded.begin(), rounded.end(), column);
        }
        std::vector<std::byte> scratch(cpu::unpackedBytes(layout));
        cpu::multiplyQuantized(matrix, 0, layout.panels(), tiles, scratch.data(), padded.data(), stride);
    } else {
        cpu::multiplyFloats(matrix, 0, layout.panels(), x.data(), length, columns, padded.data(), stride);
    }
    for (std::uint32_t c = 0; c < columns; ++c)
        out.insert(out.end(), &padded[c * stride], &padded[c * stride] + layout.rows);
    return out;
}

// A tile of columns that are zero, but for one that is 1 at one place: its product is a column of the
// weights. Gives which one.
std::uint32_t setUnit(cpu::ActivationTiles& tiles, std::uint32_t columns, std::uint32_t length,
                      std::uint32_t place) {
    tiles.resize(columns, length);
    std::memset(tiles.tile(0), 0, tiles.recordBytes() * tiles.blocks());
    const std::uint32_t inBlock = place % 32, column = place % columns;
    std::byte* record = tiles.tile(0) + place / 32 * tiles.recordBytes();
    record[column * 32 + inBlock] = std::byte{1};
    const float one = 1;
    const std::int32_t negated = -1;
    std::byte* line = record + columns * 32 + column * 4;
    std::memcpy(line, &one, 4);
    std::memcpy(line + columns * 4, &one, 4);
    std::memcpy(line + columns * 8, &negated, 4);
    std::memcpy(record + columns * 44 + column * 8 + inBlock / 16 * 4, &negated, 4);
    return column;
}

struct Product {
    std::vector<float> ours, plain; // [columns x rows]
    double typicalPower = 0;        // what the squares of such products add up to on average

    // NMSE; where the few products happen to be near zero, against what they usually are.
    double error() const {
        double error = 0, power = 0;
        for (std::size_t i = 0; i < plain.size(); ++i) {
            error += std::pow(double(ours[i]) - plain[i], 2);
            power += std::pow(double(plain[i]), 2);
        }
        return error / std::max(power, typicalPower);
    }
};

double powerOf(std::span<const float> values) {
    double sum = 0;
    for (const float value : values)
        sum += double(value) * value;
    return sum;
}

Product product(TensorType type, std::uint32_t length, std::uint32_t rows, std::uint32_t columns,
                Rounding rounding) {
    std::mt19937 random(length * 31 + rows * 7 + columns);
    const Packed packed(type, length, rows, random);
    std::vector<float> x = randomColumns(std::size_t{columns} * length, random);
    Product out;
    out.ours = multiplied(packed, x, columns, rounding);
    out.plain.resize(std::size_t{rows} * columns);
    reference::multiply(packed.matrix.info, {}, x, out.plain);
    std::vector<float> weights(std::size_t{rows} * length);
    decode(type, packed.matrix.bytes, weights);
    out.typicalPower = powerOf(weights) * powerOf(x) / length;
    return out;
}

} // namespace

class CpuMatrixKernelsTest : public QObject {
    Q_OBJECT
    static void kinds() {
        QTest::addColumn<TensorType>("type");
        QTest::addColumn<qint64>("target");
        QTest::addColumn<Rounding>("rounding");
        for (const auto& [name, target] : test::simdTargets())
            for (const TensorType type : kTensorTypes)
                for (const auto& [word, rounding] : kRoundings)
                    QTest::addRow("%s %s %s", name, typeTraits(type)->name.data(), word)
                        << type << qint64(target) << rounding;
    }

private slots:
    void productsOfRoundedActivationsEqualThePlainTwin_data() { kinds(); }
    void productsOfRoundedActivationsEqualThePlainTwin() {
        QFETCH(const TensorType, type);
        QFETCH(const qint64, target);
        QFETCH(const Rounding, rounding);
        const test::UseTarget use(target);
        for (const std::uint32_t rows : {1U, 16U, 37U})
            for (const std::uint32_t columns : {1U, 2U, 3U, 4U, 5U, 8U, 9U, 19U, 64U}) {
                const std::uint32_t unit = std::max(typeTraits(type)->blockValues, 32U);
                for (const std::uint32_t length : {unit == 256 ? 256U : 3 * unit, 1280U}) {
                    const Product got = product(type, length, rows, columns, rounding);
                    const double error = got.error();
                    QVERIFY2(error <= 1e-10, qPrintable(QStringLiteral("%1 rows, %2 columns of %3: %4")
                                                            .arg(rows)
                                                            .arg(columns)
                                                            .arg(length)
                                                            .arg(error)));
                }
            }
    }

    // Small numbers times a half are exact in f32, in whatever order.
    void theProductWithAColumnOfTheUnitMatrixIsTheWeights_data() {
        QTest::addColumn<TensorType>("type");
        QTest::addColumn<qint64>("target");
        for (const auto& [name, target] : test::simdTargets())
            for (const TensorType type : kTensorTypes)
                if (PanelLayout::of(type, 256, 1).quantized())
                    QTest::addRow("%s %s", name, typeTraits(type)->name.data()) << type << qint64(target);
    }
    void theProductWithAColumnOfTheUnitMatrixIsTheWeights() {
        QFETCH(const TensorType, type);
        QFETCH(const qint64, target);
        const test::UseTarget use(target);
        const bool withMin = type == TensorType::Q4_1 || type == TensorType::Q5_1 ||
                             type == TensorType::Q2_K || type == TensorType::Q4_K || type == TensorType::Q5_K;
        constexpr std::uint32_t kLength = 512, kRows = 19;
        std::mt19937 random(3);
        const Packed packed(type, kLength, kRows, random);
        std::vector<float> weights(kLength * kRows), direct(2 * kPanelRows);
        std::vector<float> unpacked(cpu::kTileColumns * direct.size());
        decode(type, packed.matrix.bytes, weights);
        std::vector<std::byte> scratch(cpu::unpackedBytes(packed.layout));
        cpu::ActivationTiles one, eight;
        for (std::uint32_t place = 0; place < kLength; ++place) {
            setUnit(one, 1, kLength, place);
            cpu::multiplyQuantized({packed.layout, packed.bytes.data()}, 0, 2, one, scratch.data(),
                                   direct.data(), direct.size());
            const std::uint32_t column = setUnit(eight, cpu::kTileColumns, kLength, place);
            for (std::uint32_t p = 0; p < 2; ++p) {
                cpu::unpackPanel(packed.layout, packed.bytes.data() + p * packed.layout.panelBytes(),
                                 scratch.data());
                cpu::multiplyUnpacked(packed.layout, scratch.data(), eight, &unpacked[p * kPanelRows],
                                      direct.size());
            }
            QVERIFY2(std::equal(direct.begin(), direct.end(),
                                unpacked.begin() + std::ptrdiff_t(column * direct.size())),
                     "packed and unpacked panels differ");
            for (std::uint32_t row = 0; row < kRows; ++row) {
                const float wanted = weights[row * kLength + place];
                const float slack = withMin ? 1e-6F * (std::abs(wanted) + 1) : 0;
                QVERIFY2(std::abs(direct[row] - wanted) <= slack,
                         qPrintable(QStringLiteral("row %1, value %2: %3 instead of %4")
                                        .arg(row)
                                        .arg(place)
                                        .arg(double(direct[row]))
                                        .arg(double(wanted))));
            }
        }
    }

    // What speculation and replies side by side rest on: a row's numbers are its own.
    void aColumnsProductIsTheSameBitByBitWhateverStandsBesideIt_data() { kinds(); }
    void aColumnsProductIsTheSameBitByBitWhateverStandsBesideIt() {
        QFETCH(const TensorType, type);
        QFETCH(const qint64, target);
        QFETCH(const Rounding, rounding);
        const test::UseTarget use(target);
        constexpr std::uint32_t kLength = 768, kRows = 37, kColumns = 64;
        std::mt19937 random(11);
        const Packed packed(type, kLength, kRows, random);
        const std::vector<float> x = randomColumns(std::size_t{kColumns} * kLength, random);
        std::vector<float> seen = x;
        const std::vector<float> all = multiplied(packed, seen, kColumns, rounding);
        for (const std::uint32_t columns : {1U, 2U, 3U, 5U, 8U, 9U, 17U, 33U})
            for (std::uint32_t first = 0; first + columns <= kColumns; first += 13) {
                std::vector<float> some(x.begin() + std::ptrdiff_t{first} * kLength,
                                        x.begin() + std::ptrdiff_t{first + columns} * kLength);
                const std::vector<float> got = multiplied(packed, some, columns, rounding);
                QVERIFY2(std::equal(got.begin(), got.end(), all.begin() + std::ptrdiff_t{first} * kRows),
                         qPrintable(QStringLiteral("%1 columns from %2 on").arg(columns).arg(first)));
            }
    }

    void activationsAreRoundedToTheNearestStep() {
        std::mt19937 random(5);
        std::vector<float> x = randomColumns(3 * 96, random);
        x[37] = 90;     // takes nothing from its neighbours
        x[110] = -9e4F; // too large even for 16 bits of the others' steps
        for (const auto& [name, target] : test::simdTargets()) {
            const test::UseTarget use(target);
            for (const auto& [word, rounding] : kRoundings) {
                cpu::ActivationTiles tiles(rounding);
                tiles.resize(3, 96);
                for (std::uint32_t c = 0; c < 3; ++c)
                    tiles.quantize(c, 0, &x[c * 96], 3);
                for (std::uint32_t c = 0; c < 3; ++c) {
                    const std::vector<float> got = valuesOf(tiles, c);
                    for (std::size_t b = 0; b < 96; b += 32) {
                        const float step = stepOf(std::span(x).subspan(c * 96 + b, 32), rounding);
                        for (std::size_t i = b; i < b + 32; ++i)
                            QVERIFY2(std::abs(got[i] - x[c * 96 + i]) <= step * 0.501F, name);
                    }
                }
            }
        }
    }

    void activationsOfWholeNumbersGiveTheExactProduct() {
        // Scales of one and whole activations leave nothing to round.
        for (const auto& [name, target] : test::simdTargets()) {
            const test::UseTarget use(target);
            cpu::ActivationTiles tiles(Rounding::Outliers);
            tiles.resize(1, 64);
            std::vector<float> x(64);
            for (int i = 0; i < 64; ++i)
                x[std::size_t(i)] = float(i % 32 == 31   ? -127
                                          : i % 32 == 17 ? -3000 // of 16 bits
                                                         : (i * 37) % 100 - 50);
            tiles.quantize(0, 0, x.data(), 2);
            const PanelLayout layout = PanelLayout::of(TensorType::Q8_0, 64, 16);
            std::vector<std::byte> file(16 * 2 * 34), packed(layout.bytes()),
                scratch(cpu::unpackedBytes(layout));
            for (std::size_t b = 0; b < 32; ++b) {
                const std::uint16_t one = floatToHalf(1.0F);
                std::memcpy(&file[b * 34], &one, 2);
                for (std::size_t i = 0; i < 32; ++i)
                    file[b * 34 + 2 + i] = std::byte(i % 3 == 0 ? -128 : 127); // what saturates soonest
            }
            cpu::packPanel(layout, file, packed.data());
            std::vector<float> out(16);
            cpu::multiplyQuantized({layout, packed.data()}, 0, 1, tiles, scratch.data(), out.data(), 16);
            float wanted = 0;
            for (std::size_t i = 0; i < 64; ++i)
                wanted += x[i] * (i % 32 % 3 == 0 ? -128.0F : 127.0F);
            for (const float value : out)
                QVERIFY2(value == wanted, name);
        }
    }
};

} // namespace ponder

PONDER_TEST(ponder::CpuMatrixKernelsTest)
#include "cpu_matrix_kernels_test.moc"
