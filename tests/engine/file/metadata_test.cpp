#include "engine/file/model_file.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <limits>

using namespace ponder;
using test::GgufWriter;

namespace {

std::unique_ptr<ModelFile> opened(const GgufWriter& writer) {
    auto file = ModelFile::fromBytes(writer.bytes(), "test.gguf");
    if (!file) qWarning("%s", file.error().message().c_str());
    return file ? std::move(*file) : nullptr;
}

} // namespace

class MetadataTest : public QObject {
    Q_OBJECT
private slots:
    void everyScalarTypeIsRead() {
        GgufWriter writer;
        writer.set("u8", std::uint8_t{255}).set("i8", std::int8_t{-128});
        writer.set("u16", std::uint16_t{65535}).set("i16", std::int16_t{-32768});
        writer.set("u32", std::uint32_t{4294967295u}).set("i32", std::int32_t{-2147483647});
        writer.set("u64", std::numeric_limits<std::uint64_t>::max());
        writer.set("i64", std::numeric_limits<std::int64_t>::min());
        writer.set("f32", 0.5f).set("f64", 1e300).set("yes", true).set("no", false).set("text", "안녕");
        const auto file = opened(writer);
        QVERIFY(file);
        const Metadata& keys = file->metadata();
        QCOMPARE(keys.all().size(), std::size_t{13});
        QCOMPARE(*keys.integer("u8"), std::uint64_t{255});
        QCOMPARE(*keys.integer("u16"), std::uint64_t{65535});
        QCOMPARE(*keys.integer("u32"), std::uint64_t{4294967295u});
        QCOMPARE(*keys.integer("u64"), std::numeric_limits<std::uint64_t>::max());
        QCOMPARE(std::get<std::int64_t>(*keys.find("i8")), std::int64_t{-128});
        QCOMPARE(std::get<std::int64_t>(*keys.find("i16")), std::int64_t{-32768});
        QCOMPARE(std::get<std::int64_t>(*keys.find("i32")), std::int64_t{-2147483647});
        QCOMPARE(std::get<std::int64_t>(*keys.find("i64")), std::numeric_limits<std::int64_t>::min());
        QCOMPARE(*keys.number("f32"), 0.5);
        QCOMPARE(*keys.number("f64"), 1e300);
        QCOMPARE(*keys.boolean("yes"), true);
        QCOMPARE(*keys.boolean("no"), false);
        QCOMPARE(*keys.text("text"), std::string_view("안녕"));
    }

    void everyArrayTypeIsRead() {
        GgufWriter writer;
        writer.array<std::uint8_t>("u8", {1, 255}).array<std::int8_t>("i8", {-1, 2});
        writer.array<std::uint16_t>("u16", {65535}).array<std::int16_t>("i16", {-5});
        writer.array<std::uint32_t>("u32", {7}).array<std::int32_t>("i32", {-7});
        writer.array<std::uint64_t>("u64", {9}).array<std::int64_t>("i64", {-9});
        writer.array<bool>("bool", {true, false, true});
        writer.array<float>("f32", {0.25f, -2.0f}).array<double>("f64", {1e200});
        writer.array<std::string>("texts", {"", "two", std::string("nul\0in", 6)});
        writer.array<std::string>("empty", {});
        const auto file = opened(writer);
        QVERIFY(file);
        const Metadata& keys = file->metadata();
        const auto integers = [&](const char* key) {
            const auto values = keys.integers(key);
            return std::vector<std::int64_t>(values.begin(), values.end());
        };
        QCOMPARE(integers("u8"), (std::vector<std::int64_t>{1, 255}));
        QCOMPARE(integers("i8"), (std::vector<std::int64_t>{-1, 2}));
        QCOMPARE(integers("u16"), (std::vector<std::int64_t>{65535}));
        QCOMPARE(integers("i16"), (std::vector<std::int64_t>{-5}));
        QCOMPARE(integers("u32"), (std::vector<std::int64_t>{7}));
        QCOMPARE(integers("i32"), (std::vector<std::int64_t>{-7}));
        QCOMPARE(integers("u64"), (std::vector<std::int64_t>{9}));
        QCOMPARE(integers("i64"), (std::vector<std::int64_t>{-9}));
        QCOMPARE(integers("bool"), (std::vector<std::int64_t>{1, 0, 1}));
        QCOMPARE(keys.numbers("f32").size(), std::size_t{2});
        QCOMPARE(keys.numbers("f32")[1], -2.0);
        QCOMPARE(keys.numbers("f64")[0], 1e200);
        QCOMPARE(keys.texts("texts").size(), std::size_t{3});
        QCOMPARE(keys.texts("texts")[2].size(), std::size_t{6});
        QVERIFY(keys.has("empty") && keys.texts("empty").empty());
    }

    void aValueOfAnotherKindIsNothing() {
        Metadata keys;
        keys.set("text", std::string_view("12"));
        keys.set("negative", std::int64_t{-1});
        keys.set("fraction", 1.5);
        keys.set("flag", true);
        QVERIFY(!keys.integer("text") && !keys.number("text") && !keys.boolean("text"));
        QVERIFY(!keys.integer("negative"));
        QCOMPARE(*keys.number("negative"), -1.0);
        QVERIFY(!keys.integer("fraction") && !keys.text("fraction"));
        QVERIFY(!keys.integer("flag") && !keys.number("flag"));
        QVERIFY(!keys.has("absent") && !keys.find("absent") && !keys.integer("absent"));
        QVERIFY(keys.texts("text").empty() && keys.integers("absent").empty() &&
                keys.numbers("flag").empty());
    }

    void integersOfEitherSignednessAreAccepted() {
        Metadata keys;
        keys.set("signed", std::int64_t{32});
        keys.set("unsigned", std::uint64_t{32});
        QCOMPARE(keys.integer("signed"), keys.integer("unsigned"));
        QCOMPARE(*keys.number("signed"), 32.0);
    }
};

PONDER_TEST(MetadataTest)
#include "metadata_test.moc"
