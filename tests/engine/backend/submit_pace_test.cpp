#include "engine/backend/vulkan/step/submit_pace.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

class SubmitPaceTest : public QObject {
    Q_OBJECT
private slots:
    void aSlowSubmitShrinksTheNextOneAtOnce() {
        SubmitPace pace(1e9);
        const double before = pace.costPerSlice();
        pace.measured(before, 1.5);
        QVERIFY(pace.costPerSlice() * 1.5 / before < 0.3);
        QVERIFY(pace.isFarFrom(before));
    }
    void onePauseOfTheMachineIsForgotten() {
        SubmitPace pace(1e9);
        const double before = pace.costPerSlice();
        pace.measured(before, 15.0);
        for (int i = 0; i < 40; ++i)
            pace.measured(pace.costPerSlice(), pace.costPerSlice() / 1e9);
        QVERIFY(pace.costPerSlice() > 0.9 * before);
    }
    void aSmallFastSubmitTellsNothing() {
        SubmitPace pace(1e9);
        const double before = pace.costPerSlice();
        pace.measured(before / 100, 0.02);
        QCOMPARE(pace.costPerSlice(), before);
    }
};

PONDER_TEST(SubmitPaceTest)
#include "submit_pace_test.moc"
