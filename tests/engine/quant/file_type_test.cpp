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

    void rowsWithoutWholeBlocksTakeTheNextLargerFormat() {
        QCOMPARE(at(FileType::Q4_K_M, "attn_q", 0, 896), TensorType::Q5_0);
        QCOMPARE(at(FileType::Q4_K_M, "attn_v", 0, 896), TensorType::Q8_0);
        QCOMPARE(at(FileType::Q6_K, "attn_q", 0, 896), TensorType::Q8_0);
        QCOMPARE(at(FileType::Q4_K_M, "attn_q", 0, 100), TensorType::F16);
        QCOMPARE(at(FileType::Q8_0, "attn_q", 0, 100), TensorType::F16);
    }
};

PONDER_TEST(FileTypeTest)
#include "file_type_test.moc"
