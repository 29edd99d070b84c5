// How long the search for the quickest kernels of a device keeps who loads a model there for the first time.
#include "engine/backend/vulkan/tuning/tuning_search.h"
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"

#include <chrono>

using namespace ponder;

class KernelSearchBench : public QObject {
    Q_OBJECT
private slots:
    void theSearchEndsInTime() {
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
        const auto context = std::move(*openVulkanContext("vulkan:0", {}));
        const auto start = std::chrono::steady_clock::now();
        const auto found = searchTuning(*context, KernelTuning::forDevice(*context, Precision::Fast), {}, {});
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        QVERIFY(found);
        qInfo("%s, %s, %s, %s after %.1f s", found->single.name().c_str(), found->few.name().c_str(),
              found->many.name().c_str(), found->integer ? "integer" : "float", took);
        QVERIFY(took < kTuningSeconds + 5); // the last candidate may begin just before the end
    }
};

PONDER_TEST(KernelSearchBench)
#include "kernel_search_bench.moc"
