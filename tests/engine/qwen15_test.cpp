// Qwen2.5-Coder-1.5B-Instruct Q4_K_M, the shape of DeepSeek-R1-Distill-Qwen-1.5B, on the best device of this
// machine.
#include "tests/support/real_model_checks.h"

using namespace ponder;

class Qwen15Test : public QObject {
    Q_OBJECT
private slots:
    void lastLogitsGreedyRepliesAndTextLikelihoodAgree() {
        if (!test::hasReference() || test::realModelPath(test::kQwen15).empty())
            QSKIP("needs qwen2.5-coder-1.5b-instruct-q4_k_m.gguf (./dev test --slow fetches it) and the "
                  "reference data");
        test::RealModelCheck check(test::kQwen15, "vulkan");
        QVERIFY(check.model());
        check.lastLogitsAgree();
        if (QTest::currentTestFailed()) return;
        check.greedyRepliesAgree(24);
        if (QTest::currentTestFailed()) return;
        check.textLikelihoodAgrees();
    }
};

QTEST_APPLESS_MAIN(Qwen15Test)
#include "qwen15_test.moc"
