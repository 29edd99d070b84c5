#include "engine/backend/vulkan/vulkan_device.h"

#include "engine/backend/vulkan/vulkan_executor.h"

#include <algorithm>

namespace ponder {
namespace {

constexpr std::uint64_t kUploadBytes = std::uint64_t{8} << 20;

PlanLimits limitsOf(const VulkanContext& context, const KernelTuning& tuning, const VulkanOptions& options) {
    const VulkanPhysical& physical = context.physical();
    PlanLimits limits;
    limits.deviceName = physical.info.name;
    limits.largestBuffer = physical.maxAllocationBytes;
    if (context.readsTexels())
        limits.largestBuffer = std::min(limits.largestBuffer, physical.maxTexelElements * 16);
    if (options.largestBuffer > 0)
        limits.largestBuffer = std::min(limits.largestBuffer, options.largestBuffer);
    limits.maxRows = tuning.maxRows;
    limits.tileColumns = tuning.mostTileColumns();
    limits.quantizesActivations = tuning.integer;
    limits.maxPartPositions = tuning.maxPartPositions;
    limits.uploadBytes = physical.hostMapsDeviceMemory ? 0 : kUploadBytes;
    return limits;
}

} // namespace

VulkanDevice::VulkanDevice(std::unique_ptr<VulkanContext> context, const VulkanOptions& options)
    : m_context(std::move(context)), m_options(options) {}

Result<std::unique_ptr<Executor>> VulkanDevice::load(const LoadRequest& request, const Progress& progress,
                                                     std::stop_token stop) {
    KernelTuning tuning = KernelTuning::forDevice(*m_context, request.precision);
    if (m_options.firstRate > 0) tuning.firstRate = m_options.firstRate;
    if (m_options.maxPartPositions > 0) tuning.maxPartPositions = m_options.maxPartPositions;
    return VulkanExecutor::load(*m_context, request, limitsOf(*m_context, tuning, m_options), tuning,
                                progress, stop);
}

Result<std::unique_ptr<Device>> openVulkanDevice(const std::string& id, const VulkanOptions& options) {
    auto context = openVulkanContext(id, options);
    if (!context) return context.error();
    return std::unique_ptr<Device>(std::make_unique<VulkanDevice>(std::move(*context), options));
}

} // namespace ponder
