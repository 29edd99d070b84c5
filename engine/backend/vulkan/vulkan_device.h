// One opened Vulkan device behind the Device interface of backend.h.
//
// Takes a context; gives executors, which share the pipelines that any of them needed. Owner: the caller of
// openVulkanDevice(). Thread: one at a time. Errors: as VulkanExecutor::load(). Next station:
// vulkan_executor.h.
#pragma once

#include "engine/backend/vulkan/pipeline/pipeline_set.h"
#include "engine/backend/vulkan/tuning/kernel_tuning.h"
#include "engine/backend/vulkan/vulkan_devices.h"

namespace ponder {

class VulkanDevice final : public Device {
public:
    VulkanDevice(std::unique_ptr<VulkanContext> context, const VulkanOptions& options);

    const DeviceInfo& info() const override { return m_context->physical().info; }
    std::optional<std::uint64_t> bytesInUse() const override { return m_context->bytesInUse(); }
    KvType defaultKvType() const override { return KvType::F16; }
    Result<MemoryUse> plan(const PlanRequest& request) const override;
    Result<std::unique_ptr<Executor>> load(const LoadRequest& request, const Progress& progress,
                                           std::stop_token stop) override;

    Result<std::string> tune(const std::filesystem::path& cacheFolder, const TuningProgress& progress,
                             std::stop_token stop) override;

private:
    Result<void> openPipelines(const std::filesystem::path& cacheFolder);
    Result<std::optional<MatrixTuning>> tuned(const LoadRequest& request, const std::stop_token& stop);
    KernelTuning tuningFor(const PlanRequest& request, const std::optional<MatrixTuning>& matrices) const;

    std::unique_ptr<VulkanContext> m_context;
    std::unique_ptr<PipelineSet> m_pipelines; // from the first load on, in its cache folder
    VulkanOptions m_options;
};

} // namespace ponder
