// Qwen2.5-Coder-1.5B-Instruct Q4_K_M, the shape of DeepSeek-R1-Distill-Qwen-1.5B, on the processor and on the
// best Vulkan device of this machine.
#include "tests/support/real_model_checks.h"
#include "tests/support/test_class.h"

using namespace ponder;

class Qwen15Test : public QObject {
    Q_OBJECT
    void devices() {
        QTest::addColumn<QString>("device");
        for (const char* device : {"cpu", "vulkan"})
            QTest::newRow(device) << device;
    }

private slots:
    void lastLogitsGreedyRepliesAndTextLikelihoodAgree_data() { devices(); }
    void lastLogitsGreedyRepliesAndTextLikelihoodAgree() {
        QFETCH(const QString, device);
        PONDER_NEEDS_REFERENCE();
        PONDER_NEEDS_MODEL(test::modelFile(test::kQwen15.file));
        test::RealModelCheck check(test::kQwen15, device.toStdString());
        QVERIFY(check.model());
        check.lastLogitsAgree();
        if (QTest::currentTestFailed()) return;
        check.greedyRepliesAgree(24);
        if (QTest::currentTestFailed()) return;
        check.textLikelihoodAgrees();
    }

    void theDefaultPrecisionKeepsTheTextLikelihoodWithinThreeHundredths_data() { devices(); }
    void theDefaultPrecisionKeepsTheTextLikelihoodWithinThreeHundredths() {
        QFETCH(const QString, device);
        PONDER_NEEDS_REFERENCE();
        PONDER_NEEDS_MODEL(test::modelFile(test::kQwen15.file));
        test::RealModelCheck check(test::kQwen15, device.toStdString(), Precision::Fast);
        QVERIFY(check.model());
        check.textLikelihoodAgrees(0.03, 0.01);
    }
};

PONDER_TEST(Qwen15Test)
#include "qwen15_test.moc"
