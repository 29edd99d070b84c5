#include "engine/convert/hugging_face_config.h"
#include "engine/file/json_document.h"
#include "engine/file/model_file.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

#include <cmath>

using namespace ponder;
using Json = nlohmann::json;

namespace {

Json configOf(const char* name) { return *jsonFile(test::modelFolder(name) / "config.json", 1'000'000); }

// The fixture's config.json with one field changed.
Result<HuggingFaceConfig> changed(const char* name, const char* field, const Json& value) {
    Json config = configOf(name);
    config[field] = value;
    return HuggingFaceConfig::read(config, "config.json");
}

std::string problem(const char* field, const Json& value, const char* name = "llama-f16-sharded") {
    const auto config = changed(name, field, value);
    return config ? "read" : config.error().detail.english();
}

// Four groups of experts, two of them used.
Json latentMixture() {
    Json config = configOf("qwen2-bf16");
    config.update({{"architectures", Json::array({"DeepseekV2ForCausalLM"})},
                   {"kv_lora_rank", 64u},
                   {"qk_nope_head_dim", 32u},
                   {"qk_rope_head_dim", 16u},
                   {"v_head_dim", 32u},
                   {"n_routed_experts", 16u},
                   {"num_experts_per_tok", 4u},
                   {"moe_intermediate_size", 32u},
                   {"n_group", 4u},
                   {"topk_group", 2u}});
    return config;
}

} // namespace

class HuggingFaceConfigTest : public QObject {
    Q_OBJECT
private slots:
    void theKeysAreThoseThatLoadersRead() {
        const auto config = HuggingFaceConfig::read(configOf("qwen2-bf16"), "config.json");
        QVERIFY2(config, config ? "" : config.error().message().c_str());
        GgufOutput output;
        output.set("general.architecture", std::string(config->model.architecture()));
        config->model.write(output);
        const auto file = ModelFile::fromBytes(*output.header(), "test.gguf");
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        const Metadata& keys = (*file)->metadata();
        QCOMPARE(keys.integer("qwen2.block_count").value(), 2);
        QCOMPARE(keys.integer("qwen2.embedding_length").value(), 256);
        QCOMPARE(keys.integer("qwen2.feed_forward_length").value(), 256);
        QCOMPARE(keys.integer("qwen2.context_length").value(), 2048);
        QCOMPARE(keys.integer("qwen2.attention.head_count").value(), 4);
        QCOMPARE(keys.integer("qwen2.attention.head_count_kv").value(), 2);
        QCOMPARE(float(keys.number("qwen2.attention.layer_norm_rms_epsilon").value()), 1e-6f);
        QCOMPARE(keys.number("qwen2.rope.freq_base").value(), 10000.0);
        QVERIFY(!keys.has("qwen2.attention.key_length")); // it follows from the others
        QVERIFY(!keys.has("qwen2.rope.scaling.type"));
        QVERIFY(config->model.tied);
    }

    void aHeadSizeOfItsOwnIsWritten() {
        const auto config = HuggingFaceConfig::read(configOf("llama-f16-sharded"), "config.json");
        QVERIFY(config);
        GgufOutput output;
        config->model.write(output);
        const auto file = ModelFile::fromBytes(*output.header(), "test.gguf");
        QVERIFY(file);
        QCOMPARE((*file)->metadata().integer("llama.attention.key_length").value(), 64);
        QCOMPARE((*file)->metadata().integer("llama.attention.value_length").value(), 64);
        QCOMPARE((*file)->metadata().integer("llama.rope.dimension_count").value(), 64);
    }

    void newerFilesKeepRopeUnderAnotherName() {
        Json config = configOf("llama-f32-pieces");
        config.erase("rope_theta");
        config.erase("rope_scaling");
        config["rope_parameters"] = {{"rope_theta", 500000.0}, {"rope_type", "linear"}, {"factor", 4.0}};
        const auto read = HuggingFaceConfig::read(config, "config.json");
        QVERIFY2(read, read ? "" : read.error().message().c_str());
        QCOMPARE(read->model.ropeBase, 500000.0);
        QCOMPARE(read->model.ropeScale, 0.25);
    }

    void theFactorsOfLlama3LeaveFastFrequenciesAndStretchSlowOnes() {
        const auto config = HuggingFaceConfig::read(configOf("llama-f16-sharded"), "config.json");
        QVERIFY(config);
        const std::vector<float> factors = config->rope.factors(Slot::RopeFactors, config->model);
        QCOMPARE(factors.size(), std::size_t{32});
        QCOMPARE(factors.front(), 1.0f);
        QCOMPARE(factors.back(), 8.0f);
        QVERIFY(std::is_sorted(factors.begin(), factors.end()));
        QVERIFY(std::any_of(factors.begin(), factors.end(), [](float f) { return f > 1 && f < 8; }));
    }

    void whatIsNotBuiltInIsNamed() {
        QCOMPARE(problem("architectures", Json::array({"GemmaForCausalLM"})),
                 std::string("architectures is \"GemmaForCausalLM\", which is not built in"));
        QCOMPARE(problem("hidden_act", "gelu"), std::string("hidden_act is \"gelu\", which is not built in"));
        QCOMPARE(problem("rope_scaling", Json{{"type", "dynamic"}, {"factor", 4.0}}),
                 std::string("rope_type is \"dynamic\", which is not built in"));
        QCOMPARE(problem("use_sliding_window", true),
                 std::string("use_sliding_window is \"true\", which is not built in"));
        QCOMPARE(problem("mlp_bias", true), std::string("mlp_bias is \"true\", which is not built in"));
        QCOMPARE(problem("attention_bias", true, "qwen2-bf16"), std::string("read"));
        QCOMPARE(problem("partial_rotary_factor", 0.5),
                 std::string("partial_rotary_factor is \"0.5\", which is not built in"));
    }

    void groupsAreReadWhereTheMethodOfChoosingGoesWithTheScores() {
        Json config = latentMixture();
        // The used groups of four, or what is not built in.
        const auto tried = [&](const char* className, const char* scores, const Json& method) {
            config["architectures"] = Json::array({className});
            config["scoring_func"] = scores;
            config["topk_method"] = method;
            const auto read = HuggingFaceConfig::read(config, "config.json");
            return read ? std::to_string(read->model.mixture.usedGroups) : read.error().detail.english();
        };
        const std::string limited = "topk_method is \"group_limited_greedy\", which is not built in";
        QCOMPARE(tried("DeepseekV2ForCausalLM", "softmax", "group_limited_greedy"), std::string("2"));
        QCOMPARE(tried("DeepseekV2ForCausalLM", "softmax", "greedy"), std::string("1"));
        QCOMPARE(tried("DeepseekV2ForCausalLM", "softmax", nullptr), std::string("1"));
        QCOMPARE(tried("DeepseekV3ForCausalLM", "sigmoid", "noaux_tc"), std::string("2"));
        QCOMPARE(tried("DeepseekV3ForCausalLM", "sigmoid", nullptr), std::string("2"));
        QCOMPARE(tried("DeepseekV3ForCausalLM", "sigmoid", "group_limited_greedy"), limited);
        QCOMPARE(tried("DeepseekV2ForCausalLM", "softmax", "noaux_tc"),
                 std::string("topk_method is \"noaux_tc\", which is not built in"));
    }
    void whereRopeTurnsHalvesIsSaid() {
        Json config = latentMixture();
        config["rope_interleave"] = false;
        QVERIFY(!HuggingFaceConfig::read(config, "config.json")); // V2 has no such field
        config["architectures"] = Json::array({"DeepseekV3ForCausalLM"});
        QVERIFY(HuggingFaceConfig::read(config, "config.json")->turnsHalves);
        config["rope_interleave"] = true;
        QVERIFY(!HuggingFaceConfig::read(config, "config.json")->turnsHalves);
        QCOMPARE(problem("rope_interleave", false),
                 std::string("rope_interleave is \"false\", which is not built in"));
    }
    void aMixtureOfAnotherKindIsNamed() {
        Json config = latentMixture();
        const auto detailOf = [&] {
            const auto read = HuggingFaceConfig::read(config, "config.json");
            return read ? std::string("read") : read.error().detail.english();
        };
        config["mlp_layer_types"] = Json::array({"dense", "sparse", "dense"});
        QVERIFY(detailOf().starts_with("mlp_layer_types is"));
        config.erase("mlp_layer_types");
        config["moe_layer_freq"] = 2u;
        QCOMPARE(detailOf(), std::string("moe_layer_freq is \"2\", which is not built in"));
    }
    void layersThatGoWithoutRopeAreThoseOfTheFamily() {
        Json config = configOf("llama-f16-sharded");
        config["no_rope_layers"] = Json::array({1u, 0u});
        QVERIFY(!HuggingFaceConfig::read(config, "config.json"));
        config["no_rope_layers"] = Json::array({1u, 1u});
        QVERIFY(HuggingFaceConfig::read(config, "config.json"));
        // What stands for the list where there is none.
        config.erase("no_rope_layers");
        config["no_rope_layer_interval"] = 2u;
        const auto every = HuggingFaceConfig::read(config, "config.json");
        QCOMPARE(every.error().detail.english(),
                 std::string("no_rope_layer_interval is \"2\", which is not built in"));
        config["no_rope_layer_interval"] = 4u; // of two layers
        QVERIFY(HuggingFaceConfig::read(config, "config.json"));
    }
    void yarnIsReadWithWhatItLengthensQueriesBy() {
        const Json scaling{
            {"rope_type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 512u}};
        const auto usual = changed("qwen2-bf16", "rope_scaling", scaling);
        QVERIFY2(usual, usual ? "" : usual.error().message().c_str());
        QCOMPARE(usual->model.ropeScale, 0.25);
        QCOMPARE(usual->model.ropeScaling.originalContext, 512U);
        const double grown = 1 + 0.1 * std::log(4.0);
        QVERIFY(std::abs(usual->model.ropeScaling.magnitude(0.25) - grown) < 1e-9);
        Json given = scaling;
        given["attention_factor"] = 1.5;
        const auto other = changed("qwen2-bf16", "rope_scaling", given);
        QVERIFY(std::abs(other->model.ropeScaling.magnitude(0.25) - 1.5) < 1e-9);
    }
    void aFieldThatIsMissingOrAbsurdIsNamed() {
        QCOMPARE(problem("architectures", nullptr), std::string("architectures is missing"));
        QCOMPARE(problem("hidden_size", nullptr), std::string("hidden_size is missing"));
        for (const Json& value : {Json(0u), Json(-1), Json(1e30), Json("256"), Json(1u << 30)})
            QCOMPARE(problem("hidden_size", value), std::string("hidden_size is not a usable number"));
        QCOMPARE(problem("num_key_value_heads", 3u),
                 std::string("num_attention_heads does not go with the other sizes"));
        QCOMPARE(problem("head_dim", 33u),
                 std::string("num_attention_heads does not go with the other sizes"));
        QCOMPARE(problem("tie_word_embeddings", "no"),
                 std::string("tie_word_embeddings is neither true nor false"));
    }

    void quantizedWeightsAreTold() {
        const auto config = changed("qwen2-bf16", "quantization_config", Json{{"quant_method", "gptq"}});
        QVERIFY(config);
        QCOMPARE(config->quantMethod, std::string("gptq"));
    }
};

PONDER_TEST(HuggingFaceConfigTest)
#include "hugging_face_config_test.moc"
