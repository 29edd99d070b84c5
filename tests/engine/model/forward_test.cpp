// What the forward pass asks a backend to do, in which order and with which operands, for each family.
#include "tests/support/fake_ops.h"
#include "tests/support/shapes.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;
using Pass = std::vector<std::string>;

class ForwardTest : public QObject {
    Q_OBJECT
private slots:
    void aPassThroughAQwen2EmbedsRunsItsLayersAndGivesLogits() {
        const ModelConfig config = test::qwen2Config(2, 64, 2, 1, 32, 96, 100);
        const Pass expected{
            "embed token_embd, then 0.attn_norm",
            "project 0.attn_q+0.attn_q.bias 0.attn_k+0.attn_k.bias 0.attn_v+0.attn_v.bias",
            "turn and store 0: 2 heads, 1 of keys, 32 values",
            "attend 0",
            "add 0.attn_output of attended, then 0.ffn_norm",
            "gate 0.ffn_gate 0.ffn_up for 0.ffn_down",
            "add 0.ffn_down of gated, then 1.attn_norm",
            "project 1.attn_q+1.attn_q.bias 1.attn_k+1.attn_k.bias 1.attn_v+1.attn_v.bias",
            "turn and store 1: 2 heads, 1 of keys, 32 values",
            "attend 1",
            "add 1.attn_output of attended, then 1.ffn_norm",
            "gate 1.ffn_gate 1.ffn_up for 1.ffn_down",
            "add 1.ffn_down of gated, then output_norm",
            "head output",
        };
        QCOMPARE(test::passOf(config, 0, 2), expected);
    }
    void aMixtureRoutesMultipliesWithTheChosenAndAddsThem() {
        const Pass expected{
            "route 1.ffn_gate_inp+-, share 1.ffn_gate_inp_shexp: 2 of 4",
            "gate chosen 1.ffn_gate_exps 1.ffn_up_exps for 1.ffn_down_exps",
            "gate 1.ffn_gate_shexp 1.ffn_up_shexp for 1.ffn_down_shexp",
            "add 1.ffn_down_shexp of gated and shared, then nothing",
            "add chosen 1.ffn_down_exps, then output_norm",
            "head output",
        };
        const Pass pass = test::passOf(test::qwen2MoeConfig(), 1, 2);
        QCOMPARE(Pass(pass.end() - 6, pass.end()), expected);
        // Layers in front of the mixtures are dense.
        QCOMPARE(test::passOf(test::qwen2MoeConfig(), 0, 1)[5],
                 std::string("gate 0.ffn_gate 0.ffn_up for 0.ffn_down"));
    }
    void gateAndUpOfExpertsMayBeOneStack() {
        ModelConfig config = test::qwen2MoeConfig();
        config.mixture.merged = true;
        config.mixture.sharedHidden = 0;
        config.mixture.sharedGate = false;
        const Pass pass = test::passOf(config, 1, 2);
        QCOMPARE(pass[pass.size() - 4], std::string("route 1.ffn_gate_inp+-: 2 of 4"));
        QCOMPARE(pass[pass.size() - 3],
                 std::string("gate chosen 1.ffn_gate_up_exps 1.ffn_gate_up_exps for 1.ffn_down_exps"));
    }
    void aQwen3NormsItsHeadsBeforeItTurnsThem() {
        ModelConfig config = test::qwen2Config(1, 64, 2, 1, 64, 96, 100);
        config.family = familyNamed("qwen3");
        const Pass pass = test::passOf(config, 0, 1);
        QCOMPARE(pass[1],
                 std::string("project 0.attn_q+0.attn_q.bias 0.attn_k+0.attn_k.bias 0.attn_v+0.attn_v.bias"));
        QCOMPARE(pass[2], std::string("norm heads by 0.attn_q_norm 0.attn_k_norm"));
        QCOMPARE(pass[3], std::string("turn and store 0: 2 heads, 1 of keys, 64 values"));
        QCOMPARE(pass.size(), std::size_t{9});
    }
    void normsMayComeAfterThePartsInsteadOfBeforeThem() {
        ModelConfig config = test::qwen2Config(2, 64, 2, 1, 64, 96, 100);
        config.family = familyNamed("exaone4");
        const Pass expected{
            "embed token_embd, then nothing",
            "project 0.attn_q+- 0.attn_k+- 0.attn_v+-",
            "norm heads by 0.attn_q_norm 0.attn_k_norm",
            "turn and store 0: 2 heads, 1 of keys, 64 values",
            "attend 0",
            "add 0.attn_output of attended, normed by 0.post_attention_norm, then nothing",
            "gate 0.ffn_gate 0.ffn_up for 0.ffn_down",
            "add 0.ffn_down of gated, normed by 0.post_ffw_norm, then nothing",
        };
        Pass pass = test::passOf(config, 0, 2);
        QCOMPARE(pass[pass.size() - 2],
                 std::string("add 1.ffn_down of gated, normed by 1.post_ffw_norm, then output_norm"));
        pass.resize(expected.size());
        QCOMPARE(pass, expected);
    }
    void aGlm4NormsBeforeAndAfterItsParts() {
        ModelConfig config = test::qwen2Config(1, 64, 2, 1, 32, 96, 100);
        config.family = familyNamed("glm4");
        const Pass pass = test::passOf(config, 0, 1);
        QCOMPARE(pass[0], std::string("embed token_embd, then 0.attn_norm"));
        QCOMPARE(
            pass[4],
            std::string("add 0.attn_output of attended, normed by 0.post_attention_norm, then 0.ffn_norm"));
        QCOMPARE(pass[6],
                 std::string("add 0.ffn_down of gated, normed by 0.post_ffw_norm, then output_norm"));
    }
    void aGlm4MoeNormsBeforeItsMixtureByTheNameOfANormAfterAttention() {
        ModelConfig config = test::qwen2MoeConfig();
        config.family = familyNamed("glm4moe");
        config.mixture.sharedGate = false;
        const Pass pass = test::passOf(config, 1, 2);
        QCOMPARE(pass[4], std::string("add 1.attn_output of attended, then 1.post_attention_norm"));
        QCOMPARE(pass[5], std::string("route 1.ffn_gate_inp+1.exp_probs_b.bias: 2 of 4"));
    }
    void everyFourthLayerOfALargeExaone4SeesAllAndIsNotTurned() {
        ModelConfig config = test::qwen2Config(64, 64, 2, 1, 32, 96, 100);
        config.family = familyNamed("exaone4");
        QCOMPARE(config.layer(2).heads()->window, 4096U);
        QVERIFY(config.layer(2).heads()->turns);
        QCOMPARE(config.layer(3).heads()->window, 0U);
        QVERIFY(!config.layer(3).heads()->turns);
        config.layers = 30; // a small one has no window
        QVERIFY(config.layer(3).heads()->turns && config.layer(2).heads()->window == 0);
    }
    void aWindowBeginsSoManyPositionsBeforeTheOneAfterIt() {
        HeadAttention heads;
        QCOMPARE(heads.firstSeen(1000), 0U);
        heads.window = 16;
        QCOMPARE(heads.firstSeen(0), 0U);
        QCOMPARE(heads.firstSeen(15), 0U);
        QCOMPARE(heads.firstSeen(16), 1U);
        QCOMPARE(heads.firstSeen(1000), 985U);
    }
    void aQwen35AppliesTheDeltaRuleInThreeLayersOfFour() {
        const Pass expected{
            "embed token_embd, then 0.attn_norm",
            "project 0.attn_qkv 0.attn_gate 0.ssm_alpha 0.ssm_beta",
            "convolve 0: 256 channels by 0.ssm_conv1d",
            "apply the delta rule 0: 0.ssm_a 0.ssm_dt.bias 0.ssm_norm",
            "add 0.ssm_out of attended, then 0.post_attention_norm",
            "gate 0.ffn_gate 0.ffn_up for 0.ffn_down",
            "add 0.ffn_down of gated, then 1.attn_norm",
        };
        Pass pass = test::passOf(test::deltaConfig(), 0, 4);
        QCOMPARE(Pass(pass.begin(), pass.begin() + 7), expected);
        QCOMPARE(pass[pass.size() - 8], std::string("project 3.attn_q+- 3.attn_k+- 3.attn_v+-"));
        QCOMPARE(pass[pass.size() - 5], std::string("attend 3"));
    }
    void aStateTakesTheSameRoomHoweverLongTheContextAndAttentionNone() {
        const ModelConfig config = test::deltaConfig();
        QCOMPARE(config.layer(0).kept().keyLength(), 0U);
        QCOMPARE(config.layer(0).keptState().columns, 3 * 256U);
        QCOMPARE(config.layer(0).keptState().matrices, 4 * 32 * 32U);
        QCOMPARE(config.layer(3).keptState().length(), 0U);
        QCOMPARE(config.layer(3).heads()->askedLength(), 2 * 64U); // with the gates
    }
    void latentAttentionCompressesAbsorbsAttendsAndExpands() {
        ModelConfig config = test::latentConfig();
        const Pass expected{
            "embed token_embd, then 0.attn_norm",
            "compress 0.attn_q_a 0.attn_kv_a_mqa",
            "expand queries normed by 0.attn_q_a_norm, 0.attn_q_b",
            "turn and store 0: 80 values normed by 0.attn_kv_a_norm",
            "absorb 0.attn_k_b",
            "attend 0",
            "expand values 0.attn_v_b",
            "add 0.attn_output of attended, then 0.ffn_norm",
        };
        Pass pass = test::passOf(config, 0, 1);
        pass.resize(expected.size());
        QCOMPARE(pass, expected);
        config.latent.queryRank = 0; // queries of n itself
        pass = test::passOf(config, 0, 1);
        QCOMPARE(pass[1], std::string("compress 0.attn_q 0.attn_kv_a_mqa"));
        QCOMPARE(pass[2], expected[3]);
    }
    void aRangeOfLayersReceivesAndSends() {
        const ModelConfig config = test::llamaConfig(3, 64, 2, 1, 32, 96, 100);
        const Pass pass = test::passOf(config, 1, 2);
        QCOMPARE(pass.front(), std::string("receive, then 1.attn_norm"));
        QCOMPARE(pass[pass.size() - 2], std::string("add 1.ffn_down of gated, then 2.attn_norm"));
        QCOMPARE(pass.back(), std::string("send"));
        QCOMPARE(pass.size(), std::size_t{8});
    }
    void everyOperandOfEveryFamilyHasALineInItsTable() {
        for (const Family* family : families()) {
            ModelConfig config = test::qwen2Config(1, 64, 2, 1, 32, 96, 100);
            config.family = family;
            config.latent = test::latentConfig().latent;
            for (const std::string& step : test::passOf(config, 0, 1))
                QVERIFY2(step.find(" -") == std::string::npos, step.c_str()); // a bias may be absent
        }
    }
    void noFamilyNamesATensorTwice() {
        for (const Family* family : families()) {
            for (const TensorRow& row : family->tensors) {
                QCOMPARE(family->row(row.slot), &row);
                const Weight weight{row.slot, isOfLayer(row.slot) ? 7U : 0U};
                const auto found = family->find(family->nameOf(weight));
                QVERIFY2(found && *found == weight, family->nameOf(weight).c_str());
            }
            QVERIFY(!family->find("blk.7.unknown.weight") && !family->find("blk.x.attn_q.weight"));
            QVERIFY(!family->find("blk.7") && !family->find("attn_q.weight"));
        }
    }
};

PONDER_TEST(ForwardTest)
#include "forward_test.moc"
