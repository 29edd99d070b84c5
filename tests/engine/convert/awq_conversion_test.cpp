// AWQ folders become files whose logits are those of a plain numpy forward pass over what their numbers stand
// for.
#include "engine/convert/conversion.h"
#include "engine/convert/folder_summary.h"
#include "engine/file/json_document.h"
#include "tests/support/logits_check.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

using namespace ponder;
namespace fs = std::filesystem;

class AwqConversionTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path path(const char* name) const { return m_folder.path().toStdString() + "/" + name; }

    static Result<void> convert(const fs::path& folder, const fs::path& target, FileType type) {
        Result<Conversion> conversion = Conversion::prepare(folder, target, type);
        if (!conversion) return conversion.error();
        ThreadPool pool(2);
        return conversion->run(pool, {}, [](const ConversionProgress&) {});
    }
    static void addFolders() {
        QTest::addColumn<QString>("name");
        QTest::newRow("qwen2") << "qwen2-awq";
        QTest::newRow("llama") << "llama-awq";
    }

private slots:
    void logitsAreThoseOfTheFourBitNumbers_data() { addFolders(); }
    void logitsAreThoseOfTheFourBitNumbers() {
        QFETCH(QString, name);
        const fs::path folder = test::modelFolder(name.toStdString()), target = path("awq.gguf");
        // What AWQ left in plain form stays as it is: the rest is all that can differ.
        const Result<void> done = convert(folder, target, FileType::F16);
        QVERIFY2(done, done ? "" : done.error().message().c_str());
        auto model = Model::load({.path = target, .device = "reference"}, {}, {});
        QVERIFY2(model, model ? "" : model.error().message().c_str());
        const auto session = (*model)->createSession();
        QVERIFY(session);
        const auto expected = jsonFile(folder / "expected.json", 1'000'000);
        const auto logits = (*session)->logits((*expected)["ids"].get<std::vector<TokenId>>(), 0, {});
        QVERIFY(logits);
        const std::vector<float> wanted = test::readFloats(folder / "expected.logits.f32");
        QCOMPARE(logits->size(), wanted.size());
        const double error = test::nmse(*logits, wanted);
        qInfo("NMSE %.2e", error); // of the rounded minima; 5.7e-7 at most when this was written
        QVERIFY2(error <= 1e-6, qPrintable(QString::number(error)));
        fs::remove(target);
    }

    void matricesAreQ4_1AndTheRestHasTheChosenType_data() { addFolders(); }
    void matricesAreQ4_1AndTheRestHasTheChosenType() {
        QFETCH(QString, name);
        QVERIFY(convert(test::modelFolder(name.toStdString()), path("mixed.gguf"), FileType::Q4_K_M));
        const auto file = ModelFile::open(path("mixed.gguf"));
        QVERIFY(file);
        for (const TensorInfo& tensor : (*file)->tensors())
            if (tensor.name.starts_with("blk.") && tensor.dimensions == 2)
                QCOMPARE(tensor.type, TensorType::Q4_1);
        QCOMPARE((*file)->find("token_embd.weight")->type, TensorType::Q4_K);
        QCOMPARE((*file)->find("output.weight")->type, TensorType::Q6_K);
        QCOMPARE((*file)->metadata().integer("general.file_type").value(), std::uint64_t{3}); // mostly Q4_1
        fs::remove(path("mixed.gguf"));
    }

    void theFolderIsSummedUpAsOneThatCanBeConverted() {
        const auto summary = inspectFolder(test::modelFolder("qwen2-awq"));
        QVERIFY(summary);
        QVERIFY(summary->awq());
        QVERIFY2(!summary->problem, summary->problem ? summary->problem->message().c_str() : "");
        QVERIFY(!summary->outputs.empty());
    }

    void aPartThatIsMissingIsNamed() {
        const test::FolderCopy copy("qwen2-awq");
        // The name in the header, at the same length.
        copy.replace("model.safetensors", "layers.1.mlp.up_proj.qzeros", "layers.1.mlp.up_proj.xzeros");
        const Result<void> done = convert(copy.path(), path("missing.gguf"), FileType::Q8_0);
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::MissingTensor);
        QVERIFY(done.error().message().find("model.layers.1.mlp.up_proj.qzeros") != std::string::npos);
    }
};

PONDER_TEST(AwqConversionTest)
#include "awq_conversion_test.moc"
