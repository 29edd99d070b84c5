// The kept bandwidth of memory: what is measured anew, what is believed, and what older versions left.
#include "app/fit/processor_bandwidth.h"
#include "tests/support/test_class.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;

namespace {

constexpr qint64 kHour = 3600, kDay = 24 * kHour;

// A machine whose memory and hours a test makes up.
class Machine {
public:
    MemoryBandwidth at(qint64 now, const MemoryBandwidth& shows, const char* processor = "a processor x2") {
        BandwidthQuestion question{QString::fromLatin1(processor), now, {}};
        question.measure = [this, shows] {
            ++measured;
            return shows;
        };
        return keptBandwidth(m_folder.path(), question);
    }
    void keep(const QByteArray& text) {
        QFile file(m_folder.filePath(QStringLiteral("memory-bandwidth.json")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    int measured = 0;

private:
    QTemporaryDir m_folder;
};

} // namespace

class ProcessorBandwidthTest : public QObject {
    Q_OBJECT
private slots:
    void aFigureOfAQuietMachineIsKeptForADay() {
        Machine machine;
        QCOMPARE(machine.at(kDay, {18.8e9, false}).bytesPerSecond, 18.8e9);
        QCOMPARE(machine.at(kDay + 23 * kHour, {1e9, true}).bytesPerSecond, 18.8e9);
        QCOMPARE(machine.measured, 1);
        QCOMPARE(machine.at(3 * kDay, {19.1e9, false}).bytesPerSecond, 19.1e9);
        QCOMPARE(machine.measured, 2);
    }
    void whatWasMeasuredOnABusyMachineIsTakenAnewAndSaidMeanwhile() {
        Machine machine;
        MemoryBandwidth now = machine.at(kDay, {6.7e9, true});
        QCOMPARE(now.bytesPerSecond, 6.7e9);
        QVERIFY(now.busy);
        // Not with every reply.
        now = machine.at(kDay + 10, {18.8e9, false});
        QCOMPARE(now.bytesPerSecond, 6.7e9);
        QVERIFY(now.busy);
        QCOMPARE(machine.measured, 1);
        now = machine.at(kDay + 120, {18.8e9, false});
        QCOMPARE(now.bytesPerSecond, 18.8e9);
        QVERIFY(!now.busy);
    }
    void theBestIsKeptThroughABusyHour() {
        Machine machine;
        machine.at(kDay, {18.8e9, false});
        const MemoryBandwidth now = machine.at(3 * kDay, {6.7e9, true});
        QCOMPARE(now.bytesPerSecond, 18.8e9);
        QVERIFY(!now.busy);
    }
    void moreThanAQuietHourShowedIsTakenEvenFromABusyOne() {
        Machine machine;
        machine.at(kDay, {18.8e9, false});
        const MemoryBandwidth now = machine.at(3 * kDay, {30e9, true});
        QCOMPARE(now.bytesPerSecond, 30e9);
        QVERIFY(now.busy); // there may be still more
    }
    // Older versions kept what a compiler had left, without a word about it.
    void theFigureOfAnOlderVersionIsMeasuredAnewAtOnce() {
        Machine machine;
        machine.keep(R"({"processor": "a processor x2", "bytes_per_second": 6.7e9, "measured": 86400})");
        const MemoryBandwidth now = machine.at(kDay + 1, {18.8e9, false});
        QCOMPARE(machine.measured, 1);
        QCOMPARE(now.bytesPerSecond, 18.8e9);
        QVERIFY(!now.busy);
        machine.keep(R"({"processor": "a processor x2", "bytes_per_second": 18.8e9, "measured": 86400})");
        QCOMPARE(machine.at(kDay + 1, {6.7e9, true}).bytesPerSecond, 18.8e9);
    }
    void anotherProcessorIsMeasuredAnew() {
        Machine machine;
        machine.at(kDay, {50e9, false});
        QCOMPARE(machine.at(kDay, {10e9, false}, "another x4").bytesPerSecond, 10e9);
    }
    void aClockThatWasSetBackDoesNotKeepAFigureForGood() {
        Machine machine;
        machine.at(100 * kDay, {6.7e9, false});
        QCOMPARE(machine.at(kDay, {18.8e9, false}).bytesPerSecond, 18.8e9);
    }
    void nonsenseInTheFileIsMeasuredAnew() {
        for (const char* text : {"", "[]", "{", R"({"processor": "a processor x2", "bytes_per_second": -3})",
                                 R"({"processor": 7, "bytes_per_second": "fast", "busy": "no"})"}) {
            Machine machine;
            machine.keep(text);
            QCOMPARE(machine.at(kDay, {18.8e9, false}).bytesPerSecond, 18.8e9);
        }
    }
    void whatCannotBeMeasuredIsNotKept() {
        Machine machine;
        QCOMPARE(machine.at(kDay, {}).bytesPerSecond, 0.0);
        QCOMPARE(machine.at(kDay + 1, {18.8e9, false}).bytesPerSecond, 18.8e9);
    }
};

PONDER_TEST(ProcessorBandwidthTest)
#include "processor_bandwidth_test.moc"
