#include "app/web/watchdog.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <atomic>

using namespace std::chrono_literals;

class WatchdogTest : public QObject {
    Q_OBJECT
private slots:
    void aPassedDeadlineCallsOnce();
    void aDisarmedWatchdogStaysQuiet();
    void aNewDeadlineReplacesTheOld();
};

void WatchdogTest::aPassedDeadlineCallsOnce() {
    std::atomic<int> calls = 0;
    ponder::Watchdog watchdog([&] { ++calls; });
    watchdog.arm(10ms);
    QTRY_COMPARE(calls.load(), 1);
    QVERIFY(watchdog.disarm());
    QTest::qWait(30);
    QCOMPARE(calls.load(), 1);
}

void WatchdogTest::aDisarmedWatchdogStaysQuiet() {
    std::atomic<int> calls = 0;
    ponder::Watchdog watchdog([&] { ++calls; });
    std::chrono::milliseconds deadline = 40ms;
    watchdog.arm(deadline);
    while (watchdog.disarm()) { // the machine was busy, and the deadline over before this line
        calls = 0;
        watchdog.arm(deadline *= 2);
    }
    QTest::qWait(int(2 * deadline.count()));
    QCOMPARE(calls.load(), 0);
}

void WatchdogTest::aNewDeadlineReplacesTheOld() {
    std::atomic<int> calls = 0;
    ponder::Watchdog watchdog([&] { ++calls; });
    watchdog.arm(1h);
    watchdog.disarm();
    watchdog.arm(10ms);
    QTRY_COMPARE(calls.load(), 1);
    watchdog.arm(10ms);
    QTRY_COMPARE(calls.load(), 2);
}

PONDER_TEST(WatchdogTest)
#include "watchdog_test.moc"
