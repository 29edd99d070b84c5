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
        QVERIFY(isRedundant("lm_head.weight", config));
        QVERIFY(!isRedundant("lm_head.weight", small("llama")));
        QVERIFY(isRedundant("model.layers.0.self_attn.rotary_emb.inv_freq", config));
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
            const auto tensors = namedTensors(config, turnsHalves);
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
};

PONDER_TEST(TensorNamesTest)
#include "tensor_names_test.moc"
