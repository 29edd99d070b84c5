// Matrices that AWQ quantized, beside what another program says that they stand for.
#include "engine/convert/awq_matrix.h"
#include "engine/convert/hugging_face_config.h"
#include "engine/file/json_document.h"
#include "engine/quant/decode.h"
#include "tests/support/logits_check.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

#include <nlohmann/json.hpp>

using namespace ponder;
using Json = nlohmann::json;

namespace {

// Layer 1's keys: of a Llama their rows change places.
NamedTensor keysOf(const std::string& folder) {
    const auto config = jsonFile(test::modelFolder(folder) / "config.json", 1 << 20);
    const ModelConfig model = HuggingFaceConfig::read(*config, folder)->model;
    for (NamedTensor& tensor : namedTensors(model))
        if (tensor.target == "blk.1.attn_k.weight") return std::move(tensor);
    return {};
}

Json sound() {
    return Json::parse(
        R"({"quant_method": "awq", "bits": 4, "group_size": 128, "version": "GEMM", "zero_point": true})");
}

} // namespace

class AwqMatrixTest : public QObject {
    Q_OBJECT

private slots:
    void blocksStandForTheWeightsOfTheFolder_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("qwen2") << "qwen2-awq";
        QTest::newRow("llama") << "llama-awq";
    }
    void blocksStandForTheWeightsOfTheFolder() {
        QFETCH(QString, name);
        const std::string folder = name.toStdString();
        const NamedTensor tensor = keysOf(folder);
        const auto set = SafetensorsSet::open(test::modelFolder(folder));
        QVERIFY(set);
        QVERIFY(AwqMatrix::isThere(*set, tensor));
        const auto matrix = AwqMatrix::open(*set, tensor, AwqFormat{128});
        QVERIFY2(bool(matrix), matrix ? "" : matrix.error().message().c_str());

        const std::uint64_t rowBytes = tensor.rowLength / 32 * 20;
        std::vector<std::byte> blocks(tensor.rows * rowBytes);
        const auto piece = [&](std::uint64_t first, std::uint64_t count) {
            return std::span(blocks).subspan(first * rowBytes, count * rowBytes);
        };
        QVERIFY(matrix->read(0, piece(0, 5))); // in pieces, as threads take them
        QVERIFY(matrix->read(5, piece(5, tensor.rows - 5)));
        std::vector<float> got(tensor.rows * tensor.rowLength);
        decode(TensorType::Q4_1, blocks, got);

        const auto meant = test::readFloats(test::modelFolder(folder) / "expected.k_proj.f32");
        QCOMPARE(meant.size(), got.size());
        for (std::uint64_t row = 0; row < tensor.rows; ++row)
            for (std::uint64_t i = 0; i < tensor.rowLength; ++i) {
                const float wanted = meant[tensor.sourceRow(row) * tensor.rowLength + i];
                const std::size_t at = row * tensor.rowLength + i;
                const float scale = loadHalf(&blocks[row * rowBytes + i / 32 * 20]);
                // The numbers are the same; the minimum, up to 15 scales, is rounded to 11 bits.
                QVERIFY(std::abs(got[at] - wanted) <= 15 * scale / 2048);
            }
    }

    void matricesInPlainFormAreNotThere() {
        const auto set = SafetensorsSet::open(test::modelFolder("qwen2-bf16"));
        QVERIFY(set);
        QVERIFY(!AwqMatrix::isThere(*set, keysOf("qwen2-bf16")));
    }

    void partsOfAnotherShapeAreRefused() {
        const auto set = SafetensorsSet::open(test::modelFolder("qwen2-awq"));
        QVERIFY(set);
        NamedTensor tensor = keysOf("qwen2-awq");
        QCOMPARE(AwqMatrix::open(*set, tensor, AwqFormat{64}).error().code, ErrorCode::BadTensor);
        QCOMPARE(AwqMatrix::open(*set, tensor, AwqFormat{96}).error().code, ErrorCode::CannotConvert);
        tensor.rows *= 2;
        const auto wrong = AwqMatrix::open(*set, tensor, AwqFormat{128});
        QCOMPARE(wrong.error().code, ErrorCode::BadTensor);
        QVERIFY(wrong.error().message().find("256 x 16 instead of 256 x 32") != std::string::npos);
        tensor.source = "model.layers.7.self_attn.k_proj.weight";
        QCOMPARE(AwqMatrix::open(*set, tensor, AwqFormat{128}).error().code, ErrorCode::MissingTensor);
    }

    void publishedFormatsAreRead() {
        QCOMPARE(AwqFormat::read(sound(), "config.json")->groupSize, 128U);
        const Json older =
            Json::parse(R"({"w_bit": 4, "q_group_size": 64, "version": "gemm", "zero_point": true})");
        QCOMPARE(AwqFormat::read(older, "config.json")->groupSize, 64U);
    }

    void otherFormatsAreRefusedByName_data() {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("three bits") << QByteArray("bits") << QByteArray("3");
        QTest::newRow("one group for a row") << QByteArray("group_size") << QByteArray("-1");
        QTest::newRow("groups that cut blocks") << QByteArray("group_size") << QByteArray("48");
        QTest::newRow("the order of other kernels") << QByteArray("version") << QByteArray("\"gemv\"");
        QTest::newRow("without zeros") << QByteArray("zero_point") << QByteArray("false");
    }
    void otherFormatsAreRefusedByName() {
        QFETCH(QByteArray, field);
        QFETCH(QByteArray, value);
        Json json = sound();
        json[field.toStdString()] = Json::parse(value.toStdString());
        const auto format = AwqFormat::read(json, "config.json");
        QVERIFY(!format);
        QVERIFY2(format.error().message().find(field.toStdString()) != std::string::npos,
                 format.error().message().c_str());
    }
};

PONDER_TEST(AwqMatrixTest)
#include "awq_matrix_test.moc"
