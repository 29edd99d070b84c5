#include "engine/file/safetensors_set.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>
#include <QTest>

#include <bit>
#include <fstream>

using namespace ponder;
namespace fs = std::filesystem;

namespace {

std::vector<std::byte> fileOf(std::string_view table, std::vector<std::byte> data) {
    test::ByteSink sink;
    sink.value(std::uint64_t{table.size()}).raw(table.data(), table.size()).raw(data.data(), data.size());
    return sink.bytes;
}

std::vector<std::byte> fileOf(std::string_view table, std::size_t dataBytes = 0) {
    return fileOf(table, std::vector<std::byte>(dataBytes));
}

Error errorOf(const std::vector<std::byte>& bytes) {
    const auto file = SafetensorsFile::fromBytes(bytes, "test.safetensors");
    return file ? Error{ErrorCode::Internal, "opened", {}} : file.error();
}

std::string entry(std::string_view type, std::string_view shape, int first, int end) {
    return "{\"dtype\":\"" + std::string(type) + "\",\"shape\":" + std::string(shape) +
           ",\"data_offsets\":[" + std::to_string(first) + "," + std::to_string(end) + "]}";
}

fs::path pathOf(const QTemporaryDir& folder) { return folder.path().toStdString(); }

const std::string kOneByte = "{\"a\":" + entry("U8", "[1]", 0, 1) + "}";

} // namespace

class SafetensorsTest : public QObject {
    Q_OBJECT
private slots:
    void tensorsNotesAndBytesAreFound() {
        const auto bytes =
            fileOf("{\"__metadata__\":{\"format\":\"pt\"},\"w\":" + entry("BF16", "[2,3]", 4, 16) +
                       ",\"b\":" + entry("F32", "[1]", 0, 4) + "}",
                   16);
        const auto file = SafetensorsFile::fromBytes(bytes, "test.safetensors");
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        QCOMPARE(file->tensors().size(), std::size_t{2});
        QCOMPARE(file->tensors()[0].name, std::string("b")); // as they lie in the file
        const SafetensorsTensor* tensor = file->find("w");
        QVERIFY(tensor && tensor->type == SafetensorsType::BF16);
        QCOMPARE(tensor->shape, (std::vector<std::uint64_t>{2, 3}));
        QCOMPARE(tensor->rows(), std::uint64_t{2});
        QCOMPARE(tensor->rowLength(), std::uint64_t{3});
        QCOMPARE(tensor->bytes.data(), bytes.data() + bytes.size() - 12);
        QVERIFY(!file->find("absent"));
        QCOMPARE(file->metadata().at("format"), std::string("pt"));
        QCOMPARE(file->fileBytes(), std::uint64_t{bytes.size()});
    }

    void floatsAreReadFromEveryPlainFormatEvenUnaligned() {
        test::ByteSink data;
        data.value(std::uint8_t{7});                                    // so that nothing is aligned
        data.value(1.5f).value(-2.0f);                                  // F32
        data.value(std::uint16_t{0x3e00}).value(std::uint16_t{0xc000}); // F16: 1.5, -2
        data.value(std::uint16_t{0x3fc0}).value(std::uint16_t{0xc000}); // BF16: 1.5, -2
        const auto bytes =
            fileOf("{\"u\":" + entry("U8", "[1]", 0, 1) + ",\"f\":" + entry("F32", "[2]", 1, 9) + ",\"h\":" +
                       entry("F16", "[2]", 9, 13) + ",\"g\":" + entry("BF16", "[2]", 13, 17) + "}",
                   data.bytes);
        const auto file = SafetensorsFile::fromBytes(bytes, "test.safetensors");
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        for (const char* name : {"f", "h", "g"}) {
            float values[2];
            QVERIFY(readFloats(*file->find(name), 0, values, file->path()));
            QCOMPARE(values[0], 1.5f);
            QCOMPARE(values[1], -2.0f);
            QVERIFY(readFloats(*file->find(name), 1, std::span(values).first(1), file->path()));
            QCOMPARE(values[0], -2.0f);
            QVERIFY(!readFloats(*file->find(name), 1, values, file->path()));
        }
        float value;
        const auto refused = readFloats(*file->find("u"), 0, {&value, 1}, file->path());
        QVERIFY(!refused && refused.error().code == ErrorCode::UnknownTensorType);
        QCOMPARE(refused.error().detail.english(), std::string("u is U8"));
    }

    void anEmptyTensorAndASingleNumberAreTensors() {
        const auto bytes =
            fileOf("{\"e\":" + entry("F32", "[0,7]", 0, 0) + ",\"s\":" + entry("F32", "[]", 0, 4) + "}", 4);
        const auto file = SafetensorsFile::fromBytes(bytes, "test.safetensors");
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        QCOMPARE(file->find("e")->values(), std::uint64_t{0});
        QCOMPARE(file->find("s")->values(), std::uint64_t{1});
    }

    void aHostileTableIsRefused_data() {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<int>("dataBytes");
        QTest::addColumn<QString>("detail");
        const auto row = [](const char* name, const std::string& table, int bytes, const char* detail) {
            QTest::newRow(name) << QByteArray::fromStdString(table) << bytes << detail;
        };
        row("overlap", "{\"a\":" + entry("U8", "[4]", 0, 4) + ",\"b\":" + entry("U8", "[4]", 2, 6) + "}", 6,
            "b lies over another tensor");
        row("hole", "{\"a\":" + entry("U8", "[2]", 0, 2) + ",\"b\":" + entry("U8", "[2]", 4, 6) + "}", 6,
            "there is a hole before b");
        row("rest", kOneByte, 9, "8 bytes belong to no tensor");
        row("cut", "{\"a\":" + entry("U8", "[9]", 0, 9) + "}", 4, "4 of 9 bytes are there");
        row("size", "{\"a\":" + entry("F32", "[2]", 0, 4) + "}", 4,
            "a does not have as many bytes as its shape says");
        row("overflow", "{\"a\":" + entry("F64", "[9223372036854775808,8]", 0, 8) + "}", 8,
            "a does not have as many bytes as its shape says");
        row("backwards", "{\"a\":" + entry("U8", "[1]", 2, 1) + "}", 4,
            "the place of a in the file is not a range");
        row("negative", "{\"a\":" + entry("U8", "[-1]", 0, 1) + "}", 1,
            "the shape of a is not a list of numbers");
        row("fraction", "{\"a\":" + entry("U8", "[0.5]", 0, 1) + "}", 1,
            "the shape of a is not a list of numbers");
        row("type", "{\"a\":" + entry("F4", "[1]", 0, 1) + "}", 1, "a is F4");
        row("incomplete", "{\"a\":{\"dtype\":\"U8\"}}", 0, "the entry of a is not complete");
        row("name", "{\"\":" + entry("U8", "[1]", 0, 1) + "}", 1, "a tensor has the name \"\"");
        row("twice", "{\"a\":" + entry("U8", "[1]", 0, 1) + ",\"a\":" + entry("U8", "[1]", 0, 1) + "}", 1,
            "the key a appears twice");
        row("notes", "{\"__metadata__\":{\"a\":1}}", 0, "__metadata__ is not a table of texts");
        row("deep", "{\"a\":[[[[[]]]]]}", 0, "it is nested deeper than 4 levels");
    }
    void aHostileTableIsRefused() {
        QFETCH(QByteArray, table);
        QFETCH(int, dataBytes);
        QTEST(QString::fromStdString(
                  errorOf(fileOf(table.toStdString(), static_cast<std::size_t>(dataBytes))).detail.english()),
              "detail");
    }

    void otherFilesAreToldApartFromCutOnes() {
        QVERIFY(errorOf({}).code == ErrorCode::NotSafetensors);
        QVERIFY(errorOf(std::vector<std::byte>(64, std::byte{'x'})).code == ErrorCode::NotSafetensors);
        QVERIFY(errorOf(fileOf("[]")).code == ErrorCode::NotSafetensors);
        auto cut = fileOf(kOneByte);
        cut.resize(20);
        QVERIFY(errorOf(cut).code == ErrorCode::FileTruncated);
        const auto absent = SafetensorsFile::open("/nonexistent/model.safetensors");
        QVERIFY(!absent && absent.error().code == ErrorCode::FileNotFound);
    }

    void aFolderMayHoldOneFileOrAnIndexedSet() {
        QTemporaryDir single, set;
        test::saveBytes(pathOf(single) / "weights.safetensors", fileOf(kOneByte, 1));
        const auto one = SafetensorsSet::open(pathOf(single));
        QVERIFY2(one, one ? "" : one.error().message().c_str());
        QCOMPARE(one->find("a").tensor->name, std::string("a"));

        test::saveBytes(pathOf(set) / "x-1.safetensors", fileOf(kOneByte, 1));
        test::saveBytes(pathOf(set) / "x-2.safetensors",
                        fileOf("{\"b\":" + entry("U8", "[1]", 0, 1) + "}", 1));
        const auto unknown = SafetensorsSet::open(pathOf(set));
        QVERIFY(!unknown && unknown.error().code == ErrorCode::MissingFiles);
        std::ofstream(pathOf(set) / "model.safetensors.index.json")
            << R"({"weight_map":{"a":"x-1.safetensors","b":"x-2.safetensors"}})";
        const auto both = SafetensorsSet::open(pathOf(set));
        QVERIFY2(both, both ? "" : both.error().message().c_str());
        QCOMPARE(both->places().size(), std::size_t{2});
        QCOMPARE(both->find("b").file, &both->files()[1]);
        QVERIFY(!both->find("c").tensor);
    }

    void missingShardsAreNamedAndAnIndexCannotLeadElsewhere() {
        QTemporaryDir folder;
        const auto index = [&](const char* text) {
            std::ofstream(pathOf(folder) / "model.safetensors.index.json") << text;
            const auto set = SafetensorsSet::open(pathOf(folder));
            return set ? Error{ErrorCode::Internal, "opened", {}} : set.error();
        };
        test::saveBytes(pathOf(folder) / "1.safetensors", fileOf(kOneByte, 1));
        const Error missing = index(R"({"weight_map":{"a":"1.safetensors","b":"2.safetensors"}})");
        QVERIFY(missing.code == ErrorCode::MissingFiles);
        QCOMPARE(missing.detail.english(), std::string("2.safetensors"));
        QVERIFY(index(R"({"weight_map":{"a":"1.safetensors","b":"1.safetensors"}})").code ==
                ErrorCode::MissingTensor);
        for (const char* text :
             {R"({"weight_map":{"a":"../1.safetensors"}})", R"({"weight_map":{"a":"1.bin"}})",
              R"({"weight_map":{"a":1}})", R"({"weight_map":{}})", R"([])", R"({)"})
            QVERIFY(index(text).code == ErrorCode::BadJson);
        test::saveBytes(pathOf(folder) / "2.safetensors", fileOf(kOneByte, 1));
        QVERIFY(index(R"({"weight_map":{"a":"1.safetensors","b":"2.safetensors"}})").code ==
                ErrorCode::BadTensor);
    }

    void anEmptyFolderSaysWhatIsMissing() {
        QTemporaryDir folder;
        const auto shards = SafetensorsSet::findShards(pathOf(folder));
        QVERIFY(shards);
        QCOMPARE(shards->missing, std::vector<std::string>{"model.safetensors"});
        QVERIFY(!SafetensorsSet::findShards("/nonexistent"));
    }
};

PONDER_TEST(SafetensorsTest)
#include "safetensors_test.moc"
