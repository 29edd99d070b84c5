// Folders of Qwen's mixtures, whose experts are matrices of their own, become files with one stack of each
// kind.
#include "engine/model/weights.h"
#include "engine/quant/decode.h"
#include "tests/support/converted_folder.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <cstring>

using namespace ponder;
namespace fs = std::filesystem;

namespace {

// A value that half precision holds, different for each tensor and place.
float valueOf(const std::string& tensor, std::size_t index) {
    const std::size_t seed = std::hash<std::string>{}(tensor) % 977;
    return static_cast<float>((seed + index * 7) % 1021) / 512 - 1;
}

void putWeights(const fs::path& folder, const ModelConfig& config) {
    nlohmann::json header;
    std::string data;
    for (const NamedTensor& tensor : namedTensors(config))
        for (std::uint32_t expert = 0; expert < tensor.depth; ++expert) {
            const std::string name = tensor.sourceOf(expert);
            const std::size_t begin = data.size(), count = tensor.rowLength * tensor.rows / tensor.depth;
            for (std::size_t i = 0; i < count; ++i) {
                const float value = valueOf(name, i);
                data.append(reinterpret_cast<const char*>(&value), sizeof value);
            }
            header[name] = {
                {"dtype", "F32"}, {"shape", tensor.sourceShape()}, {"data_offsets", {begin, data.size()}}};
        }
    const std::string text = header.dump();
    const std::uint64_t length = text.size();
    test::write(folder / "model.safetensors",
                std::string(reinterpret_cast<const char*>(&length), sizeof length) + text + data);
}

} // namespace

class MixtureConversionTest : public QObject {
    Q_OBJECT
private slots:
    void stacksHoldWhatTheExpertsOfTheFolderHold_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("Qwen2") << "Qwen2MoeForCausalLM";
        QTest::newRow("Qwen3") << "Qwen3MoeForCausalLM";
    }
    void stacksHoldWhatTheExpertsOfTheFolderHold() {
        QFETCH(QString, name);
        const test::FolderCopy copy("qwen2-bf16");
        copy.replace("config.json", "Qwen2ForCausalLM", name.toStdString());
        copy.replace("config.json", "\"hidden_act\"",
                     "\"num_experts\": 5, \"num_experts_per_tok\": 2, \"moe_intermediate_size\": 32, "
                     "\"shared_expert_intermediate_size\": 64, \"norm_topk_prob\": true, \"hidden_act\"");
        const auto read = HuggingFaceConfig::read(
            nlohmann::json::parse(test::textOf(copy.path() / "config.json")), "config.json");
        QVERIFY2(read, read ? "" : read.error().message().c_str());
        putWeights(copy.path(), read->model);
        const auto file = test::convertedFolder(copy.path(), FileType::F16);
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        const auto config = ModelConfig::read(**file);
        QVERIFY2(config, config ? "" : config.error().message().c_str());
        const MixtureFeedForward& mixture = config->mixture;
        QCOMPARE(mixture.experts, 5U);
        QCOMPARE(mixture.used, 2U);
        QVERIFY(mixture.normalises && mixture.gating == Gating::Softmax);
        QCOMPARE(mixture.sharedHidden, name == "Qwen2MoeForCausalLM" ? 64U : 0U);
        for (const NamedTensor& tensor : namedTensors(read->model)) {
            const TensorInfo* stored = (*file)->find(tensor.target);
            QVERIFY2(stored, tensor.target.c_str());
            std::vector<float> values(tensor.rowLength * tensor.rows);
            decode(stored->type, stored->bytes, values);
            const std::size_t each = values.size() / tensor.depth;
            for (std::size_t i = 0; i < values.size(); ++i)
                if (const std::string source = tensor.sourceOf(static_cast<std::uint32_t>(i / each));
                    values[i] != valueOf(source, i % each))
                    QFAIL((tensor.target + " at " + std::to_string(i)).c_str());
        }
    }
};

PONDER_TEST(MixtureConversionTest)
#include "mixture_conversion_test.moc"
