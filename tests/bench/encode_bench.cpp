// How many weights one core quantizes in a second: a table for the reader, and a bar so low that only a lost
// instruction set or a mistake reaches it.
#include "engine/quant/encode.h"
#include "tests/support/test_class.h"

#include <QElapsedTimer>
#include <QTest>

#include <random>

using namespace ponder;

class EncodeBench : public QObject {
    Q_OBJECT

private slots:
    void oneCoreQuantizesMillionsOfWeightsASecond_data() {
        QTest::addColumn<int>("type");
        for (const TensorType type :
             {TensorType::F16, TensorType::BF16, TensorType::Q8_0, TensorType::Q4_0, TensorType::Q4_1,
              TensorType::Q5_0, TensorType::Q5_1, TensorType::Q4_K, TensorType::Q5_K, TensorType::Q6_K,
              TensorType::Q2_K, TensorType::Q3_K, TensorType::IQ4_NL, TensorType::IQ4_XS, TensorType::MXFP4})
            QTest::newRow(std::string(typeTraits(type)->name).c_str()) << int(type);
    }
    void oneCoreQuantizesMillionsOfWeightsASecond() {
        QFETCH(int, type);
        const auto format = static_cast<TensorType>(type);
        const TypeTraits traits = *typeTraits(format);
        std::mt19937 random{1};
        std::normal_distribution<float> normal(0, 0.02F);
        std::vector<float> values(std::size_t{1} << 20);
        for (float& value : values)
            value = normal(random);
        std::vector<std::byte> blocks(values.size() / traits.blockValues * traits.blockBytes);
        double best = 0;
        for (int round = 0; round < 5; ++round) {
            QElapsedTimer clock;
            clock.start();
            QVERIFY(encode(format, values, blocks));
            best = std::max(best, 1e3 * static_cast<double>(values.size()) /
                                      static_cast<double>(std::max<qint64>(clock.nsecsElapsed(), 1)));
        }
        qInfo("%.0f million weights a second", best);
        QVERIFY(best > 2);
    }
};

PONDER_TEST(EncodeBench)
#include "encode_bench.moc"
