// Reading memory: as many figures as asked for, none beyond what hardware can do, and errors as values.
#include "engine/base/host_memory.h"
#include "engine/base/memory_bandwidth.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <limits>

using namespace ponder;

class MemoryBandwidthTest : public QObject {
    Q_OBJECT
private slots:
    void everyReadGivesAPossibleFigure() {
        for (const unsigned threads : {1U, 2U, 3U}) {
            const auto speeds = measureMemoryBandwidth({threads, 64 << 20, 4});
            QVERIFY(bool(speeds));
            QCOMPARE(speeds->size(), std::size_t{4});
            for (const double speed : *speeds) {
                QVERIFY2(speed > 0.05e9, qPrintable(QString::number(speed)));
                QVERIFY2(speed < 5000e9, qPrintable(QString::number(speed)));
            }
        }
    }

    void moreThanTheMachineHasIsAnError() {
        const auto speeds = measureMemoryBandwidth({1, std::uint64_t{1} << 62, 1});
        QVERIFY(!speeds);
        QCOMPARE(speeds.error().code, ErrorCode::OutOfMemory);
    }

    void nothingToReadIsAnError() { QVERIFY(!measureMemoryBandwidth({4, 16, 1})); }

    void thePeakOfTheProcessHoldsWhatWasRead() {
        QVERIFY(bool(measureMemoryBandwidth({1, 64 << 20, 1})));
        QVERIFY(peakProcessBytes() > (64 << 20));
        QVERIFY(peakProcessBytes() < hostMemory().total);
    }
};

PONDER_TEST(MemoryBandwidthTest)
#include "memory_bandwidth_test.moc"
