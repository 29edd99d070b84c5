// f32 to blocks and back: what must hold for any values, on every instruction set.
#include "engine/quant/decode.h"
#include "engine/quant/encode.h"
#include "engine/quant/small_numbers.h"
#include "tests/support/logits_check.h"
#include "tests/support/simd_targets.h"
#include "tests/support/test_class.h"

#include <bit>
#include <limits>
#include <random>

using namespace ponder;

namespace {

struct Bar {
    TensorType type;
    double error; // root of Σ(x - y)² / Σx² on normal values
};
// A step of a uniform grid over the range of 32 normal values gives 0.08 with four bits, 0.04 with five.
constexpr std::array kBars{
    Bar{TensorType::F32, 0},      Bar{TensorType::F16, 3e-4},      Bar{TensorType::BF16, 2.5e-3},
    Bar{TensorType::Q4_0, 0.085}, Bar{TensorType::Q4_1, 0.073},    Bar{TensorType::Q5_0, 0.042},
    Bar{TensorType::Q5_1, 0.036}, Bar{TensorType::Q8_0, 0.0052},   Bar{TensorType::Q4_K, 0.073},
    Bar{TensorType::Q5_K, 0.036}, Bar{TensorType::Q6_K, 0.0175},   Bar{TensorType::Q2_K, 0.265},
    Bar{TensorType::Q3_K, 0.147}, Bar{TensorType::IQ4_NL, 0.0755}, Bar{TensorType::IQ4_XS, 0.0755},
    Bar{TensorType::MXFP4, 0.115}};

std::vector<float> normal(std::size_t count, float mean = 0, float deviation = 1) {
    std::mt19937 random{11};
    std::normal_distribution<float> values(mean, deviation);
    std::vector<float> out(count);
    for (float& value : out)
        value = values(random);
    return out;
}

std::vector<std::byte> encoded(TensorType type, std::span<const float> values) {
    const TypeTraits traits = *typeTraits(type);
    std::vector<std::byte> blocks(values.size() / traits.blockValues * traits.blockBytes);
    if (!encode(type, values, blocks)) qFatal("values that can be encoded were refused");
    return blocks;
}

std::vector<float> thereAndBack(TensorType type, std::span<const float> values) {
    std::vector<float> out(values.size());
    decode(type, encoded(type, values), out);
    return out;
}

double error(std::span<const float> got, std::span<const float> wanted) {
    return std::sqrt(test::nmse(got, wanted));
}

QByteArray nameOf(TensorType type) {
    const std::string_view name = typeTraits(type)->name;
    return {name.data(), static_cast<qsizetype>(name.size())};
}

} // namespace

class EncodeTest : public QObject {
    Q_OBJECT

    static void addTypes() {
        QTest::addColumn<int>("bar");
        for (std::size_t i = 0; i < kBars.size(); ++i)
            QTest::newRow(nameOf(kBars[i].type)) << int(i);
    }
    static const Bar& bar() {
        QFETCH(int, bar);
        return kBars[static_cast<std::size_t>(bar)];
    }

private slots:
    void normalValuesComeBackNearly_data() { addTypes(); }
    void normalValuesComeBackNearly() {
        const auto values = normal(std::size_t{256} * 64);
        for (const auto& [name, target] : test::simdTargets()) {
            const test::UseTarget use(target);
            const double got = error(thereAndBack(bar().type, values), values);
            QVERIFY2(got <= bar().error, qPrintable(QString("%1: %2").arg(name).arg(got)));
        }
    }

    void zerosStayZeros_data() { addTypes(); }
    void zerosStayZeros() {
        const std::vector<float> zeros(1024);
        QCOMPARE(thereAndBack(bar().type, zeros), zeros);
    }

    // Rows are handed out to threads in any portions.
    void blocksDoNotDependOnWhatIsEncodedWithThem_data() { addTypes(); }
    void blocksDoNotDependOnWhatIsEncodedWithThem() {
        const TensorType type = bar().type;
        const TypeTraits traits = *typeTraits(type);
        const auto values = normal(std::size_t{256} * 23);
        const auto whole = encoded(type, values);
        for (const std::size_t together : {1U, 2U, 3U, 17U}) {
            const std::size_t piece = together * traits.blockValues;
            std::vector<std::byte> pieces;
            for (std::size_t at = 0; at < values.size(); at += piece) {
                const std::size_t count = std::min(piece, values.size() - at);
                const auto blocks = encoded(type, std::span(values).subspan(at, count));
                pieces.insert(pieces.end(), blocks.begin(), blocks.end());
            }
            QVERIFY(pieces == whole);
        }
    }

    void unusualBlocksKeepTheirShape_data() { addTypes(); }
    void unusualBlocksKeepTheirShape() {
        const TensorType type = bar().type;
        const std::size_t count = 512;
        std::vector<std::vector<float>> cases{normal(count, 3, 0.1F), normal(count, -3, 0.1F),
                                              std::vector<float>(count, 0.25F),
                                              std::vector<float>(count, -0.25F), normal(count, 0, 30)};
        cases.push_back(normal(count, 0, 0.01F)); // one value that dwarfs the others
        cases.back()[37] = 9;
        cases.push_back(std::vector<float>(count)); // one value only
        cases.back()[300] = -5;
        cases.push_back(std::vector<float>(count, 65504.0F));
        cases.push_back(std::vector<float>(count, -65504.0F));
        // A power of two leaves 5 in the middle between 4 and 6.
        const double allowed = std::max(type == TensorType::MXFP4 ? 0.2001 : 0.09, bar().error);
        for (std::size_t i = 0; i < cases.size(); ++i) {
            const auto back = thereAndBack(type, cases[i]);
            for (const float value : back)
                QVERIFY(std::isfinite(value));
            const double got = error(back, cases[i]);
            QVERIFY2(got <= allowed, qPrintable(QString("case %1: %2").arg(i).arg(got)));
        }
    }

    void valuesBelowWhatAHalfCanHoldStaySmall_data() { addTypes(); }
    void valuesBelowWhatAHalfCanHoldStaySmall() {
        for (const float size : {1e-5F, 1e-7F, 1e-12F, 1e-40F}) {
            const auto values = normal(512, 0, size);
            const auto back = thereAndBack(bar().type, values);
            for (std::size_t i = 0; i < back.size(); ++i) {
                QVERIFY(std::isfinite(back[i]));
                QVERIFY(std::abs(back[i]) <= 6 * size + 1e-6F);
            }
        }
    }

    // The numbers -8 to 7 times a power of two, and their like with five and eight bits.
    void valuesOnTheGridComeBackAsTheyWere_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("low");
        QTest::addColumn<int>("high");
        QTest::newRow("Q4_0") << int(TensorType::Q4_0) << -8 << 7;
        QTest::newRow("Q4_0, the other sign") << int(TensorType::Q4_0) << -7 << 8;
        QTest::newRow("Q5_0") << int(TensorType::Q5_0) << -16 << 15;
        QTest::newRow("Q8_0") << int(TensorType::Q8_0) << -127 << 127;
        QTest::newRow("Q4_1") << int(TensorType::Q4_1) << 5 << 20;
        QTest::newRow("Q5_1") << int(TensorType::Q5_1) << -40 << -9;
        QTest::newRow("Q4_K") << int(TensorType::Q4_K) << -8 << 7;
        QTest::newRow("Q5_K") << int(TensorType::Q5_K) << -16 << 15;
    }
    void valuesOnTheGridComeBackAsTheyWere() {
        QFETCH(int, type);
        QFETCH(int, low);
        QFETCH(int, high);
        std::mt19937 random{5};
        std::vector<float> values(1024);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto any = low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
            values[i] = 0.03125F * static_cast<float>(i % 32 == 3 ? low : i % 32 == 20 ? high : any);
        }
        const double got = error(thereAndBack(static_cast<TensorType>(type), values), values);
        QVERIFY2(got < 1e-3, qPrintable(QString::number(got)));
    }

    // Every number of the table stands in the block, the outermost ones too.
    void valuesOnATableComeBackAsTheyWere_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<float>("scale");
        for (const float scale : {0.03125F, -0.03125F})
            for (const TensorType type : {TensorType::IQ4_NL, TensorType::MXFP4})
                QTest::addRow("%s %g", nameOf(type).constData(), double{scale}) << int(type) << scale;
    }
    void valuesOnATableComeBackAsTheyWere() {
        QFETCH(int, type);
        QFETCH(float, scale);
        const auto table = smallNumberTraits(static_cast<TensorType>(type))->table;
        std::mt19937 random{5};
        std::vector<float> values(1024);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = scale * static_cast<float>(table[i % 32 < 16 ? i % 16 : random() % 16]);
        for (const auto& [name, target] : test::simdTargets()) {
            const test::UseTarget use(target);
            const auto back = thereAndBack(static_cast<TensorType>(type), values);
            for (std::size_t i = 0; i < values.size(); ++i)
                QVERIFY2(back[i] == values[i], name);
        }
    }

    void whatHasNoEncoderIsRefusedByName() {
        const auto values = normal(256);
        std::vector<std::byte> blocks(typeTraits(TensorType::IQ2_XXS)->blockBytes);
        const auto done = encode(TensorType::IQ2_XXS, values, blocks, "blk.3.ffn_up.weight");
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::CannotConvert);
        QVERIFY(done.error().message().find("blk.3.ffn_up.weight is IQ2_XXS") != std::string::npos);
    }

    void halvesAreRoundedToTheNearestEvenOnEveryInstructionSet() {
        std::vector<float> values;
        for (std::uint32_t bits = 0; bits < 0x7bff; ++bits) {
            const float lower = halfToFloat(static_cast<std::uint16_t>(bits));
            const float upper = halfToFloat(static_cast<std::uint16_t>(bits + 1));
            const float middle = (lower + upper) / 2;
            for (const float value :
                 {lower, middle, std::nextafter(middle, 0.0F), std::nextafter(middle, 1e9F)})
                values.insert(values.end(), {value, -value});
        }
        values.insert(values.end(), {65504.0F, -65504.0F, 1e-30F, std::numeric_limits<float>::denorm_min()});
        for (const auto& [name, target] : test::simdTargets()) {
            const test::UseTarget use(target);
            const auto blocks = encoded(TensorType::F16, values);
            for (std::size_t i = 0; i < values.size(); ++i) {
                std::uint16_t got;
                std::memcpy(&got, &blocks[2 * i], sizeof got);
                if (got != floatToHalf(values[i]))
                    QFAIL(qPrintable(QString("%1: %2").arg(name).arg(double{values[i]})));
            }
        }
    }

    void brainFloatsAreRoundedToTheNearestEvenOnEveryInstructionSet() {
        std::mt19937 random{3};
        std::vector<float> values;
        while (values.size() < 40001) {
            const auto upper = static_cast<std::uint32_t>(random()) & 0xffff0000U;
            const std::uint32_t lower[] = {0, 0x8000, 0x7fff, 0x8001,
                                           static_cast<std::uint32_t>(random()) & 0xffff};
            for (const std::uint32_t rest : lower)
                if (const auto value = std::bit_cast<float>(upper | rest); std::abs(value) < 1e38F)
                    values.push_back(value);
        }
        for (const auto& [name, target] : test::simdTargets()) {
            const test::UseTarget use(target);
            const auto back = thereAndBack(TensorType::BF16, values);
            for (std::size_t i = 0; i < values.size(); ++i) {
                const auto bits = std::bit_cast<std::uint32_t>(values[i]);
                const double below = double{std::bit_cast<float>(bits & 0xffff0000U)};
                const double above = double{std::bit_cast<float>((bits & 0xffff0000U) + 0x10000U)};
                const double down = std::abs(values[i] - below), up = std::abs(above - values[i]);
                const bool odd = bits & 0x10000U;
                QVERIFY2(double{back[i]} == (down < up || (down == up && !odd) ? below : above), name);
            }
        }
    }

    void whatIsNotANumberIsRefusedByName() {
        for (const Bar& bar : kBars)
            for (const float bad :
                 {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()})
                for (const std::size_t at : {0U, 100U, 511U}) {
                    auto values = normal(512);
                    values[at] = bad;
                    std::vector<std::byte> blocks(512 * sizeof(float));
                    const auto done = encode(bar.type, values, blocks, "blk.3.ffn_up.weight");
                    QVERIFY(!done);
                    QCOMPARE(done.error().code, ErrorCode::BadWeights);
                    QVERIFY(done.error().message().find("blk.3.ffn_up.weight") != std::string::npos);
                }
    }

    void valuesThatAreTooLargeForHalfPrecisionScalesAreRefused() {
        for (const Bar& bar : kBars) {
            auto values = normal(512);
            values[200] = -70000;
            std::vector<std::byte> blocks(512 * sizeof(float));
            const bool wide = bar.type == TensorType::F32 || bar.type == TensorType::BF16;
            QCOMPARE(bool(encode(bar.type, values, blocks, "output.weight")), wide);
        }
    }
};

PONDER_TEST(EncodeTest)
#include "encode_test.moc"
