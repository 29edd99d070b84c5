// Matrices as they lie on a device, read back by what plan/device_layout.h says: every value, every byte.
#include "engine/backend/vulkan/weights/weight_layout.h"
#include "engine/quant/small_numbers.h"
#include "tests/support/random_matrix.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <bit>

using namespace ponder;
using test::RandomMatrix;

namespace {

// A rearranged matrix, with some bytes after each region that nobody may touch.
class Regions {
public:
    static constexpr std::size_t kGuard = 64;

    Regions(const DeviceLayout& layout, std::byte before) : m_layout(layout) {
        const std::uint64_t ends[3] = {layout.planesAt(), layout.scalesAt(), layout.pieces()};
        std::uint64_t begin = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bytes[i].assign((ends[i] - begin) * 16 + kGuard, before);
            begin = ends[i];
        }
    }
    RegionWriters writers() { return {bytes[0].data(), bytes[1].data(), bytes[2].data()}; }
    bool guardsAre(std::byte before) const {
        return std::all_of(bytes.begin(), bytes.end(), [&](const std::vector<std::byte>& region) {
            return std::all_of(region.end() - kGuard, region.end(), [&](std::byte b) { return b == before; });
        });
    }
    std::size_t used() const { return bytes[0].size() + bytes[1].size() + bytes[2].size() - 3 * kGuard; }

    // Words of the row in the block's quants, and in its planes; of its scales, in piece `piece`.
    std::uint32_t quant(std::uint64_t row, std::uint32_t block, std::uint32_t word) const {
        const std::uint64_t rows = 4 / m_layout.quantParts, words = m_layout.quantPieces;
        const std::uint64_t part = m_layout.place(row / 4, block * m_layout.quantParts + row % 4 / rows,
                                                  std::uint64_t{m_layout.blocks} * m_layout.quantParts);
        return at(0, (part * rows + row % rows) * words + word);
    }
    std::uint32_t plane(std::uint64_t row, std::uint32_t block, std::uint32_t word) const {
        const std::uint64_t pieces = m_layout.planePieces;
        return at(1, (m_layout.place(row / 4, block, m_layout.blocks) * 4 + row % 4) * pieces + word);
    }
    std::uint32_t scale(std::uint64_t row, std::uint32_t piece) const {
        return at(2, m_layout.place(row / 4, piece, m_layout.scalePieces) * 4 + row % 4);
    }

    std::array<std::vector<std::byte>, 3> bytes;

private:
    std::uint32_t at(std::size_t region, std::uint64_t word) const {
        std::uint32_t out = 0;
        std::memcpy(&out, bytes[region].data() + word * 4, 4);
        return out;
    }

    const DeviceLayout& m_layout;
};

float low(std::uint32_t word) { return halfToFloat(static_cast<std::uint16_t>(word)); }
float high(std::uint32_t word) { return halfToFloat(static_cast<std::uint16_t>(word >> 16)); }
float signedByte(std::uint32_t word, std::uint32_t n) {
    return static_cast<float>(static_cast<std::int8_t>(word >> (8 * n)));
}

class Reader {
public:
    Reader(const DeviceLayout& layout, const Regions& regions) : m_layout(layout), m_regions(regions) {}

    float value(std::uint64_t row, std::uint32_t i) const {
        const std::uint32_t block = i / 32, e = i % 32;
        if (scaleKind(m_layout.type) == ScaleKind::None) return plainFloat(row, block, e);
        const std::uint32_t q = code(row, block, e);
        const std::uint32_t upper = e / 16, supers = m_layout.blocks / 8;
        switch (scaleKind(m_layout.type)) {
        case ScaleKind::Single: {
            const std::uint32_t n = block / blocksOfScale(m_layout.type);
            return number(q) * half(row, n);
        }
        case ScaleKind::WithMin: {
            const std::uint32_t both = m_regions.scale(row, block);
            return low(both) * float(q) + high(both);
        }
        case ScaleKind::SuperMin: {
            const std::uint32_t both = m_regions.scale(row, block / 8);
            const std::uint32_t pair = m_regions.scale(row, supers + block / 2) >> (block % 2 * 16);
            const bool nibbles = m_layout.type == TensorType::Q2_K;
            const std::uint32_t sc = nibbles ? pair >> (8 * upper) & 15 : pair & 255;
            const std::uint32_t mn = nibbles ? pair >> (8 * upper + 4) & 15 : pair >> 8 & 255;
            return low(both) * float(sc) * float(q) - high(both) * float(mn);
        }
        case ScaleKind::SuperTwo: {
            const std::uint32_t pair =
                m_regions.scale(row, (supers + 1) / 2 + block / 2) >> (block % 2 * 16 + 8 * upper) & 255;
            if (m_layout.type != TensorType::IQ1_M)
                return half(row, block / 8) * signedByte(pair, 0) * number(q);
            const bool upwards = (pair >> (4 + e % 16 / 8) & 1) != 0;
            return half(row, block / 8) * float(pair & 15) * number(upwards ? q | 4 : q);
        }
        case ScaleKind::SuperOne: {
            const std::uint32_t four = m_regions.scale(row, (supers + 1) / 2 + block / 4);
            const float scale = signedByte(four, block % 4);
            if (m_layout.type != TensorType::IQ1_S) return half(row, block / 8) * scale * number(q);
            return half(row, block / 8) * std::abs(scale) * number(scale > 0 ? q | 4 : q);
        }
        case ScaleKind::Exponent:
            return std::ldexp(number(q), int(m_regions.scale(row, block / 4) >> (block % 4 * 8) & 255) - 128);
        case ScaleKind::SmallFloat: {
            const std::uint32_t pair = m_regions.scale(row, 1 + block / 2) >> (block % 2 * 16 + 8 * upper);
            return std::bit_cast<float>(m_regions.scale(row, 0)) * low((pair & 255) << 7) * 128.0F *
                   number(q);
        }
        case ScaleKind::None:
            break;
        }
        return NAN;
    }

private:
    float plainFloat(std::uint64_t row, std::uint32_t block, std::uint32_t e) const {
        if (m_layout.type == TensorType::F32) return std::bit_cast<float>(m_regions.quant(row, block, e));
        const std::uint32_t bits = m_regions.quant(row, block, e / 2) >> (e % 2 * 16) & 0xFFFF;
        return m_layout.type == TensorType::F16 ? low(bits) : std::bit_cast<float>(bits << 16);
    }
    std::uint32_t code(std::uint64_t row, std::uint32_t block, std::uint32_t e) const {
        const std::uint32_t bits = m_layout.quantPieces, t = e % 4, i = e / 4;
        if (bits == 8) return m_regions.quant(row, block, i) >> (8 * t) & 255;
        std::uint32_t q = 0;
        if (bits == 4) q = m_regions.quant(row, block, i / 2) >> (8 * t + i % 2 * 4) & 15;
        if (bits == 2) q = m_regions.quant(row, block, i / 4) >> (8 * t + i % 4 * 2) & 3;
        if (m_layout.planePieces == 1) q |= (m_regions.plane(row, block, 0) >> (8 * t + i) & 1) << bits;
        if (m_layout.planePieces == 2)
            q |= (m_regions.plane(row, block, i / 4) >> (8 * t + i % 4 * 2) & 3) << bits;
        return q;
    }
    float half(std::uint64_t row, std::uint32_t n) const {
        const std::uint32_t word = m_regions.scale(row, n / 2);
        return n % 2 == 0 ? low(word) : high(word);
    }
    float number(std::uint32_t code) const {
        if (const auto numbers = smallNumberTraits(m_layout.type)) {
            const bool threes = numbers->table.size() == 6;
            return float(numbers->table[threes && code > 3 ? (code & 3) + 3 : code]) * numbers->factor;
        }
        switch (m_layout.type) {
        case TensorType::Q4_0:
            return float(code) - 8;
        case TensorType::Q5_0:
            return float(code) - 16;
        case TensorType::Q6_K:
            return float(code) - 32;
        default:
            return signedByte(code, 0);
        }
    }

    const DeviceLayout& m_layout;
    const Regions& m_regions;
};

} // namespace

class WeightLayoutTest : public QObject {
    Q_OBJECT
    std::mt19937 m_random{3};

    void check(TensorType type, std::uint32_t length, std::uint32_t rows, std::uint32_t together) {
        const RandomMatrix matrix(type, length, rows, m_random);
        const DeviceLayout layout = DeviceLayout::of(type, length, rows, together);
        const std::byte ones{0xFF}, zeros{0};
        Regions regions(layout, ones), again(layout, zeros);
        rearrange(layout, matrix.bytes, rows, regions.writers());
        rearrange(layout, matrix.bytes, rows, again.writers());
        QVERIFY(regions.guardsAre(ones) && again.guardsAre(zeros));
        QCOMPARE(regions.used(), layout.bytes());
        for (std::size_t region = 0; region < 3; ++region) // no byte is left as it was
            QVERIFY(std::equal(regions.bytes[region].begin(), regions.bytes[region].end() - Regions::kGuard,
                               again.bytes[region].begin()));
        std::vector<float> wanted(std::size_t{length} * rows);
        decode(type, matrix.bytes, wanted);
        const Reader reader(layout, regions);
        for (std::uint32_t row = 0; row < rows; ++row)
            for (std::uint32_t i = 0; i < length; ++i)
                QVERIFY(reader.value(row, i) == wanted[std::size_t{row} * length + i]); // to the last bit
    }

private slots:
    void everyTypeKeepsItsValues_data() {
        QTest::addColumn<int>("type");
        for (const TensorType type : kTensorTypes)
            QTest::newRow(std::string(typeTraits(type)->name).c_str()) << static_cast<int>(type);
    }
    void everyTypeKeepsItsValues() {
        QFETCH(int, type);
        const auto format = static_cast<TensorType>(type);
        QVERIFY(DeviceLayout::knows(format));
        for (const std::uint32_t length : {32U, 96U, 192U, 256U, 640U, 768U, 2304U}) {
            if (length % typeTraits(format)->blockValues != 0) continue;
            for (const std::uint32_t together : {1U, 8U})
                for (const std::uint32_t rows : {1U, 6U, 35U}) {
                    check(format, length, rows, together);
                    if (QTest::currentTestFailed()) return;
                }
        }
    }

    void rowsOfSmallFloatsMayHaveAFactorEach() {
        constexpr std::uint32_t length = 128, rows = 6;
        const RandomMatrix matrix(TensorType::NVFP4, length, rows, m_random);
        const DeviceLayout layout = DeviceLayout::of(TensorType::NVFP4, length, rows, 8);
        const std::array<float, rows> factors{1.0F, 0.5F, 3.0F, 0.125F, 2.0F, 7.0F};
        Regions regions(layout, std::byte{0});
        rearrange(layout, matrix.bytes, rows, regions.writers(), factors);
        std::vector<float> wanted(std::size_t{length} * rows);
        decode(TensorType::NVFP4, matrix.bytes, wanted);
        for (std::uint32_t row = 0; row < rows; ++row)
            for (std::uint32_t i = 0; i < length; ++i)
                QVERIFY(Reader(layout, regions).value(row, i) == factors[row] * wanted[row * length + i]);
    }

    void fewBitsStayFew() {
        const auto bits = [](TensorType type) {
            return double(DeviceLayout::of(type, 4096, 4096, 8).bytes()) * 8 / (4096.0 * 4096.0);
        };
        QVERIFY(bits(TensorType::Q1_0) < 1.2);
        QVERIFY(bits(TensorType::TQ1_0) < 2.1);
        QVERIFY(bits(TensorType::IQ1_S) < 2.4 && bits(TensorType::IQ1_M) < 2.6);
        QVERIFY(bits(TensorType::Q2_K) < 2.7);
        QVERIFY(bits(TensorType::IQ2_XXS) < 3.4 && bits(TensorType::Q3_K) < 3.6);
        QVERIFY(bits(TensorType::IQ4_XS) < 4.4 && bits(TensorType::MXFP4) < 4.3);
    }
};

PONDER_TEST(WeightLayoutTest)
#include "weight_layout_test.moc"
