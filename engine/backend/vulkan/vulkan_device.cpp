#include "engine/backend/vulkan/vulkan_device.h"

#include "engine/backend/vulkan/tuning/tuning_file.h"
#include "engine/backend/vulkan/tuning/tuning_search.h"
#include "engine/backend/vulkan/vulkan_executor.h"

#include <algorithm>

namespace ponder {
namespace {

PlanLimits limitsOf(const VulkanContext& context, const PlanRequest& request, const KernelTuning& tuning,
                    const VulkanOptions& options) {
    const VulkanPhysical& physical = context.physical();
    PlanLimits limits = PlanLimits::of(physical.info, request);
    if (context.readsTexels())
        limits.largestBuffer = std::min(limits.largestBuffer, physical.maxTexelElements * 16);
    if (options.largestBuffer > 0)
        limits.largestBuffer = std::min(limits.largestBuffer, options.largestBuffer);
    limits.groupsTogether = context.groupsTogether();
    limits.maxRows = tuning.maxRows;
    limits.tileColumns = tuning.mostTileColumns();
    limits.quantizesActivations = tuning.integer;
    limits.maxPartPositions = tuning.maxPartPositions;
    limits.uploadBytes = physical.memory.mapped ? 0 : kUploadRingBytes;
    return limits;
}

} // namespace

VulkanDevice::VulkanDevice(std::unique_ptr<VulkanContext> context, const VulkanOptions& options)
    : m_context(std::move(context)), m_options(options) {}

// What was found for this device before or, on a GPU's first use, is found now. Software devices start with
// what was measured on one: a search would delay the first reply by more than it can win.
Result<std::optional<MatrixTuning>> VulkanDevice::tuned(const LoadRequest& request,
                                                        const std::stop_token& stop) {
    const VulkanPhysical& physical = m_context->physical();
    if (request.plan.cacheFolder.empty()) return std::optional<MatrixTuning>();
    const std::filesystem::path file = tuningFile(request.plan.cacheFolder, physical);
    auto kept = readTuning(file, physical);
    if (kept || physical.info.kind == DeviceKind::Software) return kept;
    const auto found = searchTuning(*m_context, KernelTuning::forDevice(*m_context, Precision::Fast),
                                    request.onTuning, stop);
    if (!found && (found.error().code == ErrorCode::Cancelled || m_context->lost())) return found.error();
    if (!found) return std::optional<MatrixTuning>();
    writeTuning(file, *found);
    return std::optional(*found);
}

Result<std::string> VulkanDevice::tune(const std::filesystem::path& cacheFolder,
                                       const TuningProgress& progress, std::stop_token stop) {
    const auto found =
        searchTuning(*m_context, KernelTuning::forDevice(*m_context, Precision::Fast), progress, stop);
    if (!found) return found.error();
    writeTuning(tuningFile(cacheFolder, m_context->physical()), *found);
    return found->single.name() + ", " + found->few.name() + ", " + found->many.name() +
           (found->integer ? ", integer" : ", float");
}

KernelTuning VulkanDevice::tuningFor(const PlanRequest& request,
                                     const std::optional<MatrixTuning>& matrices) const {
    KernelTuning tuning = KernelTuning::forDevice(*m_context, request.precision);
    if (matrices) static_cast<MatrixTuning&>(tuning) = *matrices;
    if (request.precision == Precision::Float && tuning.many.isHalf())
        tuning.many = KernelTuning::forDevice(*m_context, request.precision).many;
    tuning.integer = tuning.integer && request.precision == Precision::Fast &&
                     request.fileBytes >= m_options.smallModelBytes;
    if (m_options.firstRate > 0) tuning.firstRate = m_options.firstRate;
    if (m_options.maxPartPositions > 0) tuning.maxPartPositions = m_options.maxPartPositions;
    return tuning;
}

// With what is known of the device's quickest kernels; a plan does not search for them.
Result<MemoryUse> VulkanDevice::plan(const PlanRequest& request) const {
    std::optional<MatrixTuning> kept;
    if (!request.cacheFolder.empty())
        kept = readTuning(tuningFile(request.cacheFolder, m_context->physical()), m_context->physical());
    const KernelTuning tuning = tuningFor(request, kept);
    const auto plan =
        VulkanExecutor::plan(*m_context, request, limitsOf(*m_context, request, tuning, m_options));
    if (!plan) return plan.error();
    return plan->memory();
}

Result<std::unique_ptr<Executor>> VulkanDevice::load(const LoadRequest& request, const Progress& progress,
                                                     std::stop_token stop) {
    const auto matrices = tuned(request, stop);
    if (!matrices) return matrices.error();
    if (auto opened = openPipelines(request.plan.cacheFolder); !opened) return opened.error();
    const KernelTuning tuning = tuningFor(request.plan, *matrices);
    auto loaded =
        VulkanExecutor::load(*m_context, *m_pipelines, request,
                             limitsOf(*m_context, request.plan, tuning, m_options), tuning, progress, stop);
    if (!loaded) m_pipelines->abandon();
    return loaded;
}

Result<void> VulkanDevice::openPipelines(const std::filesystem::path& cacheFolder) {
    if (m_pipelines) return {};
    auto made = PipelineSet::create(*m_context, cacheFolder);
    if (!made) return made.error();
    m_pipelines = std::move(*made);
    return {};
}

Result<std::unique_ptr<Device>> openVulkanDevice(const std::string& id, const VulkanOptions& options) {
    auto context = openVulkanContext(id, options);
    if (!context) return context.error();
    return std::unique_ptr<Device>(std::make_unique<VulkanDevice>(std::move(*context), options));
}

} // namespace ponder
