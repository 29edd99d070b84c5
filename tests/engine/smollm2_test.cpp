// SmolLM2-135M-Instruct Q4_1, a real model, on every device of this machine.
#include "tests/support/real_model_checks.h"
#include "tests/support/test_class.h"

using namespace ponder;

class SmolLm2Test : public QObject {
    Q_OBJECT
    void devices() {
        QTest::addColumn<QString>("device");
        for (const DeviceInfo& device : listDevices())
            if (device.unusable.empty())
                QTest::newRow(device.id.c_str()) << QString::fromStdString(device.id);
    }

private slots:
    void lastLogitsGreedyRepliesAndTextLikelihoodAgree_data() { devices(); }
    void lastLogitsGreedyRepliesAndTextLikelihoodAgree() {
        PONDER_NEEDS_REFERENCE();
        PONDER_NEEDS_MODEL(test::modelFile(test::kSmolLm2.file));
        QFETCH(QString, device);
        test::RealModelCheck check(test::kSmolLm2, device.toStdString());
        QVERIFY(check.model());
        check.lastLogitsAgree();
        if (QTest::currentTestFailed()) return;
        check.greedyRepliesAgree(24);
        if (QTest::currentTestFailed()) return;
        check.textLikelihoodAgrees();
    }

    void theDefaultPrecisionKeepsTheTextLikelihoodWithinThreeHundredths_data() { devices(); }
    void theDefaultPrecisionKeepsTheTextLikelihoodWithinThreeHundredths() {
        PONDER_NEEDS_REFERENCE();
        PONDER_NEEDS_MODEL(test::modelFile(test::kSmolLm2.file));
        QFETCH(QString, device);
        test::RealModelCheck check(test::kSmolLm2, device.toStdString(), Precision::Fast);
        QVERIFY(check.model());
        check.textLikelihoodAgrees(0.03, 0.01);
    }
};

PONDER_TEST(SmolLm2Test)
#include "smollm2_test.moc"
