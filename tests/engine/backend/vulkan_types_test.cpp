// A whole model whose matrices are of every type there is, on the first Vulkan device: loaded as planned, and
// right where its kernels have several formats at once.
#include "engine/backend/reference/reference_device.h"
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/random_matrix.h"
#include "tests/support/test_class.h"
#include "tests/support/thorough.h"

#include <QTemporaryDir>

using namespace ponder;

namespace {

constexpr std::uint32_t kWidth = 256, kHidden = 512, kVocabulary = 261, kLayers = 4;

// Takes its types in turn, so that every type is a matrix and neighbours differ.
class MixedModel {
public:
    explicit MixedModel(std::span<const TensorType> types) : m_types(types) {
        keys();
        matrix("token_embd.weight", kWidth, kVocabulary);
        for (std::uint32_t layer = 0; layer < kLayers; ++layer) {
            const std::string at = "blk." + std::to_string(layer) + ".";
            // Small, so that scores stay where softmax has many answers.
            norm(at + "attn_norm.weight", 0.004F);
            norm(at + "ffn_norm.weight", 0.02F);
            for (const char* name : {"attn_q", "attn_k", "attn_v", "attn_output"})
                matrix(at + name + ".weight", kWidth, kWidth);
            matrix(at + "ffn_gate.weight", kWidth, kHidden);
            matrix(at + "ffn_up.weight", kWidth, kHidden);
            matrix(at + "ffn_down.weight", kHidden, kWidth);
        }
        norm("output_norm.weight", 1.0F);
        matrix("output.weight", kWidth, kVocabulary);
    }
    void save(const std::filesystem::path& path) const { m_writer.save(path); }

private:
    void keys() {
        m_writer.set("general.architecture", "llama").set("general.name", "mixed");
        m_writer.set("llama.block_count", kLayers).set("llama.context_length", std::uint32_t{128});
        m_writer.set("llama.embedding_length", kWidth).set("llama.feed_forward_length", kHidden);
        m_writer.set("llama.attention.head_count", std::uint32_t{4});
        m_writer.set("llama.attention.head_count_kv", std::uint32_t{4});
        m_writer.set("llama.attention.layer_norm_rms_epsilon", 1e-6F).set("llama.rope.freq_base", 10000.0F);
        m_writer.set("tokenizer.ggml.model", "gpt2").set("tokenizer.ggml.pre", "llama-bpe");
        std::vector<std::string> tokens;
        for (std::uint32_t i = 0; i < kVocabulary; ++i)
            tokens.push_back("t" + std::to_string(i));
        m_writer.array<std::string>("tokenizer.ggml.tokens", tokens);
        m_writer.array<std::string>("tokenizer.ggml.merges", {});
        m_writer.array<std::int32_t>("tokenizer.ggml.token_type", std::vector<std::int32_t>(kVocabulary, 1));
        m_writer.set("tokenizer.ggml.eos_token_id", std::uint32_t{7});
    }
    void norm(const std::string& name, float value) {
        m_writer.tensor(name, {kWidth}, std::vector<float>(kWidth, value));
    }
    void matrix(const std::string& name, std::uint32_t length, std::uint32_t rows) {
        const TensorType type = m_types[m_next++ % m_types.size()];
        m_writer.tensor(name, {length, rows}, type);
        m_writer.at(name).data = test::RandomMatrix(type, length, rows, m_random).bytes;
    }

    test::GgufWriter m_writer;
    std::span<const TensorType> m_types;
    std::size_t m_next = 0;
    std::mt19937 m_random{21};
};

} // namespace

class VulkanTypesTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_folder;

    std::filesystem::path saved(std::span<const TensorType> types) const {
        const std::filesystem::path path = m_folder.filePath("mixed.gguf").toStdString();
        MixedModel(types).save(path);
        return path;
    }
    static std::vector<float> referenceLogits(const test::LoadedModel& model,
                                              std::span<const TokenId> tokens) {
        const auto device = openReferenceDevice();
        const auto executor = std::move(*device->load(
            {*model.file, {model.config, model.weights, model.file->fileBytes(), 64, KvType::F16, {}, 0}, {}},
            {}, {}));
        const auto cache = std::move(*executor->createCache(64, KvType::F16));
        std::vector<float> logits;
        return executor->run({tokens, 0, 0}, *cache, {}, logits) ? logits : std::vector<float>();
    }
    static std::vector<float> oneByOne(test::LoadedModel& model, std::span<const TokenId> tokens) {
        std::vector<float> all, row;
        for (std::uint32_t i = 0; i < tokens.size(); ++i) {
            if (!model.executor->run({tokens.subspan(i, 1), i, 0}, *model.cache, {}, row)) return {};
            all.insert(all.end(), row.begin(), row.end());
        }
        return all;
    }

private slots:
    void initTestCase() {
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
    }

    void aMixtureOfAllTypesLoadsAsPlannedAndIsRight_data() {
        QTest::addColumn<int>("path");
        QTest::addColumn<bool>("fast");
        for (const bool fast : {false, true})
            for (const LoadPath path : {LoadPath::Texel, LoadPath::Address}) {
                if (!test::isThorough() && fast != (path == LoadPath::Texel)) continue;
                QTest::addRow("%s, %s", path == LoadPath::Texel ? "texels" : "addresses",
                              fast ? "integers" : "floats")
                    << static_cast<int>(path) << fast;
            }
    }
    void aMixtureOfAllTypesLoadsAsPlannedAndIsRight() {
        QFETCH(int, path);
        QFETCH(bool, fast);
        static_assert(kTensorTypes.size() <= 2 + kLayers * 7);
        test::LoadedModel model;
        model.options.loadPath = static_cast<LoadPath>(path);
        if (fast) {
            model.precision = Precision::Fast;
            model.options.smallModelBytes = 0;
        }
        const std::string failure = model.openAndLoad(saved(kTensorTypes));
        QVERIFY2(failure.empty(), failure.c_str());
        const MemoryUse planned = model.vulkan().plan().memory(), used = model.executor->memory();
        QCOMPARE(used.weights, planned.weights);
        QCOMPARE(used.kv, planned.kv);
        QCOMPARE(used.scratch, planned.scratch);
        const std::vector<TokenId> tokens{32, 260, 0, 7, 5, 255, 31, 30, 1, 7, 128, 64, 99};
        const std::vector<float> wanted = referenceLogits(model, tokens);
        QCOMPARE(wanted.size(), tokens.size() * kVocabulary);
        std::vector<float> prompt;
        QVERIFY(model.executor->run({tokens, 0, 0}, *model.cache, {}, prompt));
        const double together = test::nmse(prompt, wanted),
                     single = test::nmse(oneByOne(model, tokens), wanted);
        qInfo("NMSE %.2e as a prompt, %.2e token by token", together, single);
        QVERIFY(together <= (fast ? 1e-3 : 1e-6));
        QVERIFY(single <= (fast ? 1e-3 : 1e-6));
        QVERIFY2(model.messages().empty(), model.messages().c_str());
    }
};

PONDER_TEST(VulkanTypesTest)
#include "vulkan_types_test.moc"
