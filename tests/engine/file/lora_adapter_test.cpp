// What is read of a LoRA adapter's files, and what is refused, with the reason and what to do instead.
#include "engine/file/lora_adapter.h"
#include "engine/file/peft_config.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>

using namespace ponder;
using namespace ponder::test;

namespace {

std::filesystem::path fixture(const char* name) { return dataDir() / "lora" / name; }

GgufWriter smallAdapter() {
    GgufWriter writer;
    writer.set("general.architecture", "qwen2").set("general.type", "adapter").set("adapter.type", "lora");
    writer.set("adapter.lora.alpha", 16.0f);
    writer.tensor("blk.0.attn_q.weight.lora_a", {64, 4}, TensorType::F32);
    writer.tensor("blk.0.attn_q.weight.lora_b", {4, 32}, TensorType::F16);
    return writer;
}

const char* kPeft = R"({"peft_type": "LORA", "r": 4, "lora_alpha": 8, "bias": "none", "use_rslora": false)";

QString messageOf(const Error& error) { return QString::fromStdString(error.message()); }

} // namespace

class LoraAdapterTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;

    Result<std::unique_ptr<LoraAdapter>> open(const GgufWriter& writer) {
        const std::filesystem::path path = m_dir.filePath("adapter.gguf").toStdString();
        writer.save(path);
        return LoraAdapter::open(path);
    }

private slots:
    void aGgufAdapterGivesItsPairsAndTheirScale() {
        const auto adapter = open(smallAdapter());
        QVERIFY(adapter);
        QCOMPARE((*adapter)->architecture(), std::string("qwen2"));
        QCOMPARE((*adapter)->pairs().size(), std::size_t{1});
        const LoraPair& pair = (*adapter)->pairs().front();
        QCOMPARE(pair.weight, std::string("blk.0.attn_q.weight"));
        QCOMPARE(pair.rank(), std::uint64_t{4});
        QCOMPARE(pair.scale, 4.0);
        QVERIFY(!pair.hubOrder && !pair.table);
        // 0 says that the factors are scaled already.
        const auto unscaled = open(smallAdapter().set("adapter.lora.alpha", 0.0f));
        QCOMPARE((*unscaled)->pairs().front().scale, 1.0);
    }
    void aPeftFolderGivesTheSamePairsAsTheGgufFileOfIt() {
        const auto gguf = LoraAdapter::open(fixture("style.gguf"));
        QVERIFY(gguf);
        for (const char* path :
             {"style-peft", "style-peft/adapter_config.json", "style-peft/adapter_model.safetensors"}) {
            const auto peft = LoraAdapter::open(fixture(path));
            QVERIFY2(peft, peft ? "" : peft.error().message().c_str());
            QCOMPARE((*peft)->name(), std::string("style-peft"));
            QCOMPARE((*peft)->baseModel(), std::string("tiny-qwen2"));
            QCOMPARE((*peft)->pairs().size(), (*gguf)->pairs().size());
            for (std::size_t i = 0; i < (*gguf)->pairs().size(); ++i) {
                const LoraPair &a = (*peft)->pairs()[i], &b = (*gguf)->pairs()[i];
                QCOMPARE(a.weight, b.weight);
                QCOMPARE(a.scale, b.scale);
                QVERIFY(std::ranges::equal(a.a.bytes, b.a.bytes) && std::ranges::equal(a.b.bytes, b.b.bytes));
            }
        }
    }
    void ranksAndAlphasFollowTheirPatterns() {
        const auto adapter = LoraAdapter::open(fixture("patterns-peft"));
        QVERIFY(adapter);
        std::map<std::string, std::pair<std::uint64_t, double>> got;
        for (const LoraPair& pair : (*adapter)->pairs())
            got[pair.weight] = {pair.rank(), pair.scale};
        using Pair = std::pair<std::uint64_t, double>;
        QCOMPARE(got.at("blk.0.attn_q.weight"), Pair(16, 8 / 4.0));
        QCOMPARE(got.at("blk.0.attn_v.weight"), Pair(4, 12 / 2.0));
        QCOMPARE(got.at("blk.0.attn_output.weight"), Pair(4, 8 / 2.0));
        QCOMPARE(got.at("blk.1.attn_output.weight"), Pair(8, 8 / std::sqrt(8.0)));
        QCOMPARE(got.at("blk.0.ffn_down.weight"), Pair(4, 8 / 2.0));
        QCOMPARE(got.at("blk.1.ffn_down.weight"), Pair(4, 2 / 2.0));
    }
    void whatIsNoGgufAdapterIsRefused() {
        const auto code = [&](const GgufWriter& writer) {
            const auto adapter = open(writer);
            return adapter ? ErrorCode::Cancelled : adapter.error().code;
        };
        QCOMPARE(code(smallAdapter().remove("general.type")), ErrorCode::BadAdapter);
        QCOMPARE(code(smallAdapter().set("adapter.type", "control_vector")), ErrorCode::UnsupportedAdapter);
        QCOMPARE(code(smallAdapter().array<std::uint32_t>("adapter.alora.invocation_tokens", {1})),
                 ErrorCode::UnsupportedAdapter);
        QCOMPARE(code(smallAdapter().tensor("output_norm.weight", {64}, TensorType::F32)),
                 ErrorCode::UnsupportedAdapter);
        QCOMPARE(code(smallAdapter().removeTensor("blk.0.attn_q.weight.lora_b")), ErrorCode::BadAdapter);
        QCOMPARE(code(smallAdapter()
                          .tensor("blk.0.attn_k.weight.lora_a", {64, 4}, TensorType::F32)
                          .tensor("blk.0.attn_k.weight.lora_b", {8, 32}, TensorType::F32)),
                 ErrorCode::BadAdapter);
        QCOMPARE(code(smallAdapter()
                          .removeTensor("blk.0.attn_q.weight.lora_b")
                          .removeTensor("blk.0.attn_q.weight.lora_a")),
                 ErrorCode::BadAdapter);
        QCOMPARE(code(smallAdapter().set("adapter.lora.alpha", std::numeric_limits<float>::infinity())),
                 ErrorCode::BadAdapter);
    }
    void settingsThatNeedMoreThanTwoFactorsAreRefusedByName_data() {
        QTest::addColumn<QString>("more");
        QTest::addColumn<QString>("named");
        QTest::addRow("dora") << R"("use_dora": true)"
                              << "DoRA";
        QTest::addRow("bias") << R"("bias": "all")"
                              << "biases";
        QTest::addRow("saved") << R"("modules_to_save": ["lm_head"])"
                               << "modules_to_save";
        QTest::addRow("kind") << R"("peft_type": "IA3")"
                              << "IA3";
        QTest::addRow("pissa") << R"("init_lora_weights": "pissa_niter_4")"
                               << "pissa_niter_4";
        QTest::addRow("replication") << R"("layer_replication": [[0, 4]])"
                                     << "layer_replication";
    }
    void settingsThatNeedMoreThanTwoFactorsAreRefusedByName() {
        QFETCH(QString, more);
        QFETCH(QString, named);
        QString text = QString(kPeft) + "}";
        const QString key = more.section(':', 0, 0);
        text.replace(QRegularExpression(key + ": [^,}]*,?"), {});
        text.chop(1);
        const auto config = PeftConfig::parse((text + ", " + more + "}").toStdString(), "adapter");
        QVERIFY(!config);
        QCOMPARE(config.error().code, ErrorCode::UnsupportedAdapter);
        QVERIFY2(messageOf(config.error()).contains(named), qPrintable(messageOf(config.error())));
        QVERIFY(messageOf(config.error()).contains("Merge it"));
    }
    void settingsAndTensorsHaveToAgree() {
        const std::string text(kPeft);
        const auto config =
            PeftConfig::parse(text + R"(, "alpha_pattern": {"q_proj": 2, "layers.0.*": 4}})", "a");
        QVERIFY(config);
        QCOMPARE(*config->scale("model.layers.1.self_attn.q_proj", 4), 0.5);
        QCOMPARE(*config->scale("model.layers.0.self_attn.k_proj", 4), 1.0);
        QCOMPARE(*config->scale("model.layers.1.self_attn.k_proj", 4), 2.0);
        QCOMPARE(config->scale("model.layers.0.self_attn.q_proj", 4).error().code,
                 ErrorCode::UnsupportedAdapter);
        QCOMPARE(config->scale("model.layers.1.self_attn.k_proj", 8).error().code, ErrorCode::BadAdapter);
        const std::string noPattern = text + ", \"rank_pattern\": {\"(\": 2}}";
        const std::string noRank = "{\"peft_type\": \"LORA\", \"lora_alpha\": 8}";
        for (const std::string& broken : {noPattern, noRank, std::string("[]")}) {
            const auto refused = PeftConfig::parse(broken, "a");
            QVERIFY(!refused);
            QCOMPARE(refused.error().code, ErrorCode::BadAdapter);
        }
    }
    void aPatternThatNeverEndsIsRefused() {
        const auto config =
            PeftConfig::parse(std::string(kPeft) + R"(, "alpha_pattern": {"(a+)+[bc]": 2}})", "a");
        QVERIFY(config);
        QCOMPARE(config->scale(std::string(60, 'a'), 4).error().code, ErrorCode::BadAdapter);
    }
    void aPickleIsNeverOpened() {
        const std::filesystem::path folder = m_dir.filePath("pickled").toStdString();
        std::filesystem::create_directory(folder);
        const std::string text = std::string(kPeft) + "}";
        saveBytes(folder / "adapter_config.json",
                  {reinterpret_cast<const std::byte*>(text.data()),
                   reinterpret_cast<const std::byte*>(text.data() + text.size())});
        saveBytes(folder / "adapter_model.bin", {});
        for (const auto& path : {folder, folder / "adapter_model.bin"}) {
            const auto adapter = LoraAdapter::open(path);
            QVERIFY(!adapter);
            QVERIFY(messageOf(adapter.error()).contains("adapter_model.bin"));
            QVERIFY(messageOf(adapter.error()).contains("safetensors"));
        }
    }
};

PONDER_TEST(LoraAdapterTest)
#include "lora_adapter_test.moc"
