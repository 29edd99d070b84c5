// SmolLM2-135M-Instruct Q4_1, a real model, on every device of this machine.
#include "tests/support/real_model_checks.h"

using namespace ponder;

class SmolLm2Test : public QObject {
    Q_OBJECT
    void devices() {
        QTest::addColumn<QString>("device");
        for (const DeviceInfo& device : listDevices())
            if (device.unusable.empty())
                QTest::newRow(device.id.c_str()) << QString::fromStdString(device.id);
    }
    bool ready() { return test::hasReference() && !test::realModelPath(test::kSmolLm2).empty(); }

private slots:
    void lastLogitsGreedyRepliesAndTextLikelihoodAgree_data() { devices(); }
    void lastLogitsGreedyRepliesAndTextLikelihoodAgree() {
        if (!ready())
            QSKIP("needs SmolLM2-135M-Instruct.Q4_1.gguf (./dev run fetches it) and the reference data");
        QFETCH(QString, device);
        test::RealModelCheck check(test::kSmolLm2, device.toStdString());
        QVERIFY(check.model());
        check.lastLogitsAgree();
        if (QTest::currentTestFailed()) return;
        check.greedyRepliesAgree(24);
        if (QTest::currentTestFailed()) return;
        check.textLikelihoodAgrees();
    }
};

QTEST_APPLESS_MAIN(SmolLm2Test)
#include "smollm2_test.moc"
