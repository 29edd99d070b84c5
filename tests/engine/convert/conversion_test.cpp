// Folders become files whose logits, computed by this program, are those of a plain numpy forward pass; and a
// conversion that was stopped goes on to the very same bytes.
#include "engine/convert/conversion.h"
#include "engine/convert/conversion_state.h"
#include "engine/convert/folder_summary.h"
#include "engine/file/json_document.h"
#include "tests/support/logits_check.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

#include <set>

using namespace ponder;
namespace fs = std::filesystem;

namespace {

Result<void> convert(
    const fs::path& folder, const fs::path& target, FileType type, std::stop_token stop = {},
    const Conversion::Report& report = [](const ConversionProgress&) {}) {
    Result<Conversion> conversion = Conversion::prepare(folder, target, type);
    if (!conversion) return conversion.error();
    ThreadPool pool(2);
    return conversion->run(pool, stop, report);
}

Error errorOf(const fs::path& folder) {
    QTemporaryDir out;
    const Result<void> done = convert(folder, out.path().toStdString() + "/out.gguf", FileType::F16);
    return done ? Error{ErrorCode::Internal, "converted", {}} : done.error();
}

// Above the noise of quantized random weights in the logits of the whole model; the most that was measured
// was 2.3e-2, 5.7e-3, 1.6e-3 and 1.5e-4 (Q4_K_M, Q5_K_M, Q6_K, Q8_0), 2.3e-1, 7.6e-2, 2.7e-2, 2.7e-2, 3.3e-2
// and 7.8e-3 (Q2_K, Q3_K_M, IQ4_XS, IQ4_NL, Q4_0, Q5_0).
double allowedNoise(FileType type) {
    switch (type) {
    case FileType::F16:
        return 1e-6;
    case FileType::Q8_0:
        return 4e-4;
    case FileType::Q6_K:
        return 2e-3;
    case FileType::Q5_K_M:
        return 8e-3;
    case FileType::Q5_0:
        return 1e-2;
    case FileType::Q4_K_M:
    case FileType::IQ4_XS:
    case FileType::IQ4_NL:
    case FileType::Q4_0:
        return 4e-2;
    case FileType::Q3_K_M:
        return 0.1;
    case FileType::Q2_K:
        return 0.3;
    case FileType::MXFP4_MOE: // these models have no experts: Q8_0
        return 4e-4;
    }
    return 0;
}

std::size_t bytesAt(const SafetensorsSet& weights, const char* tensor) {
    const auto place = weights.find(tensor);
    std::ifstream file(place.file->path(), std::ios::binary);
    std::uint64_t header = 0;
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    const auto& first = place.file->tensors().front();
    return sizeof header + header + static_cast<std::size_t>(place.tensor->bytes.data() - first.bytes.data());
}

} // namespace

class ConversionTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path path(const std::string& name) const { return m_folder.path().toStdString() + "/" + name; }

private slots:
    void logitsAreThoseOfTheFolder_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("type");
        for (const char* name : test::kModelFolders)
            for (const FileType type : kFileTypes)
                QTest::addRow("%s %s", name, std::string(nameOf(type)).c_str())
                    << name << static_cast<int>(type);
    }
    void logitsAreThoseOfTheFolder() {
        QFETCH(QString, name);
        QFETCH(int, type);
        const auto fileType = static_cast<FileType>(type);
        const fs::path folder = test::modelFolder(name.toStdString()), target = path("logits.gguf");
        const Result<void> done = convert(folder, target, fileType);
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
        qInfo("NMSE %.2e", error);
        QVERIFY2(error <= allowedNoise(fileType), qPrintable(QString::number(error)));
        fs::remove(target);
    }

    void stoppedAtAnyTensorItGoesOnToTheSameBytes() {
        const fs::path folder = test::modelFolder("qwen2-bf16"), whole = path("whole.gguf");
        QVERIFY(convert(folder, whole, FileType::Q8_0));
        const std::string wanted = test::textOf(whole);
        const std::size_t tensors = Conversion::prepare(folder, whole, FileType::Q8_0)->tensors();
        for (std::size_t at = 1; at < tensors; ++at) {
            const fs::path target = path("stopped.gguf");
            std::stop_source stop;
            std::set<std::string> begun;
            const Result<void> first = convert(folder, target, FileType::Q8_0, stop.get_token(),
                                               [&](const ConversionProgress& progress) {
                                                   begun.insert(progress.tensor);
                                                   if (begun.size() == at + 1) stop.request_stop();
                                               });
            QVERIFY(!first && first.error().code == ErrorCode::Cancelled);
            QVERIFY(!fs::exists(target));
            QCOMPARE(Conversion::prepare(folder, target, FileType::Q8_0)->tensorsKept(), at);
            const Result<void> second = convert(folder, target, FileType::Q8_0);
            QVERIFY2(second, second ? "" : second.error().message().c_str());
            QVERIFY(test::textOf(target) == wanted);
            QVERIFY(!fs::exists(AtomicFile::partOf(target)) && !fs::exists(ConversionState::pathOf(target)));
            fs::remove(target);
        }
    }

    void workForAnotherSourceOrTypeIsNotTakenUp() {
        const test::FolderCopy copy("qwen2-bf16");
        const fs::path target = path("other.gguf");
        std::stop_source stop;
        std::size_t reports = 0;
        QVERIFY(
            !convert(copy.path(), target, FileType::Q8_0, stop.get_token(), [&](const ConversionProgress&) {
                if (++reports == 9) stop.request_stop();
            }));
        QVERIFY(Conversion::prepare(copy.path(), target, FileType::Q8_0)->tensorsKept() > 0);
        QCOMPARE(Conversion::prepare(copy.path(), target, FileType::Q6_K)->tensorsKept(), std::size_t{0});
        const auto weights = copy.path() / "model.safetensors";
        fs::last_write_time(weights, fs::last_write_time(weights) + std::chrono::seconds(1));
        QCOMPARE(Conversion::prepare(copy.path(), target, FileType::Q8_0)->tensorsKept(), std::size_t{0});
        Conversion::discard(target);
        QVERIFY(!fs::exists(AtomicFile::partOf(target)) && !fs::exists(ConversionState::pathOf(target)));
    }

    void aPartThatIsShorterThanItsStateIsBegunAnew() {
        const fs::path folder = test::modelFolder("llama-f32-pieces"), target = path("short.gguf");
        std::stop_source stop;
        std::size_t reports = 0;
        QVERIFY(!convert(folder, target, FileType::F16, stop.get_token(), [&](const ConversionProgress&) {
            if (++reports == 12) stop.request_stop();
        }));
        fs::resize_file(AtomicFile::partOf(target), 100);
        QCOMPARE(Conversion::prepare(folder, target, FileType::F16)->tensorsKept(), std::size_t{0});
        QVERIFY(convert(folder, target, FileType::F16));
        QVERIFY(ModelFile::open(target));
    }

    void aWeightThatIsNoNumberIsNamed() {
        const test::FolderCopy copy("qwen2-bf16");
        const char* const name = "model.layers.1.mlp.up_proj.weight";
        {
            const auto weights = SafetensorsSet::open(copy.path());
            std::fstream file(copy.path() / "model.safetensors",
                              std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(static_cast<std::streamoff>(bytesAt(*weights, name) + 2000));
            file.write("\xc0\x7f", 2); // NaN as BF16
        }
        const Error error = errorOf(copy.path());
        QVERIFY(error.code == ErrorCode::BadWeights);
        QVERIFY(error.message().find("blk.1.ffn_up.weight") != std::string::npos);
        QVERIFY(error.subject.ends_with("model.safetensors"));
    }

    void whatIsWrongWithTheTensorsIsNamedBeforeAnythingIsWritten() {
        const test::FolderCopy copy("llama-f16-sharded");
        copy.replace("config.json", "\"intermediate_size\": 256", "\"intermediate_size\": 288");
        QVERIFY(errorOf(copy.path()).code == ErrorCode::BadTensor);
        QVERIFY(errorOf(copy.path()).detail.english().find("instead of 288 x 256") != std::string::npos);
        copy.replace("config.json", "\"intermediate_size\": 288", "\"intermediate_size\": 256");
        copy.replace("config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
        QVERIFY(errorOf(copy.path()).code == ErrorCode::MissingTensor);
        QCOMPARE(errorOf(copy.path()).detail.english(), std::string("model.layers.2.input_layernorm.weight"));
        copy.replace("config.json", "\"num_hidden_layers\": 3", "\"num_hidden_layers\": 1");
        QVERIFY(errorOf(copy.path()).code == ErrorCode::CannotConvert);
        fs::remove(copy.path() / "model-00002-of-00003.safetensors");
        QVERIFY(errorOf(copy.path()).code == ErrorCode::MissingFiles);
        QCOMPARE(errorOf(copy.path()).detail.english(), std::string("model-00002-of-00003.safetensors"));
    }

    void tooLittleSpaceSaysHowMuchIsMissing() {
        const Result<void> done = convert(test::modelFolder("qwen2-bf16"), "/proc/model.gguf", FileType::F16);
        QVERIFY(!done && done.error().code == ErrorCode::NoSpace);
        QCOMPARE(done.error().detail.english(), std::string("it needs 2 MB more and 0 MB are free"));
    }

    void twoConversionsOfOneFileDoNotMeet() {
        const fs::path folder = test::modelFolder("llama-f32-pieces"), target = path("both.gguf");
        bool refused = false;
        QVERIFY(convert(folder, target, FileType::F16, {}, [&](const ConversionProgress&) {
            if (refused) return;
            const Result<void> other = convert(folder, target, FileType::F16);
            refused = !other && other.error().code == ErrorCode::FileUnwritable;
        }));
        QVERIFY(refused && ModelFile::open(target));
    }

    void aSummarySaysWhatIsInAFolderAndHowLargeItWouldBe() {
        const auto summary = inspectFolder(test::modelFolder("qwen2-bf16"));
        QVERIFY2(summary, summary ? "" : summary.error().message().c_str());
        QVERIFY2(!summary->problem, summary->problem ? summary->problem->message().c_str() : "");
        QCOMPARE(summary->name, std::string("qwen2-bf16"));
        QCOMPARE(summary->architecture, std::string("qwen2"));
        QCOMPARE(summary->licence, std::string("apache-2.0"));
        QCOMPARE(summary->numberFormat, std::string("BF16"));
        QCOMPARE(summary->outputs.size(), kFileTypes.size() - 1); // MXFP4_MOE is for experts
        for (const FolderSummary::Output& output : summary->outputs) {
            const fs::path target = path("size.gguf");
            QVERIFY(convert(test::modelFolder("qwen2-bf16"), target, output.type));
            QCOMPARE(output.bytes, std::uint64_t{fs::file_size(target)});
            fs::remove(target);
        }
    }

    void aSummaryNamesMissingShardsAndQuantizedWeights() {
        const test::FolderCopy copy("llama-f16-sharded");
        fs::remove(copy.path() / "model-00003-of-00003.safetensors");
        const auto missing = inspectFolder(copy.path());
        QVERIFY(missing && missing->problem && missing->problem->code == ErrorCode::MissingFiles);
        QCOMPARE(missing->missing, std::vector<std::string>{"model-00003-of-00003.safetensors"});
        QCOMPARE(missing->parameters, std::uint64_t{0} +
                                          2 * (2 * 256 * 128 + 2 * 256 * 512 + 3 * 256 * 256 + 512) +
                                          2 * 512 * 256 + 256);
        copy.replace("config.json", "\"model_type\"",
                     "\"quantization_config\": {\"quant_method\": \"gptq\"}, \"model_type\"");
        const auto quantized = inspectFolder(copy.path());
        QVERIFY(quantized && quantized->problem && quantized->problem->code == ErrorCode::CannotConvert);
        QCOMPARE(quantized->quantMethod, std::string("gptq"));
        QVERIFY(!inspectFolder(copy.path() / "nothing"));
    }
};

PONDER_TEST(ConversionTest)
#include "conversion_test.moc"
