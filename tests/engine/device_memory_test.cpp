#include "engine/plan/device_memory.h"
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <fstream>

#include <nlohmann/json.hpp>

using namespace ponder;

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20, kGiB = kMiB << 10;

// As tests/data/devices has them: what a driver on a real machine said.
MemoryDescription recorded(const std::string& name) {
    std::ifstream file(test::dataDir() / "devices" / (name + ".json"));
    const auto json = nlohmann::json::parse(file);
    MemoryDescription out;
    const std::string type = json["device_type"];
    out.kind = type == "discrete"     ? DeviceKind::Discrete
               : type == "integrated" ? DeviceKind::Integrated
                                      : DeviceKind::Software;
    for (const auto& heap : json["heaps"]) {
        MemoryHeap one{heap["bytes"], heap["device_local"], std::nullopt, 0};
        if (heap.contains("budget")) one.budget = heap["budget"].get<std::uint64_t>();
        if (heap.contains("usage")) one.usage = heap["usage"];
        out.heaps.push_back(one);
    }
    for (const auto& kind : json["types"]) {
        const auto has = [&](const char* flag) {
            return std::find(kind["flags"].begin(), kind["flags"].end(), flag) != kind["flags"].end();
        };
        out.types.push_back({kind["heap"], has("device_local"), has("host_visible"), has("host_coherent"),
                             has("host_cached"), has("device_uncached")});
    }
    out.maxAllocation = json["max_allocation"];
    out.hostTotal = out.hostAvailable = json["host_memory"];
    return out;
}

// A card with 12 GiB of its own and a heap of host memory beside it.
MemoryDescription card() {
    MemoryDescription device;
    device.heaps = {{12 * kGiB, true, std::nullopt, 0}, {16 * kGiB, false, std::nullopt, 0}};
    device.types = {{0, true, false, false, false}, {1, false, true, true, true}};
    device.maxAllocation = 4 * kGiB;
    device.hostTotal = 32 * kGiB;
    device.hostAvailable = 20 * kGiB;
    return device;
}

} // namespace

class DeviceMemoryTest : public QObject {
    Q_OBJECT
private slots:
    void hostMemoryBesideACardIsNotCounted() {
        QCOMPARE(deviceMemory(card()).total, 12 * kGiB);
        QCOMPARE(deviceMemory(card()).types, std::vector<std::uint32_t>{0});
    }
    void aWindowOntoTheCardIsNotCountedTwice() {
        MemoryDescription device = card();
        device.heaps.push_back({256 * kMiB, true, std::nullopt, 0});
        device.types.push_back({2, true, true, true, false});
        QCOMPARE(deviceMemory(device).total, 12 * kGiB);
        QCOMPARE(deviceMemory(device).types, std::vector<std::uint32_t>{0});
    }
    void severalHeapsOfADeviceAreAddedUpAndAllAreUsed() {
        MemoryDescription device = card();
        device.heaps.insert(device.heaps.begin() + 1, {32 * kGiB, true, std::nullopt, 0});
        device.types = {{0, true, false, false, false}, {1, true, false, false, false}};
        QCOMPARE(deviceMemory(device).total, 44 * kGiB);
        QCOMPARE(deviceMemory(device).types.size(), std::size_t{2});
    }
    void aBudgetBelowWhatIsUsedLeavesNothingRatherThanEverything() {
        MemoryDescription device = card();
        device.heaps[0].budget = 2 * kGiB;
        device.heaps[0].usage = 3 * kGiB;
        QCOMPARE(deviceMemory(device).free, std::uint64_t{0});
        QVERIFY(deviceMemory(device).freeIsLive);
    }
    void aBudgetBeyondTheHeapCountsAsTheHeap() {
        MemoryDescription device = card();
        device.heaps[0].budget = 40 * kGiB;
        QCOMPARE(deviceMemory(device).free, 12 * kGiB);
    }
    void withoutABudgetAllOfItCountsAsFreeAndIsNotCalledLive() {
        QCOMPARE(deviceMemory(card()).free, 12 * kGiB);
        QVERIFY(!deviceMemory(card()).freeIsLive);
    }
    void oneAllocationHasAtMostTwoGibibytes() {
        QCOMPARE(deviceMemory(card()).largestAllocation, 2 * kGiB);
        MemoryDescription device = card();
        device.maxAllocation = kGiB;
        QCOMPARE(deviceMemory(device).largestAllocation, kGiB);
    }
    void anIntegratedDeviceHasTheMemoryThatTheSystemHasFree() {
        MemoryDescription device = card();
        device.kind = DeviceKind::Integrated;
        device.heaps = {{20 * kGiB, true, std::nullopt, 0}, {10 * kGiB, false, std::nullopt, 0}};
        device.types = {{0, true, true, true, false}, {1, false, true, true, true}};
        const DeviceMemory memory = deviceMemory(device);
        QVERIFY(memory.unified && memory.mapped);
        QCOMPARE(memory.total, 30 * kGiB);
        QCOMPARE(memory.free, 20 * kGiB);                           // as the system says
        QCOMPARE(memory.types, (std::vector<std::uint32_t>{0, 1})); // its own first
    }
    void aCarveOutLargerThanTheSystemsMemoryIsNotCutDownToIt() {
        MemoryDescription device = card();
        device.kind = DeviceKind::Integrated;
        device.heaps = {{96 * kGiB, true, std::nullopt, 0}};
        device.types = {{0, true, true, true, false}};
        QCOMPARE(deviceMemory(device).total, 96 * kGiB);
        QCOMPARE(deviceMemory(device).free, 96 * kGiB);
    }
    void aSoftwareDeviceHasNoMoreThanTheSystemHasFree() {
        MemoryDescription device = card();
        device.kind = DeviceKind::Software;
        device.heaps = {{24 * kGiB, true, std::nullopt, 0}};
        device.types = {{0, true, true, true, true}};
        QCOMPARE(deviceMemory(device).free, 20 * kGiB);
    }

    void recordedDevicesHaveTheMemoryThatIsPrintedOnTheirBox_data() {
        QTest::addColumn<double>("gibibytes");
        for (const auto& [name, gibibytes] : {std::pair{"rtx-3060", 12.0},
                                              {"rtx-4070", 12.0},
                                              {"rtx-4090", 24.0},
                                              {"rx-6700-xt", 12.0},
                                              {"rx-7900-xt", 20.0},
                                              {"rx-9070-xt", 16.0},
                                              {"arc-a380", 6.0},
                                              {"arc-b580", 12.0},
                                              {"rtx-3060-ti", 8.0},
                                              {"quadro-t1000", 4.0},
                                              {"rx-470", 4.0},
                                              {"rx-580", 8.0},
                                              {"rx-6600", 8.0}})
            QTest::newRow(name) << gibibytes;
    }
    void recordedDevicesHaveTheMemoryThatIsPrintedOnTheirBox() {
        QFETCH(const double, gibibytes);
        const DeviceMemory memory = deviceMemory(recorded(QTest::currentDataTag()));
        const double total = double(memory.total) / double(kGiB);
        QVERIFY2(total > gibibytes * 0.93 && total < gibibytes * 1.01, qPrintable(QString::number(total)));
        QVERIFY(memory.free <= memory.total);
        QVERIFY(!memory.unified);
        QVERIFY(memory.largestAllocation > 0 && memory.largestAllocation <= 2 * kGiB);
        QVERIFY(!memory.types.empty());
    }
    // What other programs use is the driver's to say, whatever the card's size.
    void aRecordedCardThatOthersUseHasLessFree() {
        const DeviceMemory used = deviceMemory(recorded("rtx-4090"));
        QVERIFY(used.freeIsLive);
        QVERIFY(used.free < 15 * kGiB);
        QCOMPARE(deviceMemory(recorded("quadro-t1000")).free, std::uint64_t{0});
    }
    void aRecordedCarveOutOfNinetySixGigabytesIsUsedWhole() {
        const DeviceMemory memory = deviceMemory(recorded("strix-halo-96gb"));
        QVERIFY(memory.unified);
        QVERIFY(memory.total >= 96 * kGiB);
        QVERIFY(memory.free >= 90 * kGiB);
        QVERIFY(memory.types.size() >= 3); // of both heaps, and the system's behind them
    }
    void aRecordedIntegratedDeviceHasTheSystemsMemoryToo() {
        QVERIFY(deviceMemory(recorded("strix-halo-gtt")).total > 100 * kGiB);
        const DeviceMemory small = deviceMemory(recorded("radeon-vega-igpu"));
        QVERIFY(small.total > 7 * kGiB && small.total < 9 * kGiB);
    }
    void aRecordedSoftwareDeviceHasItsHeap() {
        const DeviceMemory memory = deviceMemory(recorded("lavapipe"));
        QCOMPARE(memory.total, 2 * kGiB);
        QVERIFY(memory.mapped);
        QCOMPARE(memory.largestAllocation, 2 * kGiB);
    }
};

PONDER_TEST(DeviceMemoryTest)
#include "device_memory_test.moc"
