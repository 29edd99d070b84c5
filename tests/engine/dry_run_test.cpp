#include "engine/devices.h"
#include "engine/engine.h"
#include "engine/plan/dry_run.h"
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
};

PONDER_TEST(DryRunTest)
#include "dry_run_test.moc"
