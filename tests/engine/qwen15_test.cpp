// Qwen2.5-Coder-1.5B-Instruct Q4_K_M, the shape of DeepSeek-R1-Distill-Qwen-1.5B, on the best device of this
// machine.
#include "tests/support/real_model_checks.h"

using namespace ponder;

class Qwen15Test : public QObject {
    Q_OBJECT
private slots:
    void lastLogitsGreedyRepliesAndTextLikelihoodAgree() {
        PONDER_NEEDS_REFERENCE();
        PONDER_NEEDS_MODEL(test::modelFile(test::kQwen15.file));
        test::RealModelCheck check(test::kQwen15, "vulkan");
        QVERIFY(check.model());
        check.lastLogitsAgree();
        if (QTest::currentTestFailed()) return;
        check.greedyRepliesAgree(24);
        if (QTest::currentTestFailed()) return;
        check.textLikelihoodAgrees();
    }

    void theDefaultPrecisionKeepsTheTextLikelihoodWithinThreeHundredths() {
        PONDER_NEEDS_REFERENCE();
        PONDER_NEEDS_MODEL(test::modelFile(test::kQwen15.file));
        test::RealModelCheck check(test::kQwen15, "vulkan", Precision::Fast);
        QVERIFY(check.model());
        check.textLikelihoodAgrees(0.03, 0.01);
    }
};

QTEST_APPLESS_MAIN(Qwen15Test)
#include "qwen15_test.moc"
