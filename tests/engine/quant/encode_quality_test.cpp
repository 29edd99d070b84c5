// The error of our blocks against f32 weights, beside that of the reference files' own blocks for the same
// tensors: no kind of tensor may be more than 2 % worse in any format. And the squared error on normal values
// beside that of llama.cpp's encoder, with even importance where that is better. Prints the ratios.
#include "engine/file/model_file.h"
#include "engine/quant/decode.h"
#include "engine/quant/encode.h"
#include "tests/support/logits_check.h"
#include "tests/support/test_class.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <map>

using namespace ponder;

namespace {

struct Errors {
    double ours = 0, theirs = 0; // Σ(x - y)²
};

std::string kindOf(std::string_view tensor) {
    std::string out(tensor.substr(0, tensor.rfind('.')));
    return out.substr(out.rfind('.') + 1);
}

std::vector<float> floats(const TensorInfo& tensor) {
    std::vector<float> out(tensor.rowLength() * tensor.rows());
    decode(tensor.type, tensor.bytes, out);
    return out;
}

double squaredError(std::span<const float> got, std::span<const float> wanted) {
    double sum = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        sum += (double{got[i]} - double{wanted[i]}) * (double{got[i]} - double{wanted[i]});
    return sum;
}

} // namespace

class EncodeQualityTest : public QObject {
    Q_OBJECT

private slots:
    void noKindOfTensorIsWorseThanInTheReferenceFiles_data() {
        QTest::addColumn<QString>("original");
        QTest::addColumn<QString>("quantized");
        for (const char* type :
             {"f16", "bf16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q4_k_m", "q5_k_m", "q6_k"})
            QTest::addRow("random weights, %s", type)
                << "tiny/qwen2-untied-f32.gguf" << QString("tiny/qwen2-untied-%1.gguf").arg(type);
        for (const char* type : {"q8_0", "q4_k_m"})
            QTest::addRow("trained weights, %s", type)
                << "tiny-reasoner/tiny-reasoner-f32.gguf"
                << QString("tiny-reasoner/tiny-reasoner-%1.gguf").arg(type);
    }
    void noKindOfTensorIsWorseThanInTheReferenceFiles() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(QString, original);
        QFETCH(QString, quantized);
        const auto base = ModelFile::open(test::referenceDir() / original.toStdString());
        const auto reference = ModelFile::open(test::referenceDir() / quantized.toStdString());
        QVERIFY(base && reference);

        std::map<std::string, Errors> errors;
        for (const TensorInfo& tensor : (*reference)->tensors()) {
            const TensorInfo* source = (*base)->find(tensor.name);
            QVERIFY(source);
            const auto wanted = floats(*source), theirs = floats(tensor);
            if (tensor.type == TensorType::F32) {
                QCOMPARE(theirs, wanted); // the same model
                continue;
            }
            std::vector<std::byte> blocks(tensor.bytes.size());
            QVERIFY(encode(tensor.type, wanted, blocks, tensor.name));
            std::vector<float> ours(wanted.size());
            decode(tensor.type, blocks, ours);
            Errors& sum = errors[std::string(typeTraits(tensor.type)->name) + " " + kindOf(tensor.name)];
            sum.ours += squaredError(ours, wanted);
            sum.theirs += squaredError(theirs, wanted);
        }
        QVERIFY(errors.size() >= 8);
        for (const auto& [kind, sum] : errors) {
            const double ratio = std::sqrt(sum.ours / sum.theirs);
            qInfo("%s: error %.4f of the reference's", kind.c_str(), ratio);
            QVERIFY2(ratio <= 1.02, kind.c_str());
        }
    }

    void noFormatIsWorseThanTheOtherEncoderOnNormalValues() {
        PONDER_NEEDS_REFERENCE();
        const std::vector<float> wanted =
            test::readFloats(test::referenceDir() / "blocks/normal-64x1024.f32");
        QCOMPARE(wanted.size(), std::size_t{64 * 1024});
        QFile file(QString::fromStdString((test::referenceDir() / "blocks/quality.json").string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        std::map<TensorType, double> best;
        for (const QJsonValue& row : QJsonDocument::fromJson(file.readAll())["quality"].toArray()) {
            const auto type = static_cast<TensorType>(row["id"].toInt());
            const double error = row["mse"].toDouble();
            best[type] = best.contains(type) ? std::min(best[type], error) : error;
        }
        std::size_t compared = 0;
        for (const auto& [type, theirs] : best) {
            const TypeTraits traits = *typeTraits(type);
            std::vector<std::byte> blocks(wanted.size() / traits.blockValues * traits.blockBytes);
            if (const Result<void> done = encode(type, wanted, blocks); !done) {
                QCOMPARE(done.error().code, ErrorCode::CannotConvert); // read only
                continue;
            }
            std::vector<float> ours(wanted.size());
            decode(type, blocks, ours);
            const double error = squaredError(ours, wanted) / static_cast<double>(wanted.size());
            const std::string name(traits.name);
            qInfo("%s: squared error %.4f of the other's", name.c_str(), error / theirs);
            QVERIFY2(error <= 1.02 * theirs, name.c_str());
            ++compared;
        }
        QCOMPARE(compared, std::size_t{13});
    }
};

PONDER_TEST(EncodeQualityTest)
#include "encode_quality_test.moc"
