#include "engine/quant/decode.h"
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

#include <bit>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

using namespace ponder;

namespace {

std::vector<std::byte> readFile(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    const std::vector<char> chars{std::istreambuf_iterator<char>(stream), {}};
    const auto bytes = std::as_bytes(std::span(chars));
    return {bytes.begin(), bytes.end()};
}

constexpr TensorType kTypes[] = {TensorType::F32,  TensorType::F16,  TensorType::BF16, TensorType::Q4_0,
                                 TensorType::Q4_1, TensorType::Q5_0, TensorType::Q5_1, TensorType::Q8_0,
                                 TensorType::Q4_K, TensorType::Q5_K, TensorType::Q6_K};

} // namespace

class DecodeTest : public QObject {
    Q_OBJECT
private slots:
    void everyTypeDecodesToTheFixtureValues_data() {
        QTest::addColumn<std::uint32_t>("type");
        for (const TensorType type : kTypes)
            QTest::newRow(std::string(typeTraits(type)->name).c_str()) << static_cast<std::uint32_t>(type);
    }
    void everyTypeDecodesToTheFixtureValues() {
        QFETCH(const std::uint32_t, type);
        const TypeTraits traits = *typeTraits(static_cast<TensorType>(type));
        const std::string name(traits.name);
        const auto blocks = readFile(test::dataDir() / "quant" / (name + ".blocks"));
        const auto valueBytes = readFile(test::dataDir() / "quant" / (name + ".f32"));
        const std::size_t values = valueBytes.size() / sizeof(float);
        QVERIFY(values > 0);
        QCOMPARE(blocks.size(), values / traits.blockValues * traits.blockBytes);

        std::vector<float> expected(values), decoded(values, std::numeric_limits<float>::quiet_NaN());
        std::memcpy(expected.data(), valueBytes.data(), valueBytes.size());
        decode(static_cast<TensorType>(type), blocks, decoded);
        for (std::size_t i = 0; i < values; ++i) {
            const float allowed = 1e-6f * std::fabs(expected[i]);
            QVERIFY2(std::fabs(decoded[i] - expected[i]) <= allowed,
                     qPrintable(QString("value %1: %2 instead of %3")
                                    .arg(i)
                                    .arg(static_cast<double>(decoded[i]))
                                    .arg(static_cast<double>(expected[i]))));
        }
    }

    void decodingNothingTouchesNothing() {
        for (const TensorType type : kTypes)
            decode(type, {}, {});
        float guard = 7.0f;
        decode(TensorType::Q4_0, {}, std::span(&guard, std::size_t{0}));
        QCOMPARE(guard, 7.0f);
    }

    void unknownTypesHaveNoTraits() {
        for (const std::uint32_t id : {4u, 5u, 9u, 10u, 11u, 15u, 16u, 29u, 31u, 0xffffffffu})
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
