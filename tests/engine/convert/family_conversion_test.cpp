// Folders of every family become files with the same logits: the tensors of the tiny files under the names,
// and in the order, that each family's folders have.
//
// Names and fields stand here once more, as the transformers library has them, so that a mistake in a
// family's table is seen.
#include "engine/devices.h"
#include "engine/model/weights.h"
#include "engine/quant/decode.h"
#include "tests/support/converted_folder.h"
#include "tests/support/logits_check.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace ponder;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

using Names = std::map<std::string, std::string>;

struct FolderKind {
    const char* file; // of tiny2, without "-q4_k_m"
    const char* className;
    Names names;           // other than those below
    Json fields;           // besides the sizes
    bool permuted = false; // rows of q and k stand in halves
    const char* layers = "model.layers.";
};

const Names kNames{
    {"token_embd.weight", "model.embed_tokens.weight"},
    {"output_norm.weight", "model.norm.weight"},
    {"output.weight", "lm_head.weight"},
    {"attn_norm.weight", "input_layernorm.weight"},
    {"attn_q.weight", "self_attn.q_proj.weight"},
    {"attn_k.weight", "self_attn.k_proj.weight"},
    {"attn_v.weight", "self_attn.v_proj.weight"},
    {"attn_q.bias", "self_attn.q_proj.bias"},
    {"attn_k.bias", "self_attn.k_proj.bias"},
    {"attn_v.bias", "self_attn.v_proj.bias"},
    {"attn_q_norm.weight", "self_attn.q_norm.weight"},
    {"attn_k_norm.weight", "self_attn.k_norm.weight"},
    {"attn_output.weight", "self_attn.o_proj.weight"},
    {"attn_q_a.weight", "self_attn.q_a_proj.weight"},
    {"attn_q_a_norm.weight", "self_attn.q_a_layernorm.weight"},
    {"attn_q_b.weight", "self_attn.q_b_proj.weight"},
    {"attn_kv_a_mqa.weight", "self_attn.kv_a_proj_with_mqa.weight"},
    {"attn_kv_a_norm.weight", "self_attn.kv_a_layernorm.weight"},
    {"ffn_norm.weight", "post_attention_layernorm.weight"},
    {"ffn_gate.weight", "mlp.gate_proj.weight"},
    {"ffn_up.weight", "mlp.up_proj.weight"},
    {"ffn_down.weight", "mlp.down_proj.weight"},
    {"ffn_gate_inp.weight", "mlp.gate.weight"},
    {"exp_probs_b.bias", "mlp.gate.e_score_correction_bias"},
    {"ffn_gate_exps.weight", "mlp.experts.#.gate_proj.weight"},
    {"ffn_up_exps.weight", "mlp.experts.#.up_proj.weight"},
    {"ffn_down_exps.weight", "mlp.experts.#.down_proj.weight"},
    {"ffn_gate_shexp.weight", "mlp.shared_experts.gate_proj.weight"},
    {"ffn_up_shexp.weight", "mlp.shared_experts.up_proj.weight"},
    {"ffn_down_shexp.weight", "mlp.shared_experts.down_proj.weight"},
};
const Names kQwen2Shared{{"ffn_gate_inp_shexp.weight", "mlp.shared_expert_gate.weight"},
                         {"ffn_gate_shexp.weight", "mlp.shared_expert.gate_proj.weight"},
                         {"ffn_up_shexp.weight", "mlp.shared_expert.up_proj.weight"},
                         {"ffn_down_shexp.weight", "mlp.shared_expert.down_proj.weight"}};
const Names kExaone{{"token_embd.weight", "transformer.wte.weight"},
                    {"output_norm.weight", "transformer.ln_f.weight"},
                    {"attn_norm.weight", "ln_1.weight"},
                    {"attn_q.weight", "attn.attention.q_proj.weight"},
                    {"attn_k.weight", "attn.attention.k_proj.weight"},
                    {"attn_v.weight", "attn.attention.v_proj.weight"},
                    {"attn_output.weight", "attn.attention.out_proj.weight"},
                    {"ffn_norm.weight", "ln_2.weight"},
                    {"ffn_gate.weight", "mlp.c_fc_0.weight"},
                    {"ffn_up.weight", "mlp.c_fc_1.weight"},
                    {"ffn_down.weight", "mlp.c_proj.weight"}};
const Names kExaone4{{"post_attention_norm.weight", "post_attention_layernorm.weight"},
                     {"post_ffw_norm.weight", "post_feedforward_layernorm.weight"}};

const Json kGlmRouting{{"norm_topk_prob", true}, {"n_group", 1u}, {"topk_group", 1u}};
const Json kHalvesRouting{
    {"norm_topk_prob", true}, {"n_group", 1u}, {"topk_group", 1u}, {"rope_interleave", false}};
const std::vector<FolderKind> kKinds{
    {"deepseek2-lite",
     "DeepseekV2ForCausalLM",
     {},
     {{"topk_method", "greedy"},
      {"scoring_func", "softmax"},
      {"norm_topk_prob", false},
      {"rope_scaling",
       {{"type", "yarn"},
        {"factor", 40},
        {"beta_fast", 32},
        {"beta_slow", 1},
        {"mscale", 0.707},
        {"mscale_all_dim", 0.707},
        {"original_max_position_embeddings", 256u}}}}},
    {"deepseek2-glm", "Glm4MoeLiteForCausalLM", {}, kGlmRouting},
    {"deepseek2-glm", "DeepseekV3ForCausalLM", {}, kHalvesRouting, true},
    {"exaone", "ExaoneForCausalLM", kExaone, {{"activation_function", "silu"}}, false, "transformer.h."},
    {"exaone4", "Exaone4ForCausalLM", kExaone4, {{"sliding_window", nullptr}}},
    {"exaone4-swa",
     "Exaone4ForCausalLM",
     kExaone4,
     {{"sliding_window", 16u}, {"sliding_window_pattern", "LLLG"}}},
    {"glm4",
     "Glm4ForCausalLM",
     {{"ffn_up.weight", "mlp.gate_up_proj.weight"},
      {"post_attention_norm.weight", "post_self_attn_layernorm.weight"},
      {"post_ffw_norm.weight", "post_mlp_layernorm.weight"}},
     {{"attention_bias", true}, {"partial_rotary_factor", 0.5}}},
    {"glm4moe",
     "Glm4MoeForCausalLM",
     {{"post_attention_norm.weight", "post_attention_layernorm.weight"}},
     {{"attention_bias", true},
      {"partial_rotary_factor", 0.5},
      {"use_qk_norm", true},
      {"norm_topk_prob", true},
      {"n_group", 1u}}},
    {"phi3",
     "Phi3ForCausalLM",
     {{"attn_qkv.weight", "self_attn.qkv_proj.weight"}, {"ffn_up.weight", "mlp.gate_up_proj.weight"}},
     {{"sliding_window", 16u}, {"original_max_position_embeddings", 4096u}}},
    {"phi3-longrope",
     "Phi3ForCausalLM",
     {{"attn_qkv.weight", "self_attn.qkv_proj.weight"}, {"ffn_up.weight", "mlp.gate_up_proj.weight"}},
     {{"partial_rotary_factor", 0.75},
      {"original_max_position_embeddings", 32u},
      {"rope_scaling", {{"type", "longrope"}, {"attention_factor", 1.19}}}}},
    {"smollm3", "SmolLM3ForCausalLM", {}, {{"no_rope_layers", {1u, 1u, 1u, 0u, 1u, 1u, 1u, 0u}}}, true},
    {"mistral3",
     "Ministral3ForCausalLM",
     {},
     {{"rope_parameters",
       {{"rope_type", "yarn"},
        {"rope_theta", 1e6},
        {"factor", 16},
        {"beta_fast", 32},
        {"beta_slow", 1},
        {"mscale", 1},
        {"mscale_all_dim", 1},
        {"original_max_position_embeddings", 16u},
        {"llama_4_scaling_beta", 0.35}}}},
     true},
    {"hunyuan-dense",
     "HunYuanDenseV1ForCausalLM",
     {{"attn_q_norm.weight", "self_attn.query_layernorm.weight"},
      {"attn_k_norm.weight", "self_attn.key_layernorm.weight"}},
     {{"rope_theta", 11158840 / std::pow(1000.0, 48 / 46.0)}, // what alpha makes of it is the file's

      {"use_qk_norm", true},
      {"rope_scaling", {{"type", "dynamic"}, {"alpha", 1000}, {"factor", 1}}}}},
    {"seed_oss",
     "SeedOssForCausalLM",
     {{"post_attention_norm.weight", "post_attention_layernorm.weight"}},
     {{"attention_bias", true}, {"attention_out_bias", false}}},
    {"qwen2-yarn",
     "Qwen2ForCausalLM",
     {},
     {{"rope_scaling", {{"type", "yarn"}, {"factor", 4}, {"original_max_position_embeddings", 128u}}}}},
    {"qwen2moe", "Qwen2MoeForCausalLM", kQwen2Shared, {{"norm_topk_prob", false}}},
    {"qwen3moe", "Qwen3MoeForCausalLM", {}, {{"norm_topk_prob", true}, {"mlp_only_layers", Json::array()}}},
};

std::vector<float> valuesOf(const TensorInfo& tensor) {
    std::vector<float> out(tensor.rowLength() * tensor.rows());
    decode(tensor.type, tensor.bytes, out);
    return out;
}

// config.json of a model with these sizes.
Json configOf(const ModelConfig& c, const FolderKind& kind, const ModelFile& file) {
    Json out{{"architectures", Json::array({kind.className})},
             {"hidden_size", c.width},
             {"intermediate_size", c.hidden},
             {"num_hidden_layers", c.layers},
             {"num_attention_heads", c.heads},
             {"vocab_size", c.vocabulary},
             {"max_position_embeddings", 4096u},
             {"rms_norm_eps", c.normEpsilon},
             {"rope_theta", c.ropeBase},
             {"tie_word_embeddings", c.tied},
             {"bos_token_id", 480u},
             {"eos_token_id", 482u},
             {"num_nextn_predict_layers", c.draftLayers}};
    if (const LatentAttention& l = c.latent; l.heads > 0)
        out.update({{"kv_lora_rank", l.kvRank},
                    {"qk_nope_head_dim", l.nopeSize},
                    {"qk_rope_head_dim", l.ropeSize},
                    {"v_head_dim", l.valueSize},
                    {"q_lora_rank", l.queryRank > 0 ? Json(l.queryRank) : Json()}});
    else
        out.update({{"num_key_value_heads", c.kvHeads}, {"head_dim", c.headSize}});
    if (const MixtureFeedForward& m = c.mixture; m.experts > 0) {
        out.update({{"num_experts_per_tok", m.used},
                    {"moe_intermediate_size", m.hidden},
                    {"routed_scaling_factor", m.scale},
                    {"first_k_dense_replace", c.denseLayers}});
        out[c.family->row(Slot::RouterBias) ? "n_routed_experts" : "num_experts"] = m.experts;
        if (m.sharedGate)
            out["shared_expert_intermediate_size"] = m.sharedHidden;
        else if (m.sharedHidden > 0)
            out["n_shared_experts"] = m.sharedHidden / m.hidden;
    }
    out.update(kind.fields);
    if (c.longFactors)
        for (const char* which : {"long", "short"})
            out["rope_scaling"][std::string(which) + "_factor"] =
                valuesOf(*file.find("rope_factors_" + std::string(which) + ".weight"));
    return out;
}

// The folder's tensors.
class FolderTensors {
public:
    void put(const std::string& name, const std::vector<std::uint64_t>& shape,
             std::span<const float> values) {
        const std::size_t begin = m_data.size();
        m_data.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
        m_header[name] = {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {begin, m_data.size()}}};
    }
    void write(const fs::path& path) const {
        const std::string text = m_header.dump();
        const std::uint64_t length = text.size();
        test::write(path, std::string(reinterpret_cast<const char*>(&length), sizeof length) + text + m_data);
    }

private:
    Json m_header;
    std::string m_data;
};

// The last `turned` rows of each head, which stand in pairs, to where a folder has them: first values of all
// pairs, then the second ones.
std::vector<float> inHalves(std::span<const float> values, std::size_t length, std::size_t headSize,
                            std::size_t turned) {
    std::vector<float> out(values.begin(), values.end());
    for (std::size_t row = 0; row < values.size() / length; ++row) {
        const std::size_t first = row - row % headSize + headSize - turned;
        if (row < first) continue;
        const std::size_t pair = (row - first) / 2, second = (row - first) % 2;
        std::copy_n(&values[row * length], length, &out[(first + pair + second * turned / 2) * length]);
    }
    return out;
}

// Rows that change places of the tensor `name`, of `rows` rows: those of a head. 0: none do.
std::size_t headRows(const std::string& name, std::size_t rows, const ModelConfig& config) {
    if (name == "attn_kv_a_mqa.weight") return rows;
    const bool turns = name == "attn_q.weight" || name == "attn_k.weight" || name == "attn_q_b.weight";
    return turns ? config.headSize : 0;
}

// Of each head its keys, transposed in the file, and then its values.
std::vector<float> keysAndValues(const LatentAttention& l, std::span<const float> keys,
                                 std::span<const float> values) {
    std::vector<float> out;
    for (std::size_t head = 0; head < l.heads; ++head) {
        for (std::size_t i = 0; i < l.nopeSize; ++i)
            for (std::size_t r = 0; r < l.kvRank; ++r)
                out.push_back(keys[(head * l.kvRank + r) * l.nopeSize + i]);
        const auto own = values.subspan(head * l.valueSize * l.kvRank, l.valueSize * l.kvRank);
        out.insert(out.end(), own.begin(), own.end());
    }
    return out;
}

std::string nameOf(const FolderKind& kind, const std::string& layer, const std::string& name) {
    const auto own = kind.names.find(name);
    const std::string hub = own != kind.names.end() ? own->second
                            : kNames.contains(name) ? kNames.at(name)
                                                    : name;
    return layer.empty() ? hub : kind.layers + layer + "." + hub;
}

void putTensors(const fs::path& path, const FolderKind& kind, const ModelFile& file,
                const ModelConfig& config) {
    FolderTensors folder;
    for (const TensorInfo& tensor : file.tensors()) {
        std::string name(tensor.name), layer;
        if (name.starts_with("rope_")) continue;
        if (name.starts_with("blk.")) {
            const std::size_t dot = name.find('.', 4);
            layer = name.substr(4, dot - 4);
            name.erase(0, dot + 1);
        }
        std::vector<float> values = valuesOf(tensor);
        const std::uint64_t length = tensor.rowLength(), rows = tensor.rows();
        if (name == "attn_v_b.weight") continue;
        if (name == "attn_k_b.weight") {
            const auto other = valuesOf(*file.find("blk." + layer + ".attn_v_b.weight"));
            const LatentAttention& l = config.latent;
            folder.put(kind.layers + layer + ".self_attn.kv_b_proj.weight",
                       {l.heads * (l.nopeSize + l.valueSize), l.kvRank}, keysAndValues(l, values, other));
            continue;
        }
        if (const std::size_t head = headRows(name, rows, config); kind.permuted && head > 0)
            values = inHalves(values, length, head, config.rotary);
        const std::string hub = nameOf(kind, layer, name);
        const std::size_t mark = hub.find('#');
        const bool vector = tensor.dimensions == 1 && !hub.ends_with("shared_expert_gate.weight");
        if (mark == std::string::npos) {
            folder.put(hub, vector ? std::vector{length} : std::vector{rows, length}, values);
            continue;
        }
        const std::uint64_t each = tensor.shape[1];
        for (std::size_t expert = 0; expert < tensor.shape[2]; ++expert)
            folder.put(std::string(hub).replace(mark, 1, std::to_string(expert)), {each, length},
                       std::span(values).subspan(expert * each * length, each * length));
    }
    folder.write(path / "model.safetensors");
}

std::vector<float> logitsOf(const ModelFile& file, const ModelConfig& config, const FileWeights& weights,
                            std::span<const TokenId> tokens) {
    const auto device = openDevice("reference");
    const auto executor =
        (*device)->load({file, PlanRequest{config, weights, file.fileBytes(), 64, KvType::F32}, {}}, {}, {});
    auto cache = (*executor)->createCache(64, KvType::F32);
    std::vector<float> all, some;
    for (std::size_t at = 0; at < tokens.size(); at += some.size() / config.vocabulary) {
        Batch batch;
        batch.tokens = tokens.subspan(at, std::min<std::size_t>(tokens.size() - at, (*executor)->maxBatch()));
        batch.firstPosition = static_cast<std::uint32_t>(at);
        if (!(*executor)->run(batch, **cache, {}, some)) return {};
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

} // namespace

class FamilyConversionTest : public QObject {
    Q_OBJECT
private slots:
    void aFolderHasTheLogitsOfTheFileThatItWasMadeOf_data() {
        QTest::addColumn<int>("kind");
        for (std::size_t i = 0; i < kKinds.size(); ++i)
            QTest::addRow("%s as %s", kKinds[i].file, kKinds[i].className) << int(i);
    }
    void aFolderHasTheLogitsOfTheFileThatItWasMadeOf() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(int, kind);
        const FolderKind& folder = kKinds[std::size_t(kind)];
        const auto original =
            ModelFile::open(test::referenceDir() / "tiny2" / (std::string(folder.file) + "-q4_k_m.gguf"));
        QVERIFY2(original, original ? "" : original.error().message().c_str());
        ModelConfig config = *ModelConfig::read(**original);
        FileWeights weights = *bindWeights(**original, config);

        const test::FolderCopy copy("qwen2-bf16"); // for its tokenizer
        copy.put("config.json", configOf(config, folder, **original).dump());
        putTensors(copy.path(), folder, **original, config);
        const auto file = test::convertedFolder(copy.path(), FileType::F16);
        QVERIFY2(file, file ? "" : file.error().message().c_str());
        const auto read = ModelConfig::read(**file);
        QVERIFY2(read, read ? "" : read.error().message().c_str());
        std::vector<TokenId> ids(48);
        for (std::size_t i = 0; i < ids.size(); ++i)
            ids[i] = static_cast<TokenId>(i * 131 % 470);
        // Factors that the file has as a tensor of its own are no part of a folder.
        config.ropeFactors = false;
        weights[Slot::RopeFactors] = nullptr;
        const auto wanted = logitsOf(**original, config, weights, ids);
        const auto got = logitsOf(**file, *read, *bindWeights(**file, *read), ids);
        QCOMPARE(got.size(), wanted.size());
        const double error = test::nmse(got, wanted);
        qInfo("%s: NMSE %.2e", folder.file, error);
        QVERIFY2(error < 1e-4, qPrintable(QString::number(error))); // of halves: at most 3.5e-6 was measured
    }
};

PONDER_TEST(FamilyConversionTest)
#include "family_conversion_test.moc"
