#include "engine/file/split_set.h"
#include "engine/model/weights.h"
#include "tests/support/test_class.h"
#include "tests/support/tiny_model.h"

#include <QTemporaryDir>
#include <QTest>

using namespace ponder;
using test::GgufWriter;

namespace {

Error errorOf(const std::filesystem::path& path) {
    const auto file = ModelFile::open(path);
    return file ? Error{ErrorCode::Internal, "opened", {}} : file.error();
}

std::filesystem::path pathOf(const QTemporaryDir& folder) { return folder.path().toStdString(); }

} // namespace

class SplitSetTest : public QObject {
    Q_OBJECT
private slots:
    void aSetOpensFromAnyOfItsParts() {
        QTemporaryDir folder;
        const GgufWriter whole = test::tinyModel("qwen2");
        const auto paths = whole.saveSplit(pathOf(folder), "tiny", 3);
        for (const auto& path : paths) {
            const auto file = ModelFile::open(path);
            QVERIFY2(file, file ? "" : file.error().message().c_str());
            QCOMPARE((*file)->parts().size(), std::size_t{3});
            QCOMPARE((*file)->parts()[0], paths[0]);
            QCOMPARE((*file)->tensors().size(), whole.tensors.size());
            QCOMPARE((*file)->displayName(), std::string("tiny"));
            std::uint64_t bytes = 0;
            for (const auto& part : paths)
                bytes += std::filesystem::file_size(part);
            QCOMPARE((*file)->fileBytes(), bytes);
            const auto config = ModelConfig::read(**file);
            QVERIFY2(config, config ? "" : config.error().message().c_str());
            const auto weights = bindWeights(**file, *config);
            QVERIFY2(weights, weights ? "" : weights.error().message().c_str());
        }
    }

    void missingPartsAreNamed() {
        QTemporaryDir folder;
        const auto paths = test::tinyModel("llama").saveSplit(pathOf(folder), "big", 4);
        std::filesystem::remove(paths[0]);
        std::filesystem::remove(paths[2]);
        const Error error = errorOf(paths[1]);
        QCOMPARE(error.code, ErrorCode::MissingSplitPart);
        QCOMPARE(error.subject, paths[1].string());
        QCOMPARE(error.detail.english(), std::string("big-00001-of-00004.gguf, big-00003-of-00004.gguf"));
    }

    void aLongListOfMissingPartsIsCutShort() {
        QTemporaryDir folder;
        GgufWriter part;
        part.set("split.count", std::uint16_t{30}).set("split.no", std::uint16_t{0});
        const auto path = pathOf(folder) / "big-00001-of-00030.gguf";
        part.save(path);
        QCOMPARE(errorOf(path).code, ErrorCode::MissingSplitPart);
        QVERIFY(errorOf(path).detail.english().ends_with("big-00009-of-00030.gguf and 21 more"));
    }

    void aRenamedPartSaysWhyTheOthersCannotBeFound() {
        QTemporaryDir folder;
        const auto paths = test::tinyModel("llama").saveSplit(pathOf(folder), "big", 2);
        const auto renamed = pathOf(folder) / "model.gguf";
        std::filesystem::rename(paths[0], renamed);
        QCOMPARE(errorOf(renamed).code, ErrorCode::MissingSplitPart);
        QVERIFY(errorOf(renamed).detail.english().find("-00001-of-00002.gguf") != std::string::npos);
    }

    void exchangedPartsAreAnError() {
        QTemporaryDir folder;
        const auto paths = test::tinyModel("llama").saveSplit(pathOf(folder), "big", 2);
        const auto aside = pathOf(folder) / "aside";
        std::filesystem::rename(paths[0], aside);
        std::filesystem::rename(paths[1], paths[0]);
        std::filesystem::rename(aside, paths[1]);
        QCOMPARE(errorOf(paths[0]).code, ErrorCode::BadMetadata);
        QVERIFY(errorOf(paths[0]).detail.english().starts_with("split.no"));
    }

    void theFileNameAndTheCountMustAgree() {
        QTemporaryDir folder;
        const auto paths = test::tinyModel("llama").saveSplit(pathOf(folder), "big", 2);
        const auto renamed = pathOf(folder) / "big-00001-of-00003.gguf";
        std::filesystem::rename(paths[0], renamed);
        QCOMPARE(errorOf(renamed).code, ErrorCode::BadMetadata);
        QVERIFY(errorOf(renamed).detail.english().starts_with("split.count is 2"));
    }

    void partsOfDifferentSetsAreAnError() {
        QTemporaryDir folder;
        const auto paths = test::tinyModel("llama").saveSplit(pathOf(folder), "big", 2);
        GgufWriter foreign = test::tinyModel("llama").split(2)[1];
        foreign.set("split.count", std::uint16_t{5});
        foreign.save(paths[1]);
        QCOMPARE(errorOf(paths[0]).code, ErrorCode::BadMetadata);
        QCOMPARE(errorOf(paths[0]).subject, paths[1].string());
        QVERIFY(errorOf(paths[0]).detail.english().starts_with("split.count"));
    }

    void theNumberOfTensorsIsChecked() {
        QTemporaryDir folder;
        const auto paths = test::tinyModel("llama").saveSplit(pathOf(folder), "big", 2);
        GgufWriter last = test::tinyModel("llama").split(2)[1];
        last.tensors.pop_back();
        last.save(paths[1]);
        QCOMPARE(errorOf(paths[0]).code, ErrorCode::BadMetadata);
        QVERIFY(errorOf(paths[0]).detail.english().starts_with("split.tensors.count"));
    }

    void aTensorInTwoPartsIsAnError() {
        QTemporaryDir folder;
        const auto paths = test::tinyModel("llama").saveSplit(pathOf(folder), "big", 2);
        GgufWriter last = test::tinyModel("llama").split(2)[1];
        last.tensor("token_embd.weight", {32}, TensorType::F32);
        last.save(paths[1]);
        QCOMPARE(errorOf(paths[1]).code, ErrorCode::BadTensor);
        QCOMPARE(errorOf(paths[1]).subject, paths[1].string());
        QCOMPARE(errorOf(paths[1]).detail.english(), std::string("token_embd.weight appears twice"));
    }

    void aDamagedPartIsTheOneThatIsNamed() {
        QTemporaryDir folder;
        const auto paths = test::tinyModel("llama").saveSplit(pathOf(folder), "big", 3);
        std::filesystem::resize_file(paths[2], 40);
        QCOMPARE(errorOf(paths[0]).code, ErrorCode::FileTruncated);
        QCOMPARE(errorOf(paths[0]).subject, paths[2].string());
    }

    void aSetOfOneIsAnOrdinaryFile() {
        QTemporaryDir folder;
        GgufWriter writer = test::tinyModel("llama");
        writer.set("split.count", std::uint16_t{1}).set("split.no", std::uint16_t{0});
        writer.save(pathOf(folder) / "any name.gguf");
        QVERIFY(ModelFile::open(pathOf(folder) / "any name.gguf"));
    }

    void onlyNamesOfTheConventionAreSplitNames() {
        const auto name = parseSplitName("/models/DeepSeek-R1-00002-of-00010.gguf");
        QVERIFY(name);
        QCOMPARE(name->stem, std::string("DeepSeek-R1"));
        QCOMPARE(name->number, 2u);
        QCOMPARE(name->count, 10u);
        for (const char* other : {"a.gguf", "a-00000-of-00002.gguf", "a-00003-of-00002.gguf",
                                  "-00001-of-00002.gguf", "a-0001-of-00002.gguf", "a-00001-of-+0002.gguf",
                                  "a-00001-of-00002.bin", "a-00001-of-00002.gguf.part", ""})
            QVERIFY2(!parseSplitName(other), other);
    }
};

PONDER_TEST(SplitSetTest)
#include "split_set_test.moc"
