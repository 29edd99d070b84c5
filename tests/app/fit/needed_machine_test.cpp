#include "app/fit/needed_machine.h"

#include "app/models/model_catalogue.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

FitDevice desktop() {
    FitDevice device;
    device.info.kind = DeviceKind::Discrete;
    device.info.memoryBytes = device.info.freeBytes = 12 * kGiB;
    device.info.largestAllocation = 2 * kGiB;
    device.bandwidth = 400e9;
    device.processor.kind = DeviceKind::Processor;
    device.processor.cores = 8;
    device.processor.memoryBytes = device.processor.freeBytes = 64 * kGiB;
    device.processorBandwidth = 60e9;
    return device;
}

std::vector<NeededMachine> machinesFor(const char* id, FileType type) {
    const CatalogueModel* entry = ModelCatalogue::builtIn().find(QString::fromUtf8(id));
    if (!entry) qFatal("no model %s", id);
    const FitModel model(entry->name, entry->config, type);
    return neededMachines(GpuCatalogue::builtIn(), model, desktop(), 8192);
}

const NeededMachine* of(const std::vector<NeededMachine>& machines, NeededMachine::Kind kind) {
    const auto found = std::find_if(machines.begin(), machines.end(),
                                    [kind](const NeededMachine& one) { return one.kind == kind; });
    return found == machines.end() ? nullptr : &*found;
}

} // namespace

class NeededMachineTest : public QObject {
    Q_OBJECT
private slots:
    void theLargestModelNeedsAComputerThatHoldsIt() {
        const auto machines = machinesFor("deepseek-r1", FileType::Q4_K_M);
        const NeededMachine* memory = of(machines, NeededMachine::Kind::Memory);
        QVERIFY(memory);
        QCOMPARE(memory->memoryBytes, 512 * kGiB);
        QVERIFY(memory->speed.decodeTokensPerSecond > 5 && memory->speed.decodeTokensPerSecond < 15);
    }
    void aMixtureOfHeadsRunsBesideASmallCardToo() {
        const auto machines = machinesFor("qwen3-235b-a22b", FileType::Q4_K_M);
        const NeededMachine* beside = of(machines, NeededMachine::Kind::Experts);
        const NeededMachine* memory = of(machines, NeededMachine::Kind::Memory);
        QVERIFY(beside && memory);
        QVERIFY(beside->card && beside->card->memoryGb <= 16);
        QVERIFY(beside->memoryBytes <= memory->memoryBytes);
        QVERIFY(machineText(*beside).contains(beside->card->name));
    }
    void aFastDiskRunsTheLargestModelOnADesk() {
        const auto machines = machinesFor("deepseek-r1", FileType::Q4_K_M);
        const NeededMachine* disk = of(machines, NeededMachine::Kind::Disk);
        QVERIFY(disk);
        QCOMPARE(disk->memoryBytes, 64 * kGiB);
        // Of 37 billion active values most come from the disk: 7 GB a second are about a third of a token.
        QVERIFY(disk->speed.decodeTokensPerSecond > 0.2 && disk->speed.decodeTokensPerSecond < 0.6);
        QVERIFY(machineText(*disk).contains("7 GB/s"));
    }
    void whatIsNoMixtureNeedsMemoryAlone() {
        const auto machines = machinesFor("deepseek-r1-distill-llama-70b", FileType::F16);
        QCOMPARE(machines.size(), std::size_t{1});
        QCOMPARE(machines.front().memoryBytes, 192 * kGiB);
        QVERIFY(machineText(machines.front()).contains("192 GB"));
    }
    void whatNoComputerHoldsHasNoAnswer() {
        const ModelConfig config = [] {
            ModelConfig large = ModelCatalogue::builtIn().find(QStringLiteral("deepseek-r1"))->config;
            large.layers *= 8;
            return large;
        }();
        const FitModel model(QStringLiteral("large"), config, FileType::F16);
        QVERIFY(neededMachines(GpuCatalogue::builtIn(), model, desktop(), 8192).empty());
    }
};

PONDER_TEST(NeededMachineTest)
#include "needed_machine_test.moc"
