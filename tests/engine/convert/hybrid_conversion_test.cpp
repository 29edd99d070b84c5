// Folders of Qwen3.5, as the transformers library saves them, become files with the logits that it computes.
#include "engine/file/json_document.h"
#include "engine/file/safetensors_set.h"
#include "engine/model/config.h"
#include "tests/support/converted_folder.h"
#include "tests/support/logits_check.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace ponder;
namespace fs = std::filesystem;

namespace {

// The folder's tensors once more, with the experts of each layer as one tensor: gate over up, and down.
void stackExperts(const fs::path& folder, std::uint32_t layers, std::uint32_t experts) {
    std::map<std::string, std::pair<std::vector<std::uint64_t>, std::string>> tensors;
    const auto weights = SafetensorsSet::open(folder);
    for (const auto& [name, place] : weights->places())
        tensors[std::string(name)] = {place.tensor->shape,
                                      std::string(reinterpret_cast<const char*>(place.tensor->bytes.data()),
                                                  place.tensor->bytes.size())};
    for (std::uint32_t layer = 0; layer < layers; ++layer) {
        const std::string prefix = "model.layers." + std::to_string(layer) + ".mlp.experts.";
        auto& [gateShape, gate] = tensors[prefix + "gate_up_proj"];
        auto& [downShape, down] = tensors[prefix + "down_proj"];
        for (std::uint32_t expert = 0; expert < experts; ++expert)
            for (const char* part : {"gate_proj", "up_proj", "down_proj"}) {
                const auto own = tensors.extract(prefix + std::to_string(expert) + "." + part + ".weight");
                const auto& [shape, bytes] = own.mapped();
                const bool last = part == std::string_view("down_proj");
                (last ? down : gate) += bytes;
                (last ? downShape : gateShape) = {experts, last ? shape[0] : 2 * shape[0], shape[1]};
            }
    }
    nlohmann::json header;
    std::string data;
    for (const auto& [name, tensor] : tensors) {
        header[name] = {{"dtype", "F16"},
                        {"shape", tensor.first},
                        {"data_offsets", {data.size(), data.size() + tensor.second.size()}}};
        data += tensor.second;
    }
    const std::string text = header.dump();
    const std::uint64_t length = text.size();
    test::write(folder / "model.safetensors",
                std::string(reinterpret_cast<const char*>(&length), sizeof length) + text + data);
}

} // namespace

class HybridConversionTest : public QObject {
    Q_OBJECT

    // Of the file that `folder` becomes.
    static std::vector<float> logitsOf(const fs::path& folder, const std::vector<TokenId>& ids) {
        const auto file = test::convertedFolder(folder, FileType::F16);
        if (!file) qWarning("%s", file.error().message().c_str());
        const auto model = Model::load({.path = folder / "out.gguf", .device = "reference"}, {}, {});
        if (!model) return {};
        const auto session = (*model)->createSession();
        const auto logits = (*session)->logits(ids, 0, {});
        return logits ? *logits : std::vector<float>();
    }

private slots:
    void logitsAreThoseOfTheLibrary_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("a text model beside images and drafts") << "qwen35-images";
        QTest::newRow("a mixture") << "qwen35-experts";
    }
    void logitsAreThoseOfTheLibrary() {
        QFETCH(QString, name);
        const test::FolderCopy copy(name.toStdString());
        const auto expected = jsonFile(copy.path() / "expected.json", 1'000'000);
        const auto got = logitsOf(copy.path(), (*expected)["ids"].get<std::vector<TokenId>>());
        const std::vector<float> wanted = test::readFloats(copy.path() / "expected.logits.f32");
        QCOMPARE(got.size(), wanted.size());
        const double error = test::nmse(got, wanted);
        qInfo("NMSE %.2e", error);
        QVERIFY2(error < 1e-9, qPrintable(QString::number(error))); // at most 1.3e-10 was measured
    }

    void expertsInOneTensorBecomeTheSameFile() {
        const test::FolderCopy apart("qwen35-experts"), stacked("qwen35-experts");
        stackExperts(stacked.path(), 4, 5);
        for (const test::FolderCopy* copy : {&apart, &stacked}) {
            const auto file = test::convertedFolder(copy->path(), FileType::Q8_0);
            QVERIFY2(file, file ? "" : file.error().message().c_str());
        }
        QVERIFY(test::textOf(apart.path() / "out.gguf") == test::textOf(stacked.path() / "out.gguf"));
    }

    void whatIsLeftOutIsSaid() {
        const auto images = ConversionPlan::open(test::modelFolder("qwen35-images"));
        QVERIFY(images && images->leavesOutImages() && images->leavesOutDrafts());
        const auto experts = ConversionPlan::open(test::modelFolder("qwen35-experts"));
        QVERIFY(experts && !experts->leavesOutImages() && !experts->leavesOutDrafts());
    }

    void theFileHasTheKeysThatOthersNeed() {
        const test::FolderCopy copy("qwen35-images");
        const auto file = test::convertedFolder(copy.path(), FileType::Q4_K_M);
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        const Metadata& keys = (*file)->metadata();
        QCOMPARE(keys.text("general.architecture"), std::optional<std::string_view>("qwen35"));
        QCOMPARE(keys.text("tokenizer.ggml.pre"), std::optional<std::string_view>("qwen35"));
        const auto sections = keys.integers("qwen35.rope.dimension_sections");
        QVERIFY(std::ranges::equal(sections, std::array{2, 1, 1, 0}));
        QCOMPARE(keys.integer("qwen35.rope.dimension_count"), std::optional<std::int64_t>(8));
        QCOMPARE(keys.integer("qwen35.ssm.inner_size"), std::optional<std::int64_t>(128));
        const auto config = ModelConfig::read(**file);
        QVERIFY(config && config->recurrent == std::vector<bool>({true, true, true, false}));
        const TensorInfo* convolution = (*file)->find("blk.0.ssm_conv1d.weight");
        QVERIFY(convolution && convolution->type == TensorType::F32 && convolution->shape[0] == 4);
        QCOMPARE((*file)->find("blk.0.ssm_a")->type, TensorType::F32);
        QCOMPARE((*file)->find("blk.0.ssm_alpha.weight")->type,
                 TensorType::Q5_0); // rows are too short for Q4_K
    }

    void folderThatWouldAnswerNonsenseIsRefusedByName_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("named");
        QTest::newRow("values of another size") << "\"linear_value_head_dim\": 32"
                                                << "\"linear_value_head_dim\": 64"
                                                << "linear_value_head_dim";
        QTest::newRow("another kind of layer") << "\"full_attention\""
                                               << "\"chunked\""
                                               << "layer_types";
        QTest::newRow("heads that do not share alike") << "\"linear_num_value_heads\": 4"
                                                       << "\"linear_num_value_heads\": 5"
                                                       << "linear_num_value_heads";
    }
    void folderThatWouldAnswerNonsenseIsRefusedByName() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QString, named);
        const test::FolderCopy copy("qwen35-images");
        copy.replace("config.json", from.toStdString(), to.toStdString());
        const auto plan = ConversionPlan::open(copy.path());
        QVERIFY(!plan);
        QVERIFY2(plan.error().message().find(named.toStdString()) != std::string::npos,
                 plan.error().message().c_str());
    }
};

PONDER_TEST(HybridConversionTest)
#include "hybrid_conversion_test.moc"
