// Which number format a tensor has in a file of a kind.
#include "engine/quant/file_type.h"

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

QTEST_GUILESS_MAIN(FileTypeTest)
#include "file_type_test.moc"
