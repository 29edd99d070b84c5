// Damaged and hostile files: each gives the expected error, which names the field.
#include "engine/file/model_file.h"
#include "tests/support/test_class.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <functional>
#include <limits>

using namespace ponder;
using test::ByteSink;
using test::GgufWriter;

namespace {

constexpr auto kHuge = std::numeric_limits<std::uint64_t>::max();

struct Damage {
    const char* name;
    std::function<void(GgufWriter&)> apply;
    ErrorCode code;
    const char* named; // part of the detail
};

std::vector<std::byte> arrayOf(std::uint32_t type, std::uint64_t count) {
    return ByteSink().value(type).value(count).bytes;
}

const std::vector<Damage> kHeaderDamages{
    {"other magic", [](GgufWriter& w) { w.magic = "ABCD"; }, ErrorCode::NotAModelFile, "\"ABCD\""},
    {"unprintable magic", [](GgufWriter& w) { w.magic = "\x01\x02\x1b["; }, ErrorCode::NotAModelFile,
     "\"???[\""},
    {"old GGML", [](GgufWriter& w) { w.magic = "lmgg"; }, ErrorCode::NotAModelFile, "GGML"},
    {"old GGMF", [](GgufWriter& w) { w.magic = "fmgg"; }, ErrorCode::NotAModelFile, "GGMF"},
    {"old GGJT", [](GgufWriter& w) { w.magic = "tjgg"; }, ErrorCode::NotAModelFile, "GGJT"},
    {"old GGLA", [](GgufWriter& w) { w.magic = "algg"; }, ErrorCode::NotAModelFile, "GGLA"},
    {"zip", [](GgufWriter& w) { w.magic = "PK\x03\x04"; }, ErrorCode::NotAModelFile, "ZIP"},
    {"web page", [](GgufWriter& w) { w.magic = "<!DOCTYPE html>"; }, ErrorCode::NotAModelFile, "web page"},
    {"LFS pointer", [](GgufWriter& w) { w.magic = "version https://git-lfs.github.com/spec/v1"; },
     ErrorCode::NotAModelFile, "Git LFS"},
    {"big-endian", [](GgufWriter& w) { w.version = 0x03000000; }, ErrorCode::NotAModelFile, "big-endian"},
    {"version 0", [](GgufWriter& w) { w.version = 0; }, ErrorCode::UnsupportedVersion, "0"},
    {"version 1", [](GgufWriter& w) { w.version = 1; }, ErrorCode::UnsupportedVersion, "1"},
    {"version 4", [](GgufWriter& w) { w.version = 4; }, ErrorCode::UnsupportedVersion, "4"},
    {"absurd tensor count", [](GgufWriter& w) { w.tensorCount = kHuge; }, ErrorCode::BadTensor,
     "tensor count"},
    {"absurd key count", [](GgufWriter& w) { w.keyCount = kHuge; }, ErrorCode::BadMetadata, "key count"},
    {"more keys than there are", [](GgufWriter& w) { w.keyCount = w.keys.size() + 1; }, ErrorCode::BadTensor,
     "tensor 1 of"},
    {"more tensors than there are",
     [](GgufWriter& w) {
         w.tensors.clear();
         w.tensorCount = 1;
     },
     ErrorCode::FileTruncated, "tensor table"},
    {"absurd text", [](GgufWriter& w) { w.setRaw("note", 8, ByteSink().value(kHuge).bytes); },
     ErrorCode::BadMetadata, "note"},
    {"text beyond the end",
     [](GgufWriter& w) { w.setRaw("note", 8, ByteSink().value(std::uint64_t{1000000}).bytes); },
     ErrorCode::FileTruncated, "note"},
    {"unknown value type", [](GgufWriter& w) { w.setRaw("note", 13, {}); }, ErrorCode::BadMetadata, "note"},
    {"neither true nor false", [](GgufWriter& w) { w.setRaw("flag", 7, {std::byte{2}}); },
     ErrorCode::BadMetadata, "flag"},
    {"array of arrays", [](GgufWriter& w) { w.setRaw("nest", 9, arrayOf(9, 1)); }, ErrorCode::BadMetadata,
     "nest is an array of arrays"},
    {"array of an unknown type", [](GgufWriter& w) { w.setRaw("odd", 9, arrayOf(99, 1)); },
     ErrorCode::BadMetadata, "odd"},
    {"absurd array", [](GgufWriter& w) { w.setRaw("big", 9, arrayOf(0, kHuge)); }, ErrorCode::BadMetadata,
     "big"},
    {"array beyond the end", [](GgufWriter& w) { w.setRaw("big", 9, arrayOf(4, 1000000)); },
     ErrorCode::FileTruncated, "big"},
    {"texts beyond the end", [](GgufWriter& w) { w.setRaw("big", 9, arrayOf(8, 1000000)); },
     ErrorCode::FileTruncated, "big"},
    {"array number too large", [](GgufWriter& w) { w.array<std::uint64_t>("hash", {kHuge}); },
     ErrorCode::BadMetadata, "hash"},
    {"array with a broken flag",
     [](GgufWriter& w) { w.setRaw("flags", 9, ByteSink().value(7u).value(kHuge >> 63).value('\5').bytes); },
     ErrorCode::BadMetadata, "flags"},
    {"key twice", [](GgufWriter& w) { w.keys.push_back(w.keys.front()); }, ErrorCode::BadMetadata,
     "general.architecture appears twice"},
    {"key without a name", [](GgufWriter& w) { w.set("", std::uint8_t{1}); }, ErrorCode::BadMetadata, "key "},
    {"key with an endless name", [](GgufWriter& w) { w.set(std::string(2000, 'k'), std::uint8_t{1}); },
     ErrorCode::BadMetadata, "2000 bytes"},
    {"alignment 0", [](GgufWriter& w) { w.set("general.alignment", std::uint32_t{0}); },
     ErrorCode::BadMetadata, "general.alignment"},
    {"alignment 1", [](GgufWriter& w) { w.set("general.alignment", std::uint32_t{1}); },
     ErrorCode::BadMetadata, "general.alignment"},
    {"alignment 48", [](GgufWriter& w) { w.set("general.alignment", std::uint32_t{48}); },
     ErrorCode::BadMetadata, "general.alignment"},
    {"alignment 2^63", [](GgufWriter& w) { w.set("general.alignment", std::uint64_t{1} << 63); },
     ErrorCode::BadMetadata, "general.alignment"},
    {"alignment in words", [](GgufWriter& w) { w.set("general.alignment", "32"); }, ErrorCode::BadMetadata,
     "general.alignment"},
    {"split of many in memory", [](GgufWriter& w) { w.set("split.count", std::uint16_t{3}); },
     ErrorCode::MissingSplitPart, "other 2 of 3"},
    {"split of absurdly many", [](GgufWriter& w) { w.set("split.count", std::uint32_t{4000000000}); },
     ErrorCode::BadMetadata, "split.count"},
    {"split count in words", [](GgufWriter& w) { w.set("split.count", "three"); }, ErrorCode::BadMetadata,
     "split.count"},
};

const std::vector<Damage> kTensorDamages{
    {"unknown type", [](GgufWriter& w) { w.at("output_norm.weight").type = 77; },
     ErrorCode::UnknownTensorType, "output_norm.weight is the unknown type 77"},
    {"type that is not read here", [](GgufWriter& w) { w.at("blk.0.attn_q.weight").type = 9; },
     ErrorCode::UnknownTensorType, "blk.0.attn_q.weight is Q8_1"},
    {"type for one kind of ARM processor", [](GgufWriter& w) { w.at("blk.0.attn_q.weight").type = 32; },
     ErrorCode::RetiredTensorType, "Q4_0_4_8"},
    {"tensor twice", [](GgufWriter& w) { w.tensors.push_back(w.tensors.front()); }, ErrorCode::BadTensor,
     "token_embd.weight appears twice"},
    {"no name", [](GgufWriter& w) { w.tensors.front().name = ""; }, ErrorCode::BadTensor, "tensor 1 of"},
    {"endless name", [](GgufWriter& w) { w.tensors.front().name = std::string(5000, 'n'); },
     ErrorCode::BadTensor, "5000 bytes"},
    {"no dimensions", [](GgufWriter& w) { w.tensors.front().shape = {}; }, ErrorCode::BadTensor,
     "token_embd.weight has 0 dimensions"},
    {"five dimensions",
     [](GgufWriter& w) {
         w.tensors.front().shape = {32, 1, 1, 1, 1};
     },
     ErrorCode::BadTensor, "token_embd.weight has 5 dimensions"},
    {"absurd dimensions", [](GgufWriter& w) { w.tensors.front().dimensions = 0xffffffff; },
     ErrorCode::BadTensor, "4294967295 dimensions"},
    {"length 0",
     [](GgufWriter& w) {
         w.tensors.front().shape = {32, 0};
     },
     ErrorCode::BadTensor, "token_embd.weight has a dimension of length 0"},
    {"half a block",
     [](GgufWriter& w) {
         w.tensors.front().shape = {48, 8};
     },
     ErrorCode::BadTensor, "token_embd.weight has rows of 48 values"},
    {"product beyond 64 bits",
     [](GgufWriter& w) {
         w.tensors.front().shape = {1ull << 40, 1ull << 40};
     },
     ErrorCode::BadTensor, "token_embd.weight has a size"},
    {"bytes beyond 64 bits",
     [](GgufWriter& w) {
         w.at("output_norm.weight").shape = {1ull << 62, 2};
     },
     ErrorCode::BadTensor, "output_norm.weight has a size"},
    {"padding beyond 64 bits", [](GgufWriter& w) { w.at("output_norm.weight").shape = {(1ull << 62) - 1}; },
     ErrorCode::BadTensor, "lies outside"},
    {"misaligned", [](GgufWriter& w) { w.at("output_norm.weight").offset = 33; }, ErrorCode::BadTensor,
     "output_norm.weight starts at the offset 33"},
    {"offset out of range", [](GgufWriter& w) { w.at("output_norm.weight").offset = 1ull << 40; },
     ErrorCode::BadTensor, "output_norm.weight lies outside"},
    {"offset beyond 64 bits", [](GgufWriter& w) { w.at("output_norm.weight").offset = kHuge - 31; },
     ErrorCode::BadTensor, "output_norm.weight lies outside"},
    {"two in one place", [](GgufWriter& w) { w.at("output_norm.weight").offset = 0; }, ErrorCode::BadTensor,
     "overlap"},
    {"one reaches into the next",
     [](GgufWriter& w) {
         w.tensors.front().shape = {32, 9};
     },
     ErrorCode::BadTensor, "token_embd.weight and blk.0.attn_norm.weight overlap"},
    {"data missing", [](GgufWriter& w) { w.tensors.back().data.clear(); }, ErrorCode::FileTruncated,
     "output_norm.weight needs"},
};

void addRows(const std::vector<Damage>& damages) {
    QTest::addColumn<const Damage*>("damage");
    for (const Damage& damage : damages)
        QTest::newRow(damage.name) << &damage;
}

void check(const Damage& damage) {
    GgufWriter writer = test::tinyModel("llama");
    damage.apply(writer);
    const auto file = ModelFile::fromBytes(writer.bytes(), "folder/broken.gguf");
    QVERIFY2(!file, "the file opened");
    const Error& error = file.error();
    QVERIFY2(error.code == damage.code, error.message().c_str());
    QCOMPARE(error.subject, std::string("folder/broken.gguf"));
    QVERIFY2(error.detail.english().find(damage.named) != std::string::npos, error.detail.english().c_str());
    QVERIFY(error.message().ends_with('.'));
}

} // namespace

Q_DECLARE_METATYPE(const Damage*)

class BrokenModelTest : public QObject {
    Q_OBJECT
private slots:
    void aBrokenHeaderNamesItsField_data() { addRows(kHeaderDamages); }
    void aBrokenHeaderNamesItsField() {
        QFETCH(const Damage*, damage);
        check(*damage);
    }

    void aBrokenTensorTableNamesTheTensor_data() { addRows(kTensorDamages); }
    void aBrokenTensorTableNamesTheTensor() {
        QFETCH(const Damage*, damage);
        check(*damage);
    }

    void aFileCutAnywhereIsAnError() {
        const std::vector<std::byte> whole = test::tinyModel("qwen2").bytes();
        QVERIFY(ModelFile::fromBytes(whole, "cut.gguf"));
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto file =
                ModelFile::fromBytes({whole.begin(), whole.begin() + static_cast<long>(size)}, "cut.gguf");
            QVERIFY2(!file, qPrintable(QString("cut at byte %1").arg(size)));
            QVERIFY2(file.error().code == ErrorCode::FileTruncated, file.error().message().c_str());
        }
    }

    // Whatever one byte becomes, the file opens or gives an error that names it.
    void anyByteMayBeWrong() {
        std::vector<std::byte> bytes = test::tinyModel("qwen2").bytes();
        int errors = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i)
            for (const auto flip : {std::byte{0x01}, std::byte{0x80}, std::byte{0xff}}) {
                bytes[i] ^= flip;
                const auto file = ModelFile::fromBytes(bytes, "flip.gguf");
                if (!file) {
                    QCOMPARE(file.error().subject, std::string("flip.gguf"));
                    ++errors;
                }
                bytes[i] ^= flip;
            }
        QVERIFY(errors > 100);
    }

    void hostileNamesArriveInErrorsAsPlainShortText() {
        GgufWriter writer = test::tinyModel("llama");
        writer.tensors.front().name = "\x1b[31m<b>" + std::string(500, 'a');
        writer.tensors.front().type = 99;
        const auto file = ModelFile::fromBytes(writer.bytes(), "x.gguf");
        QVERIFY(!file);
        QVERIFY(file.error().detail.english().size() < 150);
        QVERIFY(file.error().detail.english().starts_with("?[31m<b>aaa"));
    }
};

PONDER_TEST(BrokenModelTest)
#include "broken_model_test.moc"
