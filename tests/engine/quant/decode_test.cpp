#include "engine/quant/decode.h"
#include "engine/quant/small_numbers.h"
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

#include <bit>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>

using namespace ponder;

namespace {

std::vector<std::byte> readFile(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    const std::vector<char> chars{std::istreambuf_iterator<char>(stream), {}};
    const auto bytes = std::as_bytes(std::span(chars));
    return {bytes.begin(), bytes.end()};
}

// The types whose values are small numbers from a table, and Q2_K, which came with them.
std::vector<TensorType> laterTypes() {
    std::vector<TensorType> out{TensorType::Q2_K};
    for (const TensorType type : kTensorTypes)
        if (smallNumberTraits(type)) out.push_back(type);
    return out;
}

std::vector<float> floatsIn(const std::filesystem::path& path) {
    const auto bytes = readFile(path);
    std::vector<float> out(bytes.size() / sizeof(float));
    std::memcpy(out.data(), bytes.data(), out.size() * sizeof(float));
    return out;
}

// Empty where all bits are equal, or says where they are not.
QString difference(std::span<const float> got, std::span<const float> wanted) {
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (std::bit_cast<std::uint32_t>(got[i]) != std::bit_cast<std::uint32_t>(wanted[i]))
            return QString("value %1: %2 instead of %3").arg(i).arg(double{got[i]}).arg(double{wanted[i]});
    return {};
}

QByteArray nameOf(TensorType type) { return QByteArray(std::string(typeTraits(type)->name).c_str()); }

} // namespace

class DecodeTest : public QObject {
    Q_OBJECT
private slots:
    void everyTypeDecodesToTheFixtureValues_data() {
        QTest::addColumn<std::uint32_t>("type");
        for (const TensorType type : kTensorTypes)
            QTest::newRow(nameOf(type)) << static_cast<std::uint32_t>(type);
    }
    void everyTypeDecodesToTheFixtureValues() {
        QFETCH(const std::uint32_t, type);
        const TypeTraits traits = *typeTraits(static_cast<TensorType>(type));
        const std::string name(traits.name);
        const auto blocks = readFile(test::dataDir() / "quant" / (name + ".blocks"));
        const auto expected = floatsIn(test::dataDir() / "quant" / (name + ".f32"));
        QVERIFY(!expected.empty());
        QCOMPARE(blocks.size(), expected.size() / traits.blockValues * traits.blockBytes);
        std::vector<float> decoded(expected.size(), std::numeric_limits<float>::quiet_NaN());
        decode(static_cast<TensorType>(type), blocks, decoded);
        QCOMPARE(difference(decoded, expected), QString());
    }

    void theReferenceBlocksDecodeToTheirExactValues_data() {
        QTest::addColumn<std::uint32_t>("type");
        for (const TensorType type : laterTypes())
            QTest::newRow(nameOf(type)) << static_cast<std::uint32_t>(type);
    }
    void theReferenceBlocksDecodeToTheirExactValues() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(const std::uint32_t, type);
        const TypeTraits traits = *typeTraits(static_cast<TensorType>(type));
        const std::string name = "blocks-" + std::string(traits.name);
        const auto blocks = readFile(test::referenceDir() / "blocks" / (name + ".bin"));
        const auto expected = floatsIn(test::referenceDir() / "blocks" / (name + ".f32"));
        QVERIFY(!expected.empty());
        QCOMPARE(blocks.size(), expected.size() / traits.blockValues * traits.blockBytes);
        std::vector<float> decoded(expected.size(), std::numeric_limits<float>::quiet_NaN());
        decode(static_cast<TensorType>(type), blocks, decoded);
        QCOMPARE(difference(decoded, expected), QString());
    }

    // Files are hostile: a scale may be infinite or no number, and every index must stay in its table.
    void anyBytesAreTakenApartWithinTheirTables() {
        std::mt19937 random{5};
        for (const TensorType type : laterTypes()) {
            const TypeTraits traits = *typeTraits(type);
            std::vector<std::byte> block(traits.blockBytes);
            std::vector<float> values(traits.blockValues);
            for (int round = 0; round < 2000; ++round) {
                for (std::byte& byte : block)
                    byte = static_cast<std::byte>(round == 0 ? 0 : round == 1 ? 255 : random());
                decode(type, block, values);
                const auto numbers = smallNumberTraits(type);
                if (!numbers) continue;
                QVERIFY(numbers->table.size() <= 16);
                SmallNumbers apart;
                unpackBlock(type, block.data(), apart);
                for (std::size_t i = 0; i < traits.blockValues; ++i)
                    QVERIFY(apart.index[i] < numbers->table.size());
            }
        }
    }

    // What device layouts rely on: d is a half, and whole numbers fit their bytes.
    void takenApartBlocksHoldHalvesAndSmallWholeNumbers() {
        for (const TensorType type : laterTypes()) {
            if (!smallNumberTraits(type)) continue;
            const TypeTraits traits = *typeTraits(type);
            const auto blocks = readFile(test::dataDir() / "quant" / (std::string(traits.name) + ".blocks"));
            SmallNumbers apart;
            for (std::size_t at = 0; at < blocks.size(); at += traits.blockBytes) {
                unpackBlock(type, &blocks[at], apart);
                for (std::size_t u = 0; u < traits.blockValues / 16; ++u) {
                    if (type != TensorType::MXFP4) QCOMPARE(throughHalf(apart.d[u]), apart.d[u]);
                    QVERIFY(apart.whole[u] >= -32 && apart.whole[u] <= 31);
                }
            }
        }
    }

    void decodingNothingTouchesNothing() {
        for (const TensorType type : kTensorTypes)
            decode(type, {}, {});
        float guard = 7.0f;
        decode(TensorType::Q4_0, {}, std::span(&guard, std::size_t{0}));
        QCOMPARE(guard, 7.0f);
    }

    void unknownTypesHaveNoTraits() {
        for (const std::uint32_t id : {4u, 5u, 9u, 15u, 24u, 28u, 31u, 32u, 33u, 36u, 43u, 0xffffffffu})
            QVERIFY(!typeTraits(static_cast<TensorType>(id)));
    }

    void everyHalfHasItsExactValue() {
        for (std::uint32_t bits = 0; bits < 65536; ++bits) {
            const float value = halfToFloat(static_cast<std::uint16_t>(bits));
            const int exponent = static_cast<int>(bits >> 10 & 31);
            const double fraction = bits & 1023;
            const double sign = bits & 0x8000 ? -1.0 : 1.0;
            QCOMPARE(std::signbit(value), (bits & 0x8000) != 0);
            if (exponent == 31 && fraction != 0)
                QVERIFY(std::isnan(value));
            else if (exponent == 31)
                QCOMPARE(value, static_cast<float>(sign) * std::numeric_limits<float>::infinity());
            else if (exponent == 0)
                QVERIFY(static_cast<double>(value) == sign * std::ldexp(fraction, -24));
            else
                QVERIFY(static_cast<double>(value) == sign * std::ldexp(1024 + fraction, exponent - 25));
        }
    }

    void everyHalfSurvivesTheWayToFloatAndBack() {
        for (std::uint32_t bits = 0; bits < 65536; ++bits) {
            const auto half = static_cast<std::uint16_t>(bits);
            const std::uint16_t back = floatToHalf(halfToFloat(half));
            if (std::isnan(halfToFloat(half)))
                QVERIFY(std::isnan(halfToFloat(back)) && (back & 0x8000) == (half & 0x8000));
            else
                QCOMPARE(back, half);
        }
    }

    // Between two neighbouring halves the nearer one is taken, and the even one in the middle.
    void floatsBetweenHalvesRoundToNearestEven() {
        for (std::uint32_t bits = 0; bits < 0x7c00; ++bits) {
            const auto lower = static_cast<std::uint16_t>(bits);
            const auto upper = static_cast<std::uint16_t>(bits + 1);
            // The neighbour of the largest half is 65536, where infinity begins.
            const double above = upper == 0x7c00 ? 65536.0 : static_cast<double>(halfToFloat(upper));
            const auto middle = static_cast<float>((static_cast<double>(halfToFloat(lower)) + above) / 2);
            QCOMPARE(floatToHalf(middle), bits & 1 ? upper : lower);
            QCOMPARE(floatToHalf(std::nextafter(middle, 0.0f)), lower);
            QCOMPARE(floatToHalf(std::nextafter(middle, 1e9f)), upper);
            QCOMPARE(floatToHalf(-middle), static_cast<std::uint16_t>(0x8000 | (bits & 1 ? upper : lower)));
        }
    }

    void hugeAndTinyFloatsBecomeInfinityAndZero() {
        QCOMPARE(floatToHalf(std::numeric_limits<float>::max()), std::uint16_t{0x7c00});
        QCOMPARE(floatToHalf(-std::numeric_limits<float>::infinity()), std::uint16_t{0xfc00});
        QCOMPARE(floatToHalf(std::numeric_limits<float>::denorm_min()), std::uint16_t{0});
        QCOMPARE(floatToHalf(-1e-30f), std::uint16_t{0x8000});
    }
};

PONDER_TEST(DecodeTest)
#include "decode_test.moc"
