#include "engine/backend/vulkan/pipeline/kernel_stamps.h"

namespace ponder {
namespace {

// A timestamp at this stage waits for the kernels before it, so that one kernel's time is not another's.
constexpr VkPipelineStageFlagBits kStage = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT;

} // namespace

Result<void> KernelStamps::before(VkCommandBuffer commands) {
    const auto number = static_cast<std::uint32_t>(m_kernels.size() % kKernelsOfPool);
    if (number == 0) {
        VkQueryPoolCreateInfo info{VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO};
        info.queryType = VK_QUERY_TYPE_TIMESTAMP;
        info.queryCount = 2 * kKernelsOfPool;
        VkQueryPool pool = VK_NULL_HANDLE;
        if (const VkResult made = vkCreateQueryPool(m_context->device(), &info, nullptr, &pool);
            made != VK_SUCCESS)
            return m_context->error(made, "vkCreateQueryPool");
        m_pools.emplace_back(m_context->device(), pool);
        vkCmdResetQueryPool(commands, pool, 0, info.queryCount);
    }
    vkCmdWriteTimestamp(commands, kStage, m_pools.back().get(), 2 * number);
    return {};
}

void KernelStamps::after(VkCommandBuffer commands, std::string_view kernel, const KernelWork& work) {
    const auto number = static_cast<std::uint32_t>(m_kernels.size() % kKernelsOfPool);
    vkCmdWriteTimestamp(commands, kStage, m_pools.back().get(), 2 * number + 1);
    m_kernels.push_back({kernel, work.bytes, work.bytesPerPosition});
}

Result<void> KernelStamps::addTo(KernelSums& sums, std::uint32_t positions) const {
    std::vector<std::uint64_t> ticks(m_pools.size() * 2 * kKernelsOfPool);
    for (std::size_t pool = 0; pool < m_pools.size(); ++pool) {
        const std::size_t first = pool * kKernelsOfPool;
        const auto count =
            static_cast<std::uint32_t>(2 * std::min<std::size_t>(m_kernels.size() - first, kKernelsOfPool));
        const VkResult read =
            vkGetQueryPoolResults(m_context->device(), m_pools[pool].get(), 0, count,
                                  count * sizeof(std::uint64_t), ticks.data() + 2 * first,
                                  sizeof(std::uint64_t), VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT);
        if (read != VK_SUCCESS) return m_context->error(read, "vkGetQueryPoolResults");
    }
    const VulkanPhysical& physical = m_context->physical();
    for (std::size_t i = 0; i < m_kernels.size(); ++i) {
        const std::uint64_t took = (ticks[2 * i + 1] - ticks[2 * i]) & physical.timestampMask;
        sums.add(m_kernels[i].name, static_cast<double>(took) * physical.timestampSeconds,
                 m_kernels[i].bytes + m_kernels[i].bytesPerPosition * positions);
    }
    return {};
}

} // namespace ponder
