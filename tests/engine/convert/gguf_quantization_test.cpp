// A whole model in another file type: its formats, its metadata, and what it then answers.
#include "engine/convert/gguf_quantization.h"
#include "tests/support/logits_check.h"
#include "tests/support/test_class.h"
#include "tests/support/tiny_model.h"

#include <QTemporaryDir>

using namespace ponder;

namespace {

struct Case {
    FileType type;
    const char* reference; // the file of the same model that another program quantized
    double least;          // of the logits' error: what rounding alone makes of f32
};
constexpr std::array kCases{
    Case{FileType::F16, "qwen2-untied-f16", 1e-9},    Case{FileType::Q8_0, "qwen2-untied-q8_0", 0},
    Case{FileType::Q6_K, "qwen2-untied-q6_k", 0},     Case{FileType::Q5_K_M, "qwen2-untied-q5_k_m", 0},
    Case{FileType::Q4_K_M, "qwen2-untied-q4_k_m", 0}, Case{FileType::Q4_0, "qwen2-untied-q4_0", 0},
    Case{FileType::Q5_0, "qwen2-untied-q5_0", 0}};

std::filesystem::path tiny(const std::string& name) { return test::referenceDir() / "tiny" / name; }

std::vector<float> logitsOf(const std::filesystem::path& path) {
    auto model = Model::load({.path = path, .device = "reference"}, {}, {});
    if (!model) return {};
    auto session = (*model)->createSession();
    if (!session) return {};
    const auto logits = (*session)->logits(test::tinyTokens(), 0, {});
    return logits ? *logits : std::vector<float>();
}

} // namespace

class GgufQuantizationTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const std::string& name) const {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }

    static Result<void> quantize(const ModelFile& source, FileType type,
                                 const std::filesystem::path& target) {
        auto quantization = GgufQuantization::plan(source, type);
        if (!quantization) return quantization.error();
        ThreadPool pool(2);
        return quantization->write(target, pool, {}, {});
    }

    static void addCases() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < kCases.size(); ++i)
            QTest::newRow(std::string(nameOf(kCases[i].type)).c_str()) << int(i);
    }
    // The file of this case, made once.
    std::filesystem::path made(const Case& one) {
        const auto target = path(std::string(nameOf(one.type)) + ".gguf");
        if (std::filesystem::exists(target)) return target;
        const auto source = ModelFile::open(tiny("qwen2-untied-f32.gguf"));
        if (!source || !quantize(**source, one.type, target)) return {};
        return target;
    }

private slots:
    void factorsBesideAMatrixAreTakenIntoIt() {
        PONDER_NEEDS_REFERENCE();
        const auto from = test::referenceDir() / "tiny2/qwen3moe-nvfp4.gguf";
        const auto source = ModelFile::open(from);
        const auto target = path("factors.gguf");
        const auto done = quantize(**source, FileType::F16, target);
        QVERIFY2(done, done ? "" : done.error().message().c_str());
        const auto file = ModelFile::open(target);
        QVERIFY((*source)->find("blk.0.attn_q.scale") && !(*file)->find("blk.0.attn_q.scale"));
        const auto wanted = logitsOf(from), got = logitsOf(target);
        QVERIFY(!wanted.empty() && got.size() == wanted.size());
        QVERIFY(test::nmse(got, wanted) < 1e-5);
    }
    void everyTensorHasTheFormatThatSuchFilesGiveIt_data() { addCases(); }
    void everyTensorHasTheFormatThatSuchFilesGiveIt() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(int, index);
        const Case& one = kCases[static_cast<std::size_t>(index)];
        const auto ours = ModelFile::open(made(one)),
                   theirs = ModelFile::open(tiny(one.reference + std::string(".gguf")));
        QVERIFY(ours && theirs);
        QCOMPARE((*ours)->tensors().size(), (*theirs)->tensors().size());
        for (const TensorInfo& tensor : (*theirs)->tensors()) {
            const TensorInfo* found = (*ours)->find(tensor.name);
            QVERIFY(found);
            QVERIFY2(found->type == tensor.type, std::string(tensor.name).c_str());
            QVERIFY(found->shape == tensor.shape);
        }
        QCOMPARE((*ours)->metadata().integer("general.file_type").value(),
                 static_cast<std::uint64_t>(one.type));
        QCOMPARE((*ours)->metadata().integer("general.quantization_version").value(), std::uint64_t{2});
    }

    void everyTensorOfAHybridHasItToo_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"qwen35-q4_k_m", "qwen35moe-q4_k_m", "qwen35-mtp-q4_k_m"})
            QTest::newRow(name) << name;
    }
    void everyTensorOfAHybridHasItToo() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(QString, name);
        const auto theirs = ModelFile::open(test::referenceDir() / "tiny2" / (name.toStdString() + ".gguf"));
        const auto finer = path("finer.gguf"), target = path("hybrid.gguf");
        QVERIFY(quantize(**theirs, FileType::F16, finer));
        QVERIFY(quantize(**ModelFile::open(finer), FileType::Q4_K_M, target));
        const auto ours = ModelFile::open(target);
        QCOMPARE((*ours)->tensors().size(), (*theirs)->tensors().size());
        for (const TensorInfo& tensor : (*theirs)->tensors())
            QVERIFY2((*ours)->find(tensor.name)->type == tensor.type, std::string(tensor.name).c_str());
    }

    // How far the answers are from those of the f32 weights, beside the other program's file.
    void logitsAreAsNearToTheOriginalAsThoseOfTheReferenceFile_data() { addCases(); }
    void logitsAreAsNearToTheOriginalAsThoseOfTheReferenceFile() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(int, index);
        const Case& one = kCases[static_cast<std::size_t>(index)];
        const auto original = test::readFloats(tiny("qwen2-untied-f32.logits.f32"));
        const auto theirs = test::readFloats(tiny(one.reference + std::string(".logits.f32")));
        const auto ours = logitsOf(made(one));
        QCOMPARE(ours.size(), original.size());
        const double got = test::nmse(ours, original), reference = test::nmse(theirs, original);
        qInfo("NMSE %.3e, of the reference's file %.3e: %.3f", got, reference, got / reference);
        QVERIFY(got <= std::max(one.least, 1.05 * reference));
    }

    void metadataIsCopiedByteForByte() {
        const auto source = ModelFile::open(test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf");
        QVERIFY(source);
        QVERIFY(quantize(**source, FileType::Q4_K_M, path("copy.gguf")));
        const auto copy = ModelFile::open(path("copy.gguf"));
        QVERIFY(copy);
        std::size_t same = 0;
        for (const RawKey& key : (*source)->rawKeys()) {
            const auto keys = (*copy)->rawKeys();
            const auto found = std::find_if(keys.begin(), keys.end(),
                                            [&](const RawKey& other) { return other.name == key.name; });
            if (key.name == "general.file_type") continue;
            QVERIFY2(found != keys.end(), std::string(key.name).c_str());
            QVERIFY(std::equal(found->typeAndValue.begin(), found->typeAndValue.end(),
                               key.typeAndValue.begin(), key.typeAndValue.end()));
            ++same;
        }
        QVERIFY(same > 15);
    }

    void aModelThatIsQuantizedAlreadyIsToldApart() {
        const auto quantized = ModelFile::open(test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf");
        const auto floats =
            ModelFile::fromBytes(test::tinyModel("llama", TensorType::F16).bytes(), "tiny.gguf");
        QVERIFY(quantized && floats);
        QVERIFY(GgufQuantization::plan(**quantized, FileType::Q4_K_M)->quantizesAgain());
        QVERIFY(GgufQuantization::plan(**quantized, FileType::F16)->quantizesAgain());
        QVERIFY(!GgufQuantization::plan(**quantized, FileType::Q8_0)->quantizesAgain());
        QVERIFY(!GgufQuantization::plan(**floats, FileType::Q4_K_M)->quantizesAgain());
    }

    void whatHasItsFormatAlreadyIsCopiedByteForByte() {
        const auto source = ModelFile::open(test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf");
        QVERIFY(source);
        QVERIFY(quantize(**source, FileType::Q8_0, path("same.gguf")));
        const auto copy = ModelFile::open(path("same.gguf"));
        QVERIFY(copy);
        for (const TensorInfo& tensor : (*source)->tensors()) {
            const auto bytes = (*copy)->find(tensor.name)->bytes;
            QVERIFY(std::equal(bytes.begin(), bytes.end(), tensor.bytes.begin(), tensor.bytes.end()));
        }
    }

    void aSplitModelBecomesOneFile() {
        auto writer = test::tinyModel("qwen2", TensorType::F16);
        const auto parts = writer.saveSplit(path(""), "split", 3);
        const auto source = ModelFile::open(parts[1]);
        QVERIFY(source);
        QVERIFY(quantize(**source, FileType::Q6_K, path("joined.gguf")));
        const auto joined = ModelFile::open(path("joined.gguf"));
        QVERIFY2(bool(joined), joined ? "" : joined.error().message().c_str());
        QCOMPARE((*joined)->parts().size(), std::size_t{1});
        QCOMPARE((*joined)->tensors().size(), (*source)->tensors().size());
        QVERIFY(!(*joined)->metadata().has("split.count"));
        QCOMPARE((*joined)->find("blk.0.attn_q.weight")->type, TensorType::Q8_0); // rows of 32 values
    }

    void aDamagedWeightNamesFileAndTensor() {
        auto writer = test::tinyModel("llama", TensorType::F32);
        writer.at("blk.0.ffn_up.weight").data[6] = std::byte{0x80}; // an infinity
        writer.at("blk.0.ffn_up.weight").data[7] = std::byte{0x7f};
        const auto source = ModelFile::fromBytes(writer.bytes(), "damaged.gguf");
        QVERIFY(source);
        const auto done = quantize(**source, FileType::Q8_0, path("never.gguf"));
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::BadWeights);
        QCOMPARE(done.error().subject, std::string("damaged.gguf"));
        QVERIFY(done.error().message().find("blk.0.ffn_up.weight") != std::string::npos);
        QVERIFY(!std::filesystem::exists(path("never.gguf")));
        QVERIFY(!std::filesystem::exists(path("never.gguf.part")));
    }

    void aModelOfAnotherFamilyIsRefused() {
        auto writer = test::tinyModel("llama", TensorType::F16);
        writer.set("general.architecture", "bert");
        const auto source = ModelFile::fromBytes(writer.bytes(), "bert.gguf");
        QVERIFY(source);
        const auto plan = GgufQuantization::plan(**source, FileType::Q8_0);
        QVERIFY(!plan);
        QCOMPARE(plan.error().code, ErrorCode::UnknownArchitecture);
    }
};

PONDER_TEST(GgufQuantizationTest)
#include "gguf_quantization_test.moc"
