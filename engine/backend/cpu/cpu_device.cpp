#include "engine/backend/cpu/cpu_device.h"

#include "engine/backend/cpu/cpu_executor.h"
#include "engine/backend/cpu/cpu_expert_worker.h"
#include "engine/backend/cpu/simd_support.h"
#include "engine/base/host_memory.h"
#include "engine/base/processor.h"
#include "engine/base/translatable.h"
#include "engine/plan/type_check.h"

namespace ponder {
namespace {

class CpuDevice final : public Device {
public:
    const DeviceInfo& info() const override { return m_info; }
    KvType defaultKvType() const override { return KvType::F16; }

    Result<MemoryUse> plan(const PlanRequest& request) const override {
        const Result<CpuPlan> plan = fitting(request);
        if (!plan) return plan.error();
        return plan->memory();
    }

    Result<std::unique_ptr<Executor>> load(const LoadRequest& request, const Progress& progress,
                                           std::stop_token stop) override {
        Result<CpuPlan> plan = fitting(request.plan);
        if (!plan) return plan.error();
        return cpu::CpuExecutor::load(request, std::move(*plan), threadsOf(request.plan), progress, stop);
    }

    Result<MemoryUse> planExperts(const PlanRequest& request) const override {
        const Result<CpuPlan> plan = fittingExperts(request);
        if (!plan) return plan.error();
        return plan->memory();
    }

    Result<std::shared_ptr<ExpertWorker>> loadExperts(const LoadRequest& request, const Progress& progress,
                                                      std::stop_token stop) override {
        Result<CpuPlan> plan = fittingExperts(request.plan);
        if (!plan) return plan.error();
        return cpu::CpuExpertWorker::load(request, std::move(*plan), threadsOf(request.plan), progress, stop);
    }

private:
    static unsigned threadsOf(const PlanRequest& request) {
        return request.threads > 0 ? request.threads : processor().cores;
    }

    Result<CpuPlan> fitting(const PlanRequest& request) const {
        const LayerRange layers = request.layers.of(request.config.layers);
        if (const auto known = checkTypes(request.weights, layers, m_info.name, PanelLayout::knows); !known)
            return known.error();
        return fitting(CpuPlan::make(request, threadsOf(request)));
    }

    Result<CpuPlan> fittingExperts(const PlanRequest& request) const {
        const LayerRange layers = request.layers.of(request.config.layers);
        const FileWeights experts = expertsOf(request.weights, layers.first, layers.end);
        if (const auto known = checkTypes(experts, layers, m_info.name, PanelLayout::knows); !known)
            return known.error();
        return fitting(CpuPlan::ofExperts(request, threadsOf(request)));
    }

    Result<CpuPlan> fitting(CpuPlan plan) const {
        if (const auto fits = checkHostMemory(m_info.name, plan.memory().total()); !fits) return fits.error();
        return plan;
    }

    DeviceInfo m_info = cpuDeviceInfo();
};

} // namespace

DeviceInfo cpuDeviceInfo() {
    const Processor processor = ponder::processor();
    const HostMemory memory = hostMemory();
    DeviceInfo info;
    info.id = "cpu";
    info.name = processor.name.empty() ? "Processor" : processor.name;
    info.instructionSet = cpu::instructionSet();
    info.cores = processor.cores;
    info.driver = info.instructionSet + ", " + std::to_string(processor.cores) + " cores";
    info.unified = true;
    info.kind = DeviceKind::Processor;
    info.memoryBytes = memory.total;
    info.freeBytes = memory.available;
    info.freeIsLive = memory.available > 0;
    if (!cpu::simdSupported())
        info.unusable = Detail{
            PONDER_TR_NOOP("ErrorDetail", "this processor lacks SSE 4.2, which its fast path needs"), {}};
    return info;
}

std::unique_ptr<Device> openCpuDevice() { return std::make_unique<CpuDevice>(); }

} // namespace ponder
