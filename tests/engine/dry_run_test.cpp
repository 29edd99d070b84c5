#include "engine/devices.h"
#include "engine/engine.h"
#include "engine/plan/dry_run.h"
#include "tests/support/family_file.h"
#include "tests/support/planned_memory.h"
#include "tests/support/reference_data.h"
#include "tests/support/shapes.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

namespace {

bool same(const MemoryUse& a, const MemoryUse& b) {
    return a.weights == b.weights && a.kv == b.kv && a.scratch == b.scratch && a.staging == b.staging;
}

QString text(const MemoryUse& use) {
    return QStringLiteral("%1 %2 %3 %4").arg(use.weights).arg(use.kv).arg(use.scratch).arg(use.staging);
}

} // namespace

class DryRunTest : public QObject {
    Q_OBJECT
private slots:
    void itSaysWhatTheOpenedDeviceWouldAllocate_data() {
        QTest::addColumn<QString>("device");
        QTest::addColumn<int>("context");
        for (const QString& device :
             {QStringLiteral("cpu"), QStringLiteral("reference"), QStringLiteral("vulkan:0")})
            for (const int context : {1, 64, 4096, 16384})
                QTest::newRow(qPrintable(device + QStringLiteral(", %1 tokens").arg(context)))
                    << device << context;
    }
    void itSaysWhatTheOpenedDeviceWouldAllocate() {
        QFETCH(const QString, device);
        QFETCH(const int, context);
        auto opened = openDevice(device.toStdString());
        if (!opened) QSKIP("this machine has no such device");
        const auto file = ModelFile::open(test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf");
        QVERIFY(file);
        const auto config = ModelConfig::read(**file);
        const auto weights = bindWeights(**file, *config);
        for (const KvType type : {KvType::F16, KvType::Q8_0}) {
            const PlanRequest request{*config, *weights, (*file)->fileBytes(), std::uint32_t(context), type};
            const auto wanted = (*opened)->plan(request);
            const auto got = planMemory((*opened)->info(), request);
            QVERIFY(wanted && got);
            QVERIFY2(same(*wanted, *got), qPrintable(text(*got) + " for " + text(*wanted)));
        }
    }
    void aModelKnownByItsShapeTakesWhatItsFileTakes() {
        const auto file = ModelFile::open(test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf");
        QVERIFY(file);
        const auto config = ModelConfig::read(**file);
        const auto weights = bindWeights(**file, *config);
        const ShapeModel model(*config, FileType::Q8_0);
        for (const DeviceInfo& device : listDevices()) {
            if (!device.unusable.empty()) continue;
            const auto wanted = planMemory(device, {*config, *weights, (*file)->fileBytes(), 512});
            const auto got = planMemory(device, {model.config(), model.weights(), model.tensorBytes(), 512});
            QVERIFY(wanted && got);
            QVERIFY2(same(*wanted, *got), qPrintable(text(*got) + " for " + text(*wanted)));
        }
    }
    void anyPartOfAnyFamilyTakesWhatAPlanOfItTakes_data() {
        QTest::addColumn<int>("family");
        for (std::size_t i = 0; i < families().size(); ++i)
            QTest::addRow("%s", std::string(families()[i]->architecture).c_str()) << static_cast<int>(i);
    }
    void anyPartOfAnyFamilyTakesWhatAPlanOfItTakes() {
        QFETCH(const int, family);
        ModelConfig config = test::smallConfig(*families()[static_cast<std::size_t>(family)]);
        for (const bool tied : {false, true})
            for (const FileType type : {FileType::Q4_K_M, FileType::F16}) {
                config.tied = tied;
                const ShapeModel model(config, type);
                for (const DeviceKind kind :
                     {DeviceKind::Processor, DeviceKind::Discrete, DeviceKind::Software})
                    compareParts(model, test::deviceOf(kind));
                // Some of its tensors, layers or scratch have no buffer.
                for (const std::uint64_t largest : {300, 6000, 30'000, 200'000, 20'000'000})
                    compareParts(model, test::deviceOf(DeviceKind::Integrated, largest));
            }
    }
    void aCardThatIsNotHereCanBeAskedAbout() {
        DeviceInfo card;
        card.name = "a card";
        card.kind = DeviceKind::Discrete;
        card.memoryBytes = card.freeBytes = 1; // what there is does not matter to what is needed
        card.largestAllocation = std::uint64_t{2} << 30;
        const ShapeModel model(test::qwen2Config(28, 3584, 28, 4, 128, 18944, 152064), FileType::Q4_K_M);
        const auto use = planMemory(card, {model.config(), model.weights(), model.tensorBytes(), 32768});
        QVERIFY(use);
        QCOMPARE(use->kv, std::uint64_t{28} * 2 * 4 * 128 * 2 * 32768);
        QVERIFY(double(use->weights) > double(model.tensorBytes()) * 0.99);
        QVERIFY(double(use->weights) < double(model.tensorBytes()) * 1.06);
    }

private:
    static void compareParts(const ShapeModel& model, const DeviceInfo& device) {
        PlanRequest request{model.config(), model.weights(), model.tensorBytes(), 0, KvType::Q8_0};
        const auto dry = DryRun::of(device, request), experts = DryRun::ofExperts(device, request);
        QVERIFY(dry && experts);
        const std::uint32_t layers = model.config().layers;
        for (request.contextTokens = 0; request.contextTokens <= 8192; request.contextTokens += 4096)
            for (std::uint32_t first = 0; first < layers; ++first)
                for (std::uint32_t end = first + 1; end <= layers; ++end)
                    for (std::uint32_t lent = 0; lent <= layers; ++lent) {
                        const PlanPart part{{first, end}, {0, lent}};
                        const auto got = test::memoryText(dry->memory(request.contextTokens, part));
                        const auto wanted = test::memoryText(test::plannedMemory(device, request, part));
                        QVERIFY2(got == wanted, (got + " for " + wanted).c_str());
                    }
        for (std::uint32_t lent = 0; lent <= layers; ++lent) {
            const auto got = test::memoryText(experts->memory(0, {{0, lent}}));
            const auto wanted = test::memoryText(test::plannedExpertMemory(device, request, {0, lent}));
            QVERIFY2(got == wanted, (got + " for " + wanted).c_str());
        }
    }
};

PONDER_TEST(DryRunTest)
#include "dry_run_test.moc"
