// A model answers as the f32 values of its weights do, whatever formats its file mixes.
#include "engine/engine.h"
#include "tests/support/logits_check.h"
#include "tests/support/random_matrix.h"
#include "tests/support/test_class.h"
#include "tests/support/usable_model.h"

#include <QTemporaryDir>

using namespace ponder;

namespace {

constexpr std::uint32_t kWidth = 256; // a row is a whole block of every format
using Formats = std::function<TensorType(std::size_t matrix)>;

// The same random weights twice: in their formats, and decoded to f32.
struct Twins {
    test::GgufWriter quantized = test::usableModel("formats", TensorType::F32, kWidth), decoded;

    explicit Twins(const Formats& formats) {
        std::mt19937 random{17};
        std::uniform_real_distribution<float> near(-0.2F, 0.2F);
        std::size_t matrix = 0;
        for (test::WriterTensor& tensor : quantized.tensors)
            if (tensor.shape.size() > 1) {
                const TensorType type = formats(matrix++);
                test::RandomMatrix made(type, tensor.shape[0], tensor.shape[1], random);
                tensor.type = static_cast<std::uint32_t>(type);
                tensor.data = made.bytes;
            } else {
                for (std::size_t at = 0; at < tensor.data.size(); at += sizeof(float)) {
                    const float value = near(random) + (tensor.name.ends_with("norm.weight") ? 1.0F : 0.0F);
                    std::memcpy(&tensor.data[at], &value, sizeof value);
                }
            }
        decoded = quantized;
        for (test::WriterTensor& tensor : decoded.tensors) {
            if (tensor.shape.size() < 2) continue;
            std::vector<float> values(tensor.shape[0] * tensor.shape[1]);
            decode(static_cast<TensorType>(tensor.type), tensor.data, values);
            tensor.type = static_cast<std::uint32_t>(TensorType::F32);
            const auto bytes = std::as_bytes(std::span(values));
            tensor.data.assign(bytes.begin(), bytes.end());
        }
    }
};

} // namespace

class NumberFormatsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::vector<float> logitsOf(const test::GgufWriter& writer, const char* name,
                                const char* device = "reference") const {
        const auto path = std::filesystem::path(m_folder.path().toStdString()) / name;
        writer.save(path);
        auto model = Model::load(
            {.path = path, .device = device, .kvType = KvType::F32, .precision = Precision::Float}, {}, {});
        if (!model) qFatal("%s", model.error().message().c_str());
        auto session = (*model)->createSession();
        if (!session) qFatal("%s", session.error().message().c_str());
        const std::vector<TokenId> tokens{0, 3, 5, 1, 6, 2};
        const auto logits = (*session)->logits(tokens, 0, {});
        return logits ? *logits : std::vector<float>();
    }
    void compare(const Formats& formats) const {
        const Twins twins(formats);
        const auto wanted = logitsOf(twins.decoded, "decoded.gguf");
        QVERIFY(!wanted.empty() &&
                std::all_of(wanted.begin(), wanted.end(), [](float logit) { return std::isfinite(logit); }));
        QCOMPARE(logitsOf(twins.quantized, "quantized.gguf"), wanted);
        const auto processor = logitsOf(twins.quantized, "quantized.gguf", "cpu");
        QCOMPARE(processor.size(), wanted.size());
        const double error = test::nmse(processor, wanted);
        QVERIFY2(error <= 1e-6, qPrintable(QString::number(error)));
    }

private slots:
    void aModelOfOneFormatAnswersAsItsDecodedWeights_data() {
        QTest::addColumn<int>("type");
        for (const TensorType type : kTensorTypes)
            QTest::newRow(std::string(typeTraits(type)->name).c_str()) << int(type);
    }
    void aModelOfOneFormatAnswersAsItsDecodedWeights() {
        QFETCH(int, type);
        compare([&](std::size_t) { return static_cast<TensorType>(type); });
    }

    void aModelOfManyFormatsAnswersAsItsDecodedWeights() {
        for (std::size_t first = 0; first < kTensorTypes.size(); first += 7)
            compare([&](std::size_t matrix) { return kTensorTypes[(first + matrix) % kTensorTypes.size()]; });
    }
};

PONDER_TEST(NumberFormatsTest)
#include "number_formats_test.moc"
