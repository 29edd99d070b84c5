// Whether others were at work: by recorded counts, and by the real ones as far as no other load can change
// the answer.
#include "engine/base/machine_load.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>

using namespace ponder;

namespace {

// A second on two processors.
MachineLoad second(double own, double all, double threads) {
    return MachineLoad::between({10, 5, 100, 2}, {11, 5 + own, 100 + all, 2}, own, threads);
}

} // namespace

class MachineLoadTest : public QObject {
    Q_OBJECT
private slots:
    void aMachineWithNothingElseToDoIsNotBusy() {
        QVERIFY(!second(1.95, 1.96, 2).busy());
        QVERIFY(!second(1.95, 2.0, 2).busy());
        QCOMPARE(second(2, 2, 2).foreign, 0.0);
    }
    void oneCompilerBesideTwoThreadsIsForeignLoad() {
        const MachineLoad load = second(1.2, 2.0, 2);
        QVERIFY(load.foreign > 0.7 && load.foreign < 0.8);
        QVERIFY(load.busy());
    }
    void whoGotLittleOfItsProcessorsWasDisturbedEvenIfNobodySeesByWhom() {
        QVERIFY(second(0.8, 0.8, 2).busy());
        // Where the system does not count for others.
        QVERIFY(MachineLoad::between({1, 0, 0, 0}, {2, 0.8, 0, 0}, 0.8, 2).busy());
        QVERIFY(!MachineLoad::between({1, 0, 0, 0}, {2, 1.9, 0, 0}, 1.9, 2).busy());
    }
    void aCardsReplyNeedsNoProcessor() { QVERIFY(!second(0.05, 0.1, 0).busy()); }
    // Counts come in hundredths of a second; a short look must not take their steps for a load.
    void theStepsOfTheCountsAreNoLoad() {
        const MachineLoad load = MachineLoad::between({1, 0, 7, 2}, {1.05, 0.1, 7.12, 2}, 0.1, 2);
        QCOMPARE(load.foreign, 0.0);
        QVERIFY(!load.busy());
    }
    void aClockThatStandsStillSaysNothing() {
        QVERIFY(!MachineLoad::between({1, 0, 0, 2}, {1, 0, 50, 2}, 0, 2).busy());
    }

    void everybodysTimeIsReadFromTheSystemsCounts() {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        std::filesystem::create_directories(root / "proc");
        const auto write = [&](const std::string& text) { std::ofstream(root / "proc/stat") << text; };
        const SystemProcessorClock clock(root);
        QCOMPARE(clock.now().processors, 0U);
        // Every process may run on the one it runs on; of a machine with many, all are listed.
        std::string text = "cpu  9 9 9 9 9 9 9 9 0 0\n";
        for (int processor = 0; processor < 1024; ++processor)
            text += "cpu" + std::to_string(processor) + " 100 20 3 5000 700 4 5 6 0 0\n";
        write(text + "intr 1 2 3\n");
        const ProcessorTime now = clock.now();
#ifdef __linux__
        QVERIFY(now.processors >= 1);
        QVERIFY(std::abs(now.all / now.processors - 1.38) < 1e-6); // idle and waiting for disks left out
#endif
        QVERIFY(now.own > 0);
    }
    // Spins until it shows: however slowly that goes on a busy machine, it comes.
    void theProcessesOwnTimeGrowsWithItsWork() {
        const SystemProcessorClock clock;
        const ProcessorTime before = clock.now();
        ProcessorTime after = before;
        while (after.own < before.own + 0.02)
            after = clock.now();
        QVERIFY(after.wall > before.wall);
    }
};

PONDER_TEST(MachineLoadTest)
#include "machine_load_test.moc"
