// Which number format a tensor has in a file of a kind.
#include "engine/quant/file_type.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

class FileTypeTest : public QObject {
    Q_OBJECT

    static TensorType at(FileType type, std::string_view kind, std::uint32_t layer = 0,
                         std::uint64_t row = 1536, bool tied = false) {
        return tensorType(type, {kind, layer, 28, row, tied});
    }

private slots:
    void namesAreReadInAnyCase() {
        QVERIFY(fileType("Q4_K_M") == FileType::Q4_K_M);
        QVERIFY(fileType("q6_k") == FileType::Q6_K);
        QVERIFY(fileType("F16") == FileType::F16);
        QVERIFY(fileType("q5_K_m") == FileType::Q5_K_M);
        for (const FileType type : kFileTypes)
            QVERIFY(fileType(nameOf(type)) == type);
        QVERIFY(!fileType("Q4_K"));
        QVERIFY(!fileType("Q4_K_MX"));
        QVERIFY(!fileType(""));
    }

    // Of 28 layers 14, as in published files of this shape.
    void aMixedFileKeepsTheSensitiveLayersPrecise() {
        std::vector<std::uint32_t> precise;
        for (std::uint32_t layer = 0; layer < 28; ++layer) {
            QCOMPARE(at(FileType::Q4_K_M, "attn_v", layer), at(FileType::Q4_K_M, "ffn_down", layer));
            if (at(FileType::Q4_K_M, "attn_v", layer) == TensorType::Q6_K) precise.push_back(layer);
        }
        QCOMPARE(precise, (std::vector<std::uint32_t>{0, 1, 2, 5, 8, 11, 14, 17, 20, 23, 24, 25, 26, 27}));
        QCOMPARE(at(FileType::Q4_K_M, "attn_q", 0), TensorType::Q4_K);
        QCOMPARE(at(FileType::Q4_K_M, "ffn_gate", 0), TensorType::Q4_K);
    }

    void aFileOfFiveBitsIsMixedInTheSameWay() {
        for (std::uint32_t layer = 0; layer < 28; ++layer)
            for (const char* kind : {"attn_v", "ffn_down"}) {
                const bool precise = at(FileType::Q4_K_M, kind, layer) == TensorType::Q6_K;
                QCOMPARE(at(FileType::Q5_K_M, kind, layer), precise ? TensorType::Q6_K : TensorType::Q5_K);
            }
        QCOMPARE(at(FileType::Q5_K_M, "attn_q"), TensorType::Q5_K);
        QCOMPARE(at(FileType::Q5_K_M, "token_embd"), TensorType::Q5_K);
        QCOMPARE(at(FileType::Q5_K_M, "output"), TensorType::Q6_K);
        QCOMPARE(at(FileType::Q5_K_M, "attn_q", 0, 896), TensorType::Q5_1);
        QCOMPARE(at(FileType::Q5_K_M, "ffn_down", 0, 896), TensorType::Q8_0);
    }

    void sharedValuesOfEightyLayersAreKeptInFiveBits() {
        const auto values = [](std::uint32_t layer, std::uint64_t rows, std::uint32_t layers = 80) {
            return tensorType(FileType::Q4_K_M, {"attn_v", layer, layers, 8192, false, rows});
        };
        QCOMPARE(values(10, 1024), TensorType::Q5_K);
        QCOMPARE(values(12, 1024), TensorType::Q6_K);
        QCOMPARE(values(10, 8192), TensorType::Q4_K); // every head has its own
        QCOMPARE(values(9, 1024, 64), TensorType::Q4_K);
        QCOMPARE(tensorType(FileType::Q5_K_M, {"attn_v", 10, 80, 8192, false, 1024}), TensorType::Q5_K);
        QCOMPARE(tensorType(FileType::Q4_K_M, {"ffn_down", 10, 80, 28672, false, 8192}), TensorType::Q4_K);
    }

    void theOutputIsPreciseEvenWhereItIsTheEmbedding() {
        QCOMPARE(at(FileType::Q4_K_M, "output"), TensorType::Q6_K);
        QCOMPARE(at(FileType::Q4_K_M, "token_embd"), TensorType::Q4_K);
        QCOMPARE(at(FileType::Q4_K_M, "token_embd", 0, 1536, true), TensorType::Q6_K);
    }

    // As published files of this shape, with two query heads for each key.
    void theCoarseMixturesKeepFinerWhatHurtsMost() {
        QCOMPARE(at(FileType::Q2_K, "attn_q"), TensorType::Q2_K);
        QCOMPARE(at(FileType::Q2_K, "ffn_gate", 9), TensorType::Q2_K);
        QCOMPARE(at(FileType::Q2_K, "token_embd"), TensorType::Q2_K);
        for (const char* kind : {"attn_v", "attn_output", "ffn_down"})
            QCOMPARE(at(FileType::Q2_K, kind, 9), TensorType::Q3_K);
        QCOMPARE(at(FileType::Q2_K, "output"), TensorType::Q6_K);
        QCOMPARE(at(FileType::Q3_K_M, "attn_k"), TensorType::Q3_K);
        QCOMPARE(at(FileType::Q3_K_M, "attn_v", 1), TensorType::Q5_K);
        QCOMPARE(at(FileType::Q3_K_M, "attn_v", 2), TensorType::Q4_K);
        QCOMPARE(at(FileType::Q3_K_M, "attn_output", 2), TensorType::Q4_K);
        QCOMPARE(at(FileType::Q3_K_M, "ffn_down", 0), TensorType::Q5_K);
        QCOMPARE(at(FileType::Q3_K_M, "ffn_down", 1), TensorType::Q4_K);
        for (const FileType type : {FileType::IQ4_XS, FileType::IQ4_NL}) {
            const TensorType base = type == FileType::IQ4_XS ? TensorType::IQ4_XS : TensorType::IQ4_NL;
            QCOMPARE(at(type, "attn_v", 9), base);
            QCOMPARE(at(type, "ffn_down", 2), TensorType::Q5_K);
            QCOMPARE(at(type, "ffn_down", 3), base);
        }
        QCOMPARE(at(FileType::Q4_0, "ffn_down", 0), TensorType::Q4_0);
        QCOMPARE(at(FileType::Q5_0, "attn_v", 0), TensorType::Q5_0);
        QCOMPARE(at(FileType::Q5_0, "output"), TensorType::Q6_K);
    }

    void valuesThatFourHeadsShareAreKeptFiner() {
        const auto values = [](FileType type, std::uint32_t sharers) {
            return tensorType(type, {"attn_v", 9, 28, 1536, false, 256, sharers});
        };
        QCOMPARE(values(FileType::Q2_K, 3), TensorType::Q3_K);
        QCOMPARE(values(FileType::Q2_K, 4), TensorType::Q4_K);
        QCOMPARE(values(FileType::IQ4_XS, 4), TensorType::Q5_K);
        QCOMPARE(values(FileType::Q4_0, 8), TensorType::Q4_0);
    }

    void stacksOfExpertsAloneBecomeMxfp4() {
        for (const char* kind : {"ffn_gate_exps", "ffn_up_exps", "ffn_down_exps", "ffn_gate_up_exps"})
            QCOMPARE(at(FileType::MXFP4_MOE, kind), TensorType::MXFP4);
        for (const char* kind : {"attn_q", "ffn_down_shexp", "ffn_gate", "output", "token_embd"})
            QCOMPARE(at(FileType::MXFP4_MOE, kind), TensorType::Q8_0);
        QVERIFY(fileType("mxfp4") == FileType::MXFP4_MOE);
        QVERIFY(!suits(FileType::MXFP4_MOE, false) && suits(FileType::MXFP4_MOE, true));
    }

    void attentionOfAModelOfEightExpertsIsKeptFiner() {
        const auto eight = [](FileType type, const char* kind) {
            return tensorType(type, {kind, 9, 28, 4096, false, 4096, 4, 8});
        };
        QCOMPARE(eight(FileType::Q4_K_M, "attn_k"), TensorType::Q8_0);
        QCOMPARE(eight(FileType::Q2_K, "attn_v"), TensorType::Q8_0);
        QCOMPARE(eight(FileType::Q3_K_M, "attn_output"), TensorType::Q5_K);
        QCOMPARE(eight(FileType::Q4_0, "attn_output"), TensorType::Q4_0);
        QCOMPARE(eight(FileType::Q4_K_M, "ffn_down_exps"), at(FileType::Q4_K_M, "ffn_down", 9));
    }

    void normsBiasesAndRoutersStayAsTheyAre() {
        for (const char* name : {"blk.0.attn_q.weight", "output.weight", "blk.3.ffn_up_exps.weight",
                                 "blk.2.ssm_alpha.weight", "blk.2.ssm_beta.weight", "blk.2.ssm_out.weight"})
            QVERIFY(takesFileType(name));
        for (const char* name : {"blk.0.attn_norm.weight", "blk.0.attn_q.bias", "blk.7.ffn_gate_inp.weight",
                                 "blk.2.ssm_conv1d.weight", "blk.2.ssm_a", "blk.2.ssm_dt.bias",
                                 "blk.2.ssm_norm.weight", "blk.3.ffn_up_exps.scale"})
            QVERIFY(!takesFileType(name));
    }

    void rowsWithoutWholeBlocksTakeTheNextLargerFormat() {
        QCOMPARE(at(FileType::Q4_K_M, "attn_q", 0, 896), TensorType::Q5_0);
        QCOMPARE(at(FileType::Q4_K_M, "attn_v", 0, 896), TensorType::Q8_0);
        QCOMPARE(at(FileType::Q6_K, "attn_q", 0, 896), TensorType::Q8_0);
        QCOMPARE(at(FileType::Q2_K, "attn_q", 0, 896), TensorType::Q4_0);
        QCOMPARE(at(FileType::Q3_K_M, "attn_q", 0, 896), TensorType::Q4_0);
        QCOMPARE(at(FileType::IQ4_XS, "attn_q", 0, 896), TensorType::IQ4_NL);
        QCOMPARE(at(FileType::Q4_K_M, "attn_q", 0, 100), TensorType::F16);
        QCOMPARE(at(FileType::Q8_0, "attn_q", 0, 100), TensorType::F16);
    }
};

PONDER_TEST(FileTypeTest)
#include "file_type_test.moc"
