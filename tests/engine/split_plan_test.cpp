#include "engine/plan/split_plan.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

namespace {

constexpr std::uint32_t kLayers = 10;

// A device with room for so many layers; a layer weighs 100 bytes, the head (or the embedding) 50.
PartPlan roomFor(std::uint32_t layers) {
    return [layers](const LayerRange& range) -> Result<MemoryUse> {
        if (range.end - range.first > layers) return Error{ErrorCode::DoesNotFit, "small", {}};
        MemoryUse use;
        use.weights = (range.end - range.first) * 100 + 50;
        return use;
    };
}

} // namespace

class SplitPlanTest : public QObject {
    Q_OBJECT
private slots:
    void asManyOfTheLastLayersAsFitGoToTheGpu() {
        const auto plan = planSplit(kLayers, std::nullopt, roomFor(7), roomFor(kLayers));
        QVERIFY(plan);
        QCOMPARE(plan->processor.first, 0U);
        QCOMPARE(plan->processor.end, 3U);
        QCOMPARE(plan->gpu.first, 3U);
        QCOMPARE(plan->gpu.end, kLayers);
        QCOMPARE(plan->gpuMemory.weights, std::uint64_t{750});
        QCOMPARE(plan->processorMemory.weights, std::uint64_t{350});
    }
    void aModelThatFitsLeavesTheProcessorNothing() {
        const auto plan = planSplit(kLayers, std::nullopt, roomFor(20), roomFor(0));
        QVERIFY(plan);
        QCOMPARE(plan->gpu.first, 0U);
        QCOMPARE(plan->processor.end, 0U);
        QCOMPARE(plan->processorMemory.total(), std::uint64_t{0});
    }
    void aGpuWithoutRoomForOneLayerLeavesAllToTheProcessor() {
        const auto plan = planSplit(kLayers, std::nullopt, roomFor(0), roomFor(kLayers));
        QVERIFY(plan);
        QCOMPARE(plan->processor.end, kLayers);
        QCOMPARE(plan->gpuMemory.total(), std::uint64_t{0});
    }
    void exactlyTheLayersThatWereAskedForAndAtMostAll() {
        QCOMPARE(planSplit(kLayers, 4, roomFor(20), roomFor(20))->gpu.first, 6U);
        QCOMPARE(planSplit(kLayers, 99, roomFor(20), roomFor(20))->gpu.first, 0U);
        const auto tooMany = planSplit(kLayers, 4, roomFor(3), roomFor(20));
        QVERIFY(!tooMany);
        QCOMPARE(tooMany.error().code, ErrorCode::DoesNotFit);
    }
    void aProcessorWithoutRoomForTheRestIsAnError() {
        const auto plan = planSplit(kLayers, std::nullopt, roomFor(5), roomFor(4));
        QVERIFY(!plan);
        QCOMPARE(plan.error().code, ErrorCode::DoesNotFit);
    }
    void otherErrorsOfTheGpuAreNotTakenForMissingRoom() {
        const PartPlan broken = [](const LayerRange&) -> Result<MemoryUse> {
            return Error{ErrorCode::BadMetadata, "gpu", {}};
        };
        QCOMPARE(planSplit(kLayers, std::nullopt, broken, roomFor(20)).error().code, ErrorCode::BadMetadata);
    }
};

PONDER_TEST(SplitPlanTest)
#include "split_plan_test.moc"
