#include "engine/convert/tensor_names.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <set>

using namespace ponder;

namespace {

ModelConfig small(const char* architecture) {
    ModelConfig config;
    config.family = familyNamed(architecture);
    config.layers = 2;
    config.width = 64;
    config.hidden = 96;
    config.heads = 2;
    config.kvHeads = 1;
    config.headSize = config.rotary = 8;
    config.vocabulary = 100;
    return config;
}

const NamedTensor* find(const std::vector<NamedTensor>& tensors, std::string_view target) {
    const auto found = std::find_if(tensors.begin(), tensors.end(),
                                    [&](const NamedTensor& t) { return t.target == target; });
    return found == tensors.end() ? nullptr : &*found;
}

} // namespace

class TensorNamesTest : public QObject {
    Q_OBJECT
private slots:
    void everyTensorOfAQwenHasItsPlace() {
        const auto tensors = namedTensors(small("qwen2"));
        QCOMPARE(tensors.size(), std::size_t{2 * 12 + 3});
        const NamedTensor* bias = find(tensors, "blk.1.attn_k.bias");
        QVERIFY(bias && !bias->matrix);
        QCOMPARE(bias->source, std::string("model.layers.1.self_attn.k_proj.bias"));
        QCOMPARE(bias->shape(), std::vector<std::uint64_t>{8});
        const NamedTensor* down = find(tensors, "blk.1.ffn_down.weight");
        QVERIFY(down && down->matrix);
        QCOMPARE(down->shape(), (std::vector<std::uint64_t>{96, 64}));
        QCOMPARE(find(tensors, "output.weight")->source, std::string("lm_head.weight"));
        QVERIFY(!find(tensors, "rope_freqs.weight"));
        std::uint64_t values = 0;
        for (const NamedTensor& tensor : tensors)
            values += tensor.rowLength * tensor.rows;
        QCOMPARE(small("qwen2").parameters(), values);
    }

    void expertsOfAFolderBecomeOneStack() {
        ModelConfig config = small("qwen2moe");
        config.mixture = {.experts = 4, .used = 2, .hidden = 32, .sharedHidden = 64, .sharedGate = true};
        const auto tensors = namedTensors(config);
        const NamedTensor* down = find(tensors, "blk.1.ffn_down_exps.weight");
        QVERIFY(down && down->matrix);
        QCOMPARE(down->depth, 4U);
        QCOMPARE(down->sourceOf(3), std::string("model.layers.1.mlp.experts.3.down_proj.weight"));
        QCOMPARE(down->shape(), (std::vector<std::uint64_t>{32, 64, 4}));
        QCOMPARE(down->sourceShape(), (std::vector<std::uint64_t>{64, 32}));
        QCOMPARE(down->rows, std::uint64_t{4 * 64});
        const NamedTensor* router = find(tensors, "blk.0.ffn_gate_inp.weight");
        QVERIFY(router && router->type(FileType::Q4_K_M) == TensorType::F32);
        QCOMPARE(router->shape(), (std::vector<std::uint64_t>{64, 4}));
        const NamedTensor* share = find(tensors, "blk.0.ffn_gate_inp_shexp.weight");
        QVERIFY(share && share->type(FileType::Q8_0) == TensorType::F32);
        QCOMPARE(share->shape(), std::vector<std::uint64_t>{64});
        QCOMPARE(share->sourceShape(), (std::vector<std::uint64_t>{1, 64}));
        QVERIFY(!find(tensors, "blk.0.ffn_gate.weight") && !find(tensors, "blk.0.ffn_gate_up_exps.weight"));
        std::uint64_t values = 0;
        for (const NamedTensor& tensor : tensors)
            values += tensor.rowLength * tensor.rows;
        QCOMPARE(config.parameters(), values);
    }

    void aTiedModelHasNoOutputOfItsOwn() {
        ModelConfig config = small("llama");
        config.tied = true;
        config.ropeFactors = true;
        const auto tensors = namedTensors(config);
        QVERIFY(!find(tensors, "output.weight"));
        QCOMPARE(redundancy("lm_head.weight", config), Redundant::Copy);
        QCOMPARE(redundancy("lm_head.weight", small("llama")), Redundant::No);
        QCOMPARE(redundancy("model.layers.0.self_attn.rotary_emb.inv_freq", config), Redundant::Copy);
        QVERIFY(find(tensors, "rope_freqs.weight")->source.empty());
        QVERIFY(find(tensors, "blk.0.attn_q.bias")->optional &&
                !find(tensors, "blk.0.attn_q.weight")->optional);
        QVERIFY(find(tensors, "token_embd.weight")->type(FileType::Q4_K_M) != TensorType::F32);
        QCOMPARE(find(tensors, "blk.0.attn_norm.weight")->type(FileType::Q4_K_M), TensorType::F32);
    }

    // Of a head of 8 rows: 0 4 1 5 2 6 3 7.
    void queryAndKeyRowsOfALlamaChangePlacesWithinTheirHead() {
        const auto tensors = namedTensors(small("llama"));
        const NamedTensor* q = find(tensors, "blk.0.attn_q.weight");
        std::vector<std::uint64_t> rows;
        std::set<std::uint64_t> all;
        for (std::uint64_t row = 0; row < q->rows; ++row) {
            rows.push_back(q->sourceRow(row));
            all.insert(rows.back());
        }
        QCOMPARE(rows, (std::vector<std::uint64_t>{0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15}));
        QCOMPARE(all.size(), rows.size());
        QCOMPARE(find(tensors, "blk.0.attn_v.weight")->sourceRow(1), std::uint64_t{1});
        const auto qwen = namedTensors(small("qwen2"));
        QCOMPARE(find(qwen, "blk.0.attn_q.weight")->turnedRows, std::uint64_t{0});
    }
    // Of a head of 8 rows, of which 4 are turned: 0 1 2 3 4 6 5 7.
    void onlyWhatIsTurnedOfALatentHeadChangesPlacesAndOnlyInFoldersThatTurnHalves() {
        ModelConfig config = small("deepseek2");
        config.latent = {.heads = 2, .kvRank = 32, .nopeSize = 4, .ropeSize = 4, .valueSize = 8};
        config.headSize = config.latent.keySize();
        config.denseLayers = config.layers;
        const auto rowsOf = [&](const char* name, std::uint64_t first, bool turnsHalves) {
            const auto tensors = namedTensors(config, {.turnsHalves = turnsHalves});
            std::vector<std::uint64_t> rows;
            for (std::uint64_t row = first; row < find(tensors, name)->rows; ++row)
                rows.push_back(find(tensors, name)->sourceRow(row));
            return rows;
        };
        QCOMPARE(rowsOf("blk.0.attn_q.weight", 0, true),
                 (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 6, 5, 7, 8, 9, 10, 11, 12, 14, 13, 15}));
        QCOMPARE(rowsOf("blk.0.attn_kv_a_mqa.weight", 30, true),
                 (std::vector<std::uint64_t>{30, 31, 32, 34, 33, 35}));
        QCOMPARE(rowsOf("blk.0.attn_kv_a_mqa.weight", 30, false),
                 (std::vector<std::uint64_t>{30, 31, 32, 33, 34, 35}));
    }

    // Of six value heads for two key heads: 0 3 1 4 2 5.
    void valueHeadsOfTheDeltaRuleTakeTurnsOfTheirKeyHeads() {
        ModelConfig config = small("qwen35");
        config.delta = {.keyHeads = 2, .valueHeads = 6, .headSize = 2, .kernel = 4};
        config.recurrent = {true, true};
        const auto tensors = namedTensors(config);
        const NamedTensor* input = find(tensors, "blk.0.attn_qkv.weight");
        std::vector<std::uint64_t> rows;
        for (std::uint64_t row = 0; row < input->rows; ++row)
            rows.push_back(input->sourceRow(row));
        QCOMPARE(rows, (std::vector<std::uint64_t>{0,  1,  2,  3,  4,  5,  6,  7,  8,  9,
                                                   14, 15, 10, 11, 16, 17, 12, 13, 18, 19}));
        QCOMPARE(input->rowsTogether(3), std::uint64_t{5});
        QCOMPARE(input->rowsTogether(8), std::uint64_t{2});
        QCOMPARE(find(tensors, "blk.0.ssm_beta.weight")->sourceRow(1), std::uint64_t{3});
        QCOMPARE(find(tensors, "blk.0.ssm_out.weight")->valueOrder.sourceOf(3), std::uint64_t{7});
        const NamedTensor* decay = find(tensors, "blk.0.ssm_a");
        QCOMPARE(decay->valueOrder.sourceOf(5), std::uint64_t{5});
        QCOMPARE(decay->valueOrder.sourceOf(4), std::uint64_t{2});
        QVERIFY(decay->change == NamedTensor::Change::MinusExponential);
        QVERIFY(find(tensors, "blk.0.attn_norm.weight")->change == NamedTensor::Change::PlusOne);
        QVERIFY(find(tensors, "blk.0.ssm_norm.weight")->change == NamedTensor::Change::None);
        const NamedTensor* convolution = find(tensors, "blk.0.ssm_conv1d.weight");
        QCOMPARE(convolution->sourceShape(), (std::vector<std::uint64_t>{20, 1, 4}));
        QCOMPARE(convolution->shape(), (std::vector<std::uint64_t>{4, 20}));
    }

    void namesFollowTheFormOfTheFolder() {
        ModelConfig config = small("qwen35moe");
        config.delta = {.keyHeads = 1, .valueHeads = 1, .headSize = 32, .kernel = 4};
        config.recurrent = {true, false};
        config.mixture = {.experts = 4, .used = 2, .hidden = 32, .sharedHidden = 64, .sharedGate = true};
        const auto tensors = namedTensors(config, {.besideImages = true, .stacksExperts = true});
        const NamedTensor* up = find(tensors, "blk.1.ffn_up_exps.weight");
        QCOMPARE(up->source, std::string("model.language_model.layers.1.mlp.experts.gate_up_proj"));
        QCOMPARE(up->sourceShape(), (std::vector<std::uint64_t>{4, 64, 64}));
        QCOMPARE(up->sources(), 1U);
        QCOMPARE(up->sourceRow(33), std::uint64_t{64 + 32 + 1});
        const NamedTensor* down = find(tensors, "blk.1.ffn_down_exps.weight");
        QCOMPARE(down->source, std::string("model.language_model.layers.1.mlp.experts.down_proj"));
        QCOMPARE(down->sourceShape(), (std::vector<std::uint64_t>{4, 64, 32}));
        QCOMPARE(down->sourceRow(65), std::uint64_t{65});
        QCOMPARE(find(tensors, "token_embd.weight")->source,
                 std::string("model.language_model.embed_tokens.weight"));
        QCOMPARE(find(tensors, "output.weight")->source, std::string("lm_head.weight"));
        QCOMPARE(redundancy("model.visual.pos_embed.weight", config), Redundant::Images);
        QCOMPARE(redundancy("mtp.fc.weight", config), Redundant::Drafts);
        QCOMPARE(redundancy("mtp.fc.weight", small("qwen2")), Redundant::No);
    }
};

PONDER_TEST(TensorNamesTest)
#include "tensor_names_test.moc"
