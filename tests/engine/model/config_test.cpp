#include "engine/model/config.h"
#include "tests/support/shapes.h"
#include "tests/support/test_class.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <cmath>
#include <functional>
#include <limits>

using namespace ponder;
using test::GgufWriter;

namespace {

struct Change {
    const char* name;
    std::function<void(GgufWriter&)> apply;
    ErrorCode code;
    const char* named; // the detail begins with this
};

// A change of one key to a number.
Change number(const char* key, std::uint64_t value) {
    return {key, [=](GgufWriter& w) { w.set(key, value); }, ErrorCode::BadMetadata, key};
}

Change real(const char* key, double value) {
    return {key, [=](GgufWriter& w) { w.set(key, value); }, ErrorCode::BadMetadata, key};
}

Change without(const char* key) {
    return {key, [=](GgufWriter& w) { w.remove(key); }, ErrorCode::BadMetadata, key};
}

constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

const std::vector<Change> kChanges{
    without("general.architecture"),
    {"architecture is a number", [](GgufWriter& w) { w.set("general.architecture", 5u); },
     ErrorCode::BadMetadata, "general.architecture"},
    {"unknown architecture", [](GgufWriter& w) { w.set("general.architecture", "gemma2"); },
     ErrorCode::UnknownArchitecture, "gemma2"},
    without("qwen2.block_count"),
    number("qwen2.block_count", 0),
    number("qwen2.block_count", 1025),
    number("qwen2.block_count", kHuge),
    real("qwen2.block_count", 2.0),
    without("qwen2.embedding_length"),
    number("qwen2.embedding_length", 0),
    number("qwen2.embedding_length", 48),
    number("qwen2.embedding_length", (std::uint64_t{1} << 32) + 32),
    without("qwen2.feed_forward_length"),
    number("qwen2.feed_forward_length", 33),
    without("qwen2.context_length"),
    number("qwen2.context_length", 0),
    without("qwen2.attention.head_count"),
    number("qwen2.attention.head_count", 0),
    number("qwen2.attention.head_count", 3),
    number("qwen2.attention.head_count", 1u << 31),
    number("qwen2.attention.head_count_kv", 0),
    number("qwen2.attention.head_count_kv", 2),
    {"heads per layer",
     [](GgufWriter& w) {
         w.array<std::uint32_t>("qwen2.attention.head_count_kv", {1, 1});
     },
     ErrorCode::BadMetadata, "qwen2.attention.head_count_kv"},
    number("qwen2.attention.key_length", 0),
    number("qwen2.attention.key_length", 48),
    number("qwen2.attention.key_length", 1024),
    number("qwen2.attention.value_length", 64),
    number("qwen2.rope.dimension_count", 31),
    number("qwen2.rope.dimension_count", 64),
    without("qwen2.attention.layer_norm_rms_epsilon"),
    real("qwen2.attention.layer_norm_rms_epsilon", 0),
    real("qwen2.attention.layer_norm_rms_epsilon", 1.0),
    real("qwen2.attention.layer_norm_rms_epsilon", std::nan("")),
    real("qwen2.rope.freq_base", 0),
    real("qwen2.rope.freq_base", -10000),
    real("qwen2.rope.freq_base", HUGE_VAL),
    real("qwen2.rope.scaling.factor", -2),
    real("qwen2.rope.scaling.factor", 1e-300),
    real("qwen2.rope.scaling.factor", std::nan("")),
    number("qwen2.rope.scaling.type", 1),
    {"dynamic scaling", [](GgufWriter& w) { w.set("qwen2.rope.scaling.type", "dynamic"); },
     ErrorCode::UnsupportedModel, "qwen2.rope.scaling.type is \"dynamic\""},
    {"experts", [](GgufWriter& w) { w.set("qwen2.expert_count", 8u); }, ErrorCode::UnsupportedModel,
     "qwen2.expert_count is 8"},
    {"an embedding model", [](GgufWriter& w) { w.set("qwen2.attention.causal", false); },
     ErrorCode::UnsupportedModel, "qwen2.attention.causal"},
    {"an adapter", [](GgufWriter& w) { w.set("general.type", "adapter"); }, ErrorCode::UnsupportedModel,
     "it is an adapter"},
    {"no vocabulary",
     [](GgufWriter& w) { w.removeTensor("token_embd.weight").remove("tokenizer.ggml.tokens"); },
     ErrorCode::BadMetadata, "tokenizer.ggml.tokens"},
    {"more tokens than rows",
     [](GgufWriter& w) { w.array<std::string>("tokenizer.ggml.tokens", std::vector<std::string>(9, "x")); },
     ErrorCode::BadMetadata, "tokenizer.ggml.tokens has 9 tokens"},
};

Result<ModelConfig> configOf(const GgufWriter& writer) {
    const auto file = ModelFile::fromBytes(writer.bytes(), "model.gguf");
    if (!file) return file.error();
    return ModelConfig::read(**file);
}

Result<std::unique_ptr<ModelFile>> fileOf(const ModelConfig& config) {
    GgufOutput output;
    output.set("general.architecture", std::string(config.architecture()));
    config.write(output);
    output.array("tokenizer.ggml.tokens", std::vector<std::string>(config.vocabulary, "x"));
    return ModelFile::fromBytes(*output.header(), "model.gguf");
}

// A config as a file holds it.
Result<ModelConfig> readAgain(const ModelConfig& config) {
    const auto file = fileOf(config);
    if (!file) return file.error();
    return ModelConfig::read(**file);
}

GgufWriter mixtureOf(std::uint32_t experts, std::uint32_t used) {
    GgufWriter writer = test::tinyModel("qwen2moe");
    writer.set("qwen2moe.expert_count", experts).set("qwen2moe.expert_used_count", used);
    writer.tensor("blk.0.ffn_down_exps.weight", {64, 32, experts}, TensorType::F16);
    writer.tensor("blk.0.ffn_up_shexp.weight", {32, 96}, TensorType::F16);
    return writer;
}

// With what a token leaves 64 values and 16 that RoPE turns long.
GgufWriter latentOf(std::uint32_t queryRank) {
    GgufWriter writer = test::tinyModel("deepseek2");
    writer.set("deepseek2.expert_count", 4u).set("deepseek2.expert_used_count", 2u);
    writer.set("deepseek2.expert_feed_forward_length", 32u);
    writer.set("deepseek2.attention.kv_lora_rank", 64u).set("deepseek2.rope.dimension_count", 16u);
    writer.set("deepseek2.attention.key_length_mla", 48u).set("deepseek2.attention.value_length_mla", 24u);
    if (queryRank > 0) writer.set("deepseek2.attention.q_lora_rank", queryRank);
    return writer;
}

// Five layers with the delta rule in most of them.
GgufWriter deltaOf() {
    GgufWriter writer = test::tinyModel("qwen35");
    writer.set("qwen35.block_count", 5u).set("qwen35.ssm.conv_kernel", 4u);
    writer.set("qwen35.ssm.state_size", 32u).set("qwen35.ssm.group_count", 2u);
    writer.set("qwen35.ssm.time_step_rank", 4u).set("qwen35.ssm.inner_size", 128u);
    return writer;
}

} // namespace

Q_DECLARE_METATYPE(const Change*)

class ConfigTest : public QObject {
    Q_OBJECT
private slots:
    // llama.cpp refuses DeepSeek's files without it.
    void aFileSaysHowManyOthersTheSharedExpertIsAsWideAs() {
        ModelConfig config = test::latentConfig();
        config.mixture.sharedHidden = 2 * config.mixture.hidden;
        const auto file = fileOf(config), gated = fileOf(test::qwen2MoeConfig());
        QVERIFY(file && gated);
        QCOMPARE((*file)->metadata().integer("deepseek2.expert_shared_count"),
                 std::optional<std::uint64_t>(2));
        QVERIFY(!(*gated)->metadata().has("qwen2moe.expert_shared_count"));
    }
    void aMixtureIsReadFromItsKeysAndTensors() {
        GgufWriter writer = mixtureOf(8, 2);
        const auto plain = configOf(writer);
        QVERIFY2(plain, plain ? "" : plain.error().message().c_str());
        QCOMPARE(plain->mixture.experts, 8U);
        QCOMPARE(plain->mixture.used, 2U);
        QCOMPARE(plain->mixture.hidden, 64U);       // of the tensor
        QCOMPARE(plain->mixture.sharedHidden, 96U); // likewise
        QVERIFY(plain->mixture.gating == Gating::Softmax && !plain->mixture.normalises);
        QVERIFY(plain->mixture.sharedGate && !plain->mixture.merged && !plain->mixture.grouped());
        QCOMPARE(plain->mixture.scale, 1.0F);
        writer.set("qwen2moe.expert_gating_func", 2u).set("qwen2moe.expert_weights_norm", true);
        writer.set("qwen2moe.expert_weights_scale", 2.5F);
        writer.set("qwen2moe.expert_group_count", 4u).set("qwen2moe.expert_group_used_count", 2u);
        writer.tensor("blk.0.ffn_gate_up_exps.weight", {32, 128, 8}, TensorType::F16);
        const auto sorted = configOf(writer);
        QVERIFY2(sorted, sorted ? "" : sorted.error().message().c_str());
        QVERIFY(sorted->mixture.gating == Gating::Sigmoid && sorted->mixture.normalises);
        QVERIFY(sorted->mixture.grouped() && sorted->mixture.merged);
        QCOMPARE(sorted->mixture.scale, 2.5F);
    }
    void recurrentLayersAreAllButEveryNthOrThoseOfAList() {
        const auto usual = configOf(deltaOf());
        QVERIFY2(usual, usual ? "" : usual.error().message().c_str());
        QCOMPARE(usual->recurrent, (std::vector<bool>{true, true, true, false, true}));
        GgufWriter interval = deltaOf(), list = deltaOf(), shortList = deltaOf();
        interval.set("qwen35.full_attention_interval", 2u);
        QCOMPARE(configOf(interval)->recurrent, (std::vector<bool>{true, false, true, false, true}));
        list.array("qwen35.attention.recurrent_layers", std::vector<std::uint32_t>{0, 1, 1, 0, 0});
        QCOMPARE(configOf(list)->recurrent, (std::vector<bool>{false, true, true, false, false}));
        shortList.array("qwen35.attention.recurrent_layers", std::vector<std::uint32_t>{0, 1});
        QVERIFY(configOf(shortList).error().code == ErrorCode::BadMetadata);
    }
    void sizesOfTheDeltaRuleThatDoNotGoTogetherAreRefusedByName() {
        for (const auto& [key, value] : {std::pair{"qwen35.ssm.group_count", 3u},
                                         {"qwen35.ssm.state_size", 40u},
                                         {"qwen35.ssm.inner_size", 96u},
                                         {"qwen35.ssm.conv_kernel", 0u},
                                         {"qwen35.ssm.time_step_rank", 0u}}) {
            GgufWriter writer = deltaOf();
            writer.set(key, value);
            const auto config = configOf(writer);
            QVERIFY2(!config && config.error().code == ErrorCode::BadMetadata, key);
            QVERIFY2(config.error().message().find(key) != std::string::npos ||
                         config.error().message().find("ssm.") != std::string::npos,
                     config.error().message().c_str());
        }
    }
    void latentAttentionIsReadFromItsKeys() {
        const auto plain = configOf(latentOf(0)), ranked = configOf(latentOf(96));
        QVERIFY2(plain, plain ? "" : plain.error().message().c_str());
        QVERIFY2(ranked, ranked ? "" : ranked.error().message().c_str());
        QCOMPARE(plain->latent.queryRank, 0U);
        QCOMPARE(ranked->latent.queryRank, 96U);
        QCOMPARE(plain->latent.nopeSize, 32U);
        QCOMPARE(plain->latent.ropeSize, 16U);
        QCOMPARE(plain->latent.valueSize, 24U);
        QCOMPARE(plain->layer(0).kept().keyLength(), 80U);
        QCOMPARE(plain->layer(0).kept().valueLength(), 0U);
        QCOMPARE(plain->latent.scale, 1 / std::sqrt(48.0F));
    }
    void yarnOfLatentAttentionIsInTheScaleOfItsScores() {
        GgufWriter writer = latentOf(0);
        writer.set("deepseek2.rope.scaling.type", "yarn").set("deepseek2.rope.scaling.factor", 40.0F);
        writer.set("deepseek2.rope.scaling.yarn_log_multiplier", 0.1F);
        const auto config = configOf(writer);
        QVERIFY2(config, config ? "" : config.error().message().c_str());
        const double grown = 1 + 0.1 * std::log(40.0);
        QVERIFY(std::abs(config->latent.scale / (grown * grown / std::sqrt(48.0)) - 1) < 1e-6);
        QCOMPARE(config->ropeScaling.magnitude(config->ropeScale), 1.0);
    }
    void keysOfLatentAttentionThatCannotBeAreNamed() {
        const std::vector<std::pair<const char*, std::uint32_t>> wrong{
            {"attention.kv_lora_rank", 0},       {"attention.kv_lora_rank", 48},
            {"attention.kv_lora_rank", 1024},    {"attention.key_length_mla", 16},
            {"attention.value_length_mla", 513}, {"rope.dimension_count", 15}};
        for (const auto& [name, value] : wrong) {
            GgufWriter writer = latentOf(0);
            writer.set(std::string("deepseek2.") + name, value);
            const auto config = configOf(writer);
            QVERIFY2(!config && config.error().code == ErrorCode::BadMetadata, name);
        }
        GgufWriter old = latentOf(0);
        old.tensor("blk.0.attn_kv_b.weight", {64, 112}, TensorType::F16);
        const auto config = configOf(old);
        QVERIFY(!config && config.error().code == ErrorCode::UnsupportedModel);
        QVERIFY(config.error().message().find("attn_kv_b") != std::string::npos);
    }
    void keysOfAMixtureThatCannotBeAreNamed() {
        const std::vector<std::pair<const char*, std::uint32_t>> wrong{
            {"expert_count", 0},        {"expert_count", 100'000},      {"expert_used_count", 0},
            {"expert_used_count", 9},   {"expert_gating_func", 4},      {"expert_feed_forward_length", 33},
            {"expert_group_count", 3},  {"expert_group_used_count", 9}, {"leading_dense_block_count", 2},
            {"nextn_predict_layers", 1}};
        for (const auto& [name, value] : wrong) {
            GgufWriter writer = mixtureOf(8, 2);
            writer.set("qwen2moe.expert_group_count", 4u).set(std::string("qwen2moe.") + name, value);
            const auto config = configOf(writer);
            QVERIFY2(!config, name);
            QCOMPARE(config.error().code, ErrorCode::BadMetadata);
            QVERIFY2(config.error().detail.english().starts_with(std::string("qwen2moe.") + name),
                     config.error().detail.english().c_str());
        }
    }
    void blocksThatGuessTokensAreNotLayers() {
        GgufWriter writer = test::tinyModel("qwen2");
        writer.set("qwen2.block_count", 3u).set("qwen2.nextn_predict_layers", 2u);
        const auto config = configOf(writer);
        QVERIFY(config);
        QCOMPARE(config->layers, 1U);
        QCOMPARE(config->draftLayers, 2U);
    }
    void whatIsWrittenOfRopeIsReadAgain() {
        ModelConfig linear = *configOf(test::tinyModel("qwen2"));
        linear.ropeScale = 0.25;
        ModelConfig yarn = linear;
        yarn.ropeScaling = {.originalContext = 64,
                            .yarn = 1,
                            .betaFast = 16,
                            .betaSlow = 2,
                            .logMultiplier = 0.5,
                            .attentionFactor = 1.25};
        ModelConfig growing = *configOf(test::tinyModel("qwen2"));
        growing.family = familyNamed("mistral3");
        growing.queryGrowth = 0.5F;
        growing.ropeScaling.originalContext = 32;
        for (const ModelConfig& config : {linear, yarn, growing}) {
            const auto read = readAgain(config);
            QVERIFY2(read, read ? "" : read.error().message().c_str());
            QCOMPARE(read->ropeScale, config.ropeScale);
            QCOMPARE(read->queryGrowth, config.queryGrowth);
            QVERIFY(read->ropeScaling == config.ropeScaling);
        }
    }
    void whatIsWrittenOfWindowsIsReadAgain() {
        ModelConfig config = *configOf(test::tinyModel("qwen2"));
        config.family = familyNamed("exaone4");
        config.layers = 3;
        config.window = 16;
        config.windowed = {true, false, true};
        const auto read = readAgain(config);
        QVERIFY2(read, read ? "" : read.error().message().c_str());
        QCOMPARE(read->window, 16U);
        QVERIFY(read->windowed == config.windowed);
        QCOMPARE(read->layer(0).heads()->window, 16U);
        QCOMPARE(read->layer(1).heads()->window, 0U);
    }
    void aWindowMayBeInAllButEveryNthLayer() {
        GgufWriter writer = test::tinyModel("exaone4");
        writer.set("exaone4.block_count", 5u).set("exaone4.attention.sliding_window", 16u);
        writer.set("exaone4.attention.sliding_window_pattern", 3u);
        const auto config = configOf(writer);
        QVERIFY2(config, config ? "" : config.error().message().c_str());
        QVERIFY((config->windowed == std::vector<bool>{true, true, false, true, true}));
        writer.array<std::uint32_t>("exaone4.attention.sliding_window_pattern", {1, 0});
        QVERIFY(!configOf(writer)); // of two layers only
    }
    void anUnusableKeyIsNamed_data() {
        QTest::addColumn<const Change*>("change");
        for (std::size_t i = 0; i < kChanges.size(); ++i)
            QTest::addRow("%zu %s", i, kChanges[i].name) << &kChanges[i];
    }
    void anUnusableKeyIsNamed() {
        QFETCH(const Change*, change);
        GgufWriter writer = test::tinyModel("qwen2");
        change->apply(writer);
        const auto config = configOf(writer);
        QVERIFY2(!config, "the config was accepted");
        QVERIFY2(config.error().code == change->code, config.error().message().c_str());
        QVERIFY2(config.error().detail.english().starts_with(change->named),
                 config.error().detail.english().c_str());
        QCOMPARE(config.error().subject, std::string("model.gguf"));
    }

    void aSoundFileGivesItsNumbers() {
        GgufWriter writer = test::tinyModel("llama");
        writer.set("llama.attention.head_count", 4u).set("llama.attention.head_count_kv", 2u);
        writer.set("llama.attention.key_length", 64u).set("llama.attention.value_length", 64u);
        writer.set("llama.rope.dimension_count", std::int32_t{32}).set("llama.rope.freq_base", 5e5f);
        const auto config = configOf(writer);
        QVERIFY2(config, config ? "" : config.error().message().c_str());
        QCOMPARE(config->architecture(), std::string_view("llama"));
        QCOMPARE(config->layers, 1u);
        QCOMPARE(config->width, 32u);
        QCOMPARE(config->hidden, 32u);
        QCOMPARE(config->heads, 4u);
        QCOMPARE(config->kvHeads, 2u);
        QCOMPARE(config->headSize, 64u);
        QCOMPARE(config->queryLength(), 256u);
        QCOMPARE(config->keyLength(), 128u);
        QCOMPARE(config->rotary, 32u);
        QCOMPARE(config->vocabulary, 8u);
        QCOMPARE(config->trainedContext, 128u);
        QCOMPARE(config->normEpsilon, 1e-6f);
        QCOMPARE(config->ropeBase, 500000.0);
        QCOMPARE(config->ropeScale, 1.0);
        QCOMPARE(config->ropePairs(), RopePairs::Adjacent);
        QCOMPARE(configOf(test::tinyModel("qwen2"))->ropePairs(), RopePairs::Halves);
    }

    void whatAFileMayLeaveOutHasItsUsualValue() {
        GgufWriter writer = test::tinyModel("llama");
        writer.remove("llama.attention.head_count_kv").remove("llama.rope.freq_base");
        const auto config = configOf(writer);
        QVERIFY2(config, config ? "" : config.error().message().c_str());
        QCOMPARE(config->kvHeads, config->heads);
        QCOMPARE(config->headSize, 32u);
        QCOMPARE(config->rotary, 32u);
        QCOMPARE(config->ropeBase, 10000.0);
    }

    void linearScalingDividesThePositions() {
        GgufWriter writer = test::tinyModel("llama");
        writer.set("llama.rope.scaling.type", "linear").set("llama.rope.scaling.factor", 4.0f);
        QCOMPARE(configOf(writer)->ropeScale, 0.25);
        writer.set("llama.rope.scaling.type", "none");
        QCOMPARE(configOf(writer)->ropeScale, 1.0);
        writer.remove("llama.rope.scaling.type");
        QCOMPARE(configOf(writer)->ropeScale, 0.25);
        writer.remove("llama.rope.scaling.factor").set("llama.rope.scale_linear", 2.0f);
        QCOMPARE(configOf(writer)->ropeScale, 0.5);
        writer.set("llama.rope.scale_linear", 0.0f);
        QCOMPARE(configOf(writer)->ropeScale, 1.0);
    }

    void aPaddedEmbeddingMayHaveMoreRowsThanTokens() {
        GgufWriter writer = test::tinyModel("llama");
        writer.removeTensor("token_embd.weight").tensor("token_embd.weight", {32, 64}, TensorType::Q4_0);
        QCOMPARE(configOf(writer)->vocabulary, 64u);
    }
};

PONDER_TEST(ConfigTest)
#include "config_test.moc"
