// Every model file of the reference data opens, has a sound config and binds its weights.
#include "engine/model/weights.h"
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

using namespace ponder;

namespace {

std::vector<std::filesystem::path> modelsIn(const char* folder) {
    std::vector<std::filesystem::path> models;
    for (const auto& entry : std::filesystem::directory_iterator(test::referenceDir() / folder))
        if (entry.path().extension() == ".gguf") models.push_back(entry.path());
    return models;
}

} // namespace

class WeightsReferenceTest : public QObject {
    Q_OBJECT
private slots:
    void allTinyQwenAndLlamaModelsBind() {
        PONDER_NEEDS_REFERENCE();
        int bound = 0;
        for (const char* folder : {"tiny", "tiny-reasoner"})
            for (const auto& path : modelsIn(folder)) {
                const auto file = ModelFile::open(path);
                QVERIFY2(file, file ? "" : file.error().message().c_str());
                if ((*file)->metadata().text("general.architecture") == "deepseek2") continue;
                const auto config = ModelConfig::read(**file);
                QVERIFY2(config, config ? "" : config.error().message().c_str());
                const auto weights = bindWeights(**file, *config);
                QVERIFY2(weights, weights ? "" : weights.error().message().c_str());
                QCOMPARE(weights->layers(), config->layers);
                ++bound;
            }
        QCOMPARE(bound, 15 + 3);
    }

    void aDeepSeekFileBindsItsLatentAttentionAndItsExperts() {
        PONDER_NEEDS_REFERENCE();
        const auto file = ModelFile::open(test::referenceDir() / "tiny/deepseek-v3-q4_k_m.gguf");
        QVERIFY(file);
        const auto config = ModelConfig::read(**file);
        QVERIFY2(config, config ? "" : config.error().message().c_str());
        const auto weights = bindWeights(**file, *config);
        QVERIFY2(weights, weights ? "" : weights.error().message().c_str());
        QVERIFY(config->latent.kvRank > 0 && config->mixture.grouped());
    }

    void aFileWithoutWeightsHasAConfigAndLacksTheEmbedding() {
        PONDER_NEEDS_REFERENCE();
        const auto models = modelsIn("vocab");
        int known = 0;
        for (const auto& path : models) {
            const auto file = ModelFile::open(path);
            QVERIFY2(file, file ? "" : file.error().message().c_str());
            const auto config = ModelConfig::read(**file);
            if (!config && config.error().code == ErrorCode::UnknownArchitecture) continue;
            ++known;
            QVERIFY2(config, config ? "" : config.error().message().c_str());
            QCOMPARE(std::size_t{config->vocabulary},
                     (*file)->metadata().texts("tokenizer.ggml.tokens").size());
            const auto weights = bindWeights(**file, *config);
            QVERIFY(!weights);
            QCOMPARE(weights.error().code, ErrorCode::MissingTensor);
            QCOMPARE(weights.error().detail.english(), std::string("token_embd.weight"));
        }
        QVERIFY(known >= 4);
    }

    void theShapeOfEachFamilyIsRead() {
        PONDER_NEEDS_REFERENCE();
        const auto odd = ModelFile::open(test::referenceDir() / "tiny/llama-odd-q4_k_m.gguf");
        QVERIFY(odd);
        const auto llama = ModelConfig::read(**odd);
        QVERIFY(llama);
        QCOMPARE(llama->width, 96u);
        QCOMPARE(llama->hidden, 160u);
        QCOMPARE(llama->heads, 3u);
        QCOMPARE(llama->headSize, 32u);
        QCOMPARE(llama->ropePairs(), RopePairs::Adjacent);
        const auto tied = ModelFile::open(test::referenceDir() / "tiny/qwen2-tied-q4_k_m.gguf");
        QVERIFY(tied);
        const auto qwen = ModelConfig::read(**tied);
        QVERIFY(qwen);
        QCOMPARE(qwen->kvHeads, 1u);
        QCOMPARE(qwen->rotary, 32u);
        QCOMPARE(qwen->ropePairs(), RopePairs::Halves);
        const auto weights = bindWeights(**tied, *qwen);
        QVERIFY(weights && weights->tied && (*weights)[Slot::Output] == (*weights)[Slot::TokenEmbedding]);
        QVERIFY((*weights)[Slot::KeyBias] != nullptr);
    }
};

PONDER_TEST(WeightsReferenceTest)
#include "weights_reference_test.moc"
