// Writing a GGUF file piece by piece: what was put in is read back, and what does not fit is an error.
#include "engine/file/gguf_output.h"
#include "engine/file/model_file.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>
#include <QTest>

using namespace ponder;

namespace {

std::vector<std::byte> counting(std::size_t size) {
    std::vector<std::byte> out(size);
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<std::byte>(i * 7 + 3);
    return out;
}

GgufOutput twoTensors() {
    GgufOutput output;
    output.set("general.architecture", "llama").set("answer", std::uint32_t{42}).set("yes", true);
    output.array("words", std::vector<std::string>{"one", "", "three"});
    output.array("numbers", std::vector<std::int32_t>{-1, 2});
    // 34 bytes, so that what follows must be aligned.
    output.tensor("first", {32}, TensorType::Q8_0).tensor("second", {256, 3}, TensorType::Q6_K);
    return output;
}

} // namespace

class GgufOutputTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const { return m_folder.filePath(name).toStdString(); }

private slots:
    void whatIsWrittenInPiecesIsReadBack() {
        GgufOutput output = twoTensors();
        QCOMPARE(output.tensorBytes(), std::uint64_t{34 + 3 * 210});
        const auto first = counting(34), second = counting(630);
        QVERIFY(bool(output.begin(path("a.gguf"))));
        QVERIFY(!std::filesystem::exists(path("a.gguf"))); // it appears whole
        QVERIFY(bool(output.write(first)));
        for (std::size_t at = 0; at < second.size(); at += 90)
            QVERIFY(bool(output.write(std::span(second).subspan(at, 90))));
        QVERIFY(bool(output.finish()));

        const auto file = ModelFile::open(path("a.gguf"));
        QVERIFY2(bool(file), file ? "" : file.error().message().c_str());
        const Metadata& metadata = (*file)->metadata();
        QCOMPARE(metadata.integer("answer").value(), 42);
        QCOMPARE(metadata.boolean("yes").value(), true);
        QCOMPARE(metadata.texts("words").size(), std::size_t{3});
        QVERIFY(metadata.texts("words")[2] == "three");
        QCOMPARE(metadata.integers("numbers")[0], std::int64_t{-1});
        for (const auto& [name, bytes] : {std::pair{"first", first}, std::pair{"second", second}}) {
            const TensorInfo* tensor = (*file)->find(name);
            QVERIFY(tensor);
            QVERIFY(std::equal(tensor->bytes.begin(), tensor->bytes.end(), bytes.begin(), bytes.end()));
        }
        QCOMPARE((*file)->find("second")->rows(), std::uint64_t{3});
    }

    void aTensorTakesNoMoreBytesThanItHas() {
        GgufOutput output = twoTensors();
        QVERIFY(bool(output.begin(path("b.gguf"))));
        const auto written = output.write(counting(35));
        QVERIFY(!written);
        QCOMPARE(written.error().code, ErrorCode::BadTensor);
        QVERIFY(written.error().message().find("first") != std::string::npos);
    }

    void aFileThatLacksBytesNeverAppears() {
        {
            GgufOutput output = twoTensors();
            QVERIFY(bool(output.begin(path("c.gguf"))));
            QVERIFY(bool(output.write(counting(34))));
            const auto done = output.finish();
            QVERIFY(!done);
            QVERIFY(done.error().message().find("second") != std::string::npos);
        }
        QVERIFY(!std::filesystem::exists(path("c.gguf")));
        QVERIFY(!std::filesystem::exists(path("c.gguf.part")));
    }

    void rowsThatAreNoWholeBlocksAreRefused() {
        GgufOutput output;
        output.tensor("odd", {100, 2}, TensorType::Q4_K);
        const auto begun = output.begin(path("d.gguf"));
        QVERIFY(!begun);
        QVERIFY(begun.error().message().find("odd") != std::string::npos);
    }

    void aFolderThatIsNotThereIsAnError() {
        const auto begun = twoTensors().begin(path("nowhere/e.gguf"));
        QVERIFY(!begun);
        QCOMPARE(begun.error().code, ErrorCode::FileUnwritable);
    }
};

PONDER_TEST(GgufOutputTest)
#include "gguf_output_test.moc"
