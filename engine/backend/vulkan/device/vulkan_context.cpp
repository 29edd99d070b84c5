#include "engine/backend/vulkan/device/vulkan_context.h"

#include "engine/base/translatable.h"

#include <algorithm>
#include <chrono>

namespace ponder {

Result<std::unique_ptr<VulkanContext>> VulkanContext::create(std::shared_ptr<VulkanInstance> instance,
                                                             VulkanPhysical physical, LoadPath path) {
    if (!physical.info.unusable.empty())
        return Error{ErrorCode::DeviceUnusable, physical.info.name, physical.info.unusable};
    std::unique_ptr<VulkanContext> context(new VulkanContext);
    context->m_instance = std::move(instance);
    context->m_physical = std::move(physical);
    const VulkanPhysical& chosen = context->m_physical;
    context->m_texels =
        path == LoadPath::Auto ? chosen.info.kind == DeviceKind::Software : path == LoadPath::Texel;

    const float priority = 1.0F;
    VkDeviceQueueCreateInfo queue{VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
    queue.queueFamilyIndex = chosen.queueFamily;
    queue.queueCount = 1;
    queue.pQueuePriorities = &priority;
    VkPhysicalDeviceVulkan12Features features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
    features.bufferDeviceAddress = VK_TRUE;
    features.timelineSemaphore = VK_TRUE; // every Vulkan 1.2 device has them
    VkDeviceCreateInfo info{VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO};
    info.pNext = &features;
    info.queueCreateInfoCount = 1;
    info.pQueueCreateInfos = &queue;
    std::vector<const char*> extensions;
    if (chosen.hasMemoryBudget) extensions.push_back(VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR dot{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR};
    if (chosen.hasIntegerDot) {
        extensions.push_back(VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME);
        dot.shaderIntegerDotProduct = VK_TRUE;
        features.pNext = &dot;
    }
    features.shaderFloat16 = chosen.hasHalf ? VK_TRUE : VK_FALSE;
    CooperativeMatrixFeatures cooperative;
    VkPhysicalDeviceSubgroupSizeControlFeatures subgroups{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES};
    if (chosen.cooperative.rows > 0) {
        extensions.push_back(kCooperativeMatrixExtension);
        extensions.push_back(VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME);
        features.vulkanMemoryModel = VK_TRUE;
        cooperative.cooperativeMatrix = VK_TRUE;
        cooperative.pNext = &subgroups;
        subgroups.subgroupSizeControl = VK_TRUE;
        subgroups.computeFullSubgroups = VK_TRUE;
        subgroups.pNext = features.pNext;
        features.pNext = &cooperative;
    }
    info.enabledExtensionCount = static_cast<std::uint32_t>(extensions.size());
    info.ppEnabledExtensionNames = extensions.data();
    if (const VkResult made = vkCreateDevice(chosen.handle, &info, nullptr, &context->m_device);
        made != VK_SUCCESS)
        return context->error(made, "vkCreateDevice");
    VulkanCounters::addObjects(1);
    vkGetDeviceQueue(context->m_device, chosen.queueFamily, 0, &context->m_queue);
    if (auto made = context->createQueueObjects(); !made) return made.error();
    return context;
}

Result<void> VulkanContext::createQueueObjects() {
    VkCommandPoolCreateInfo pool{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    pool.queueFamilyIndex = m_physical.queueFamily;
    VkCommandPool commands = VK_NULL_HANDLE;
    if (const VkResult made = vkCreateCommandPool(m_device, &pool, nullptr, &commands); made != VK_SUCCESS)
        return error(made, "vkCreateCommandPool");
    m_commands = {m_device, commands};
    const VkFenceCreateInfo fenceInfo{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkFence fence = VK_NULL_HANDLE;
    if (const VkResult made = vkCreateFence(m_device, &fenceInfo, nullptr, &fence); made != VK_SUCCESS)
        return error(made, "vkCreateFence");
    m_fence = {m_device, fence};
    VkSemaphoreTypeCreateInfo type{VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO};
    type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
    VkSemaphoreCreateInfo semaphoreInfo{VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
    semaphoreInfo.pNext = &type;
    VkSemaphore timeline = VK_NULL_HANDLE;
    if (const VkResult made = vkCreateSemaphore(m_device, &semaphoreInfo, nullptr, &timeline);
        made != VK_SUCCESS)
        return error(made, "vkCreateSemaphore");
    m_timeline = {m_device, timeline};
    return {};
}

VulkanContext::~VulkanContext() {
    m_timeline = {};
    m_fence = {};
    m_commands = {};
    if (!m_device) return;
    vkDestroyDevice(m_device, nullptr);
    VulkanCounters::addObjects(-1);
}

Error VulkanContext::error(VkResult result, const Detail& what) {
    switch (result) {
    case VK_ERROR_DEVICE_LOST:
        m_lost = true;
        return {ErrorCode::DeviceLost, m_physical.info.name, what};
    case VK_ERROR_OUT_OF_HOST_MEMORY:
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
    case VK_ERROR_TOO_MANY_OBJECTS:
        return {ErrorCode::OutOfMemory, m_physical.info.name, what};
    default:
        break;
    }
    return {ErrorCode::Internal, m_physical.info.name,
            Detail{PONDER_TR_NOOP("ErrorDetail", "%1 gave %2"), {what.english(), std::to_string(result)}}};
}

Result<VkCommandBuffer> VulkanContext::allocateCommands() {
    VkCommandBufferAllocateInfo info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
    info.commandPool = m_commands.get();
    info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
    info.commandBufferCount = 1;
    VkCommandBuffer commands = VK_NULL_HANDLE;
    if (const VkResult made = vkAllocateCommandBuffers(m_device, &info, &commands); made != VK_SUCCESS)
        return error(made, "vkAllocateCommandBuffers");
    VulkanCounters::addObjects(1);
    return commands;
}

void VulkanContext::freeCommands(std::span<const VkCommandBuffer> commands) {
    if (commands.empty()) return;
    vkFreeCommandBuffers(m_device, m_commands.get(), static_cast<std::uint32_t>(commands.size()),
                         commands.data());
    VulkanCounters::addObjects(-static_cast<std::int64_t>(commands.size()));
}

Result<double> VulkanContext::submitAndWait(VkCommandBuffer commands) {
    if (m_lost) return error(VK_ERROR_DEVICE_LOST, "submit");
    const auto start = std::chrono::steady_clock::now();
    VkSubmitInfo info{VK_STRUCTURE_TYPE_SUBMIT_INFO};
    info.commandBufferCount = 1;
    info.pCommandBuffers = &commands;
    const VkFence fence = m_fence.get();
    if (const VkResult sent = vkQueueSubmit(m_queue, 1, &info, fence); sent != VK_SUCCESS)
        return error(sent, "vkQueueSubmit");
    if (const VkResult waited = vkWaitForFences(m_device, 1, &fence, VK_TRUE, UINT64_MAX);
        waited != VK_SUCCESS)
        return error(waited, "vkWaitForFences");
    if (const VkResult reset = vkResetFences(m_device, 1, &fence); reset != VK_SUCCESS)
        return error(reset, "vkResetFences");
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Result<void> VulkanContext::runOnce(const std::function<void(VkCommandBuffer)>& record) {
    const auto commands = allocateCommands();
    if (!commands) return commands.error();
    VkCommandBufferBeginInfo info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    info.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    VkResult result = vkBeginCommandBuffer(*commands, &info);
    if (result == VK_SUCCESS) {
        record(*commands);
        result = vkEndCommandBuffer(*commands);
    }
    Result<void> out;
    if (result != VK_SUCCESS)
        out = error(result, "runOnce");
    else if (const auto done = submitAndWait(*commands); !done)
        out = done.error();
    freeCommands({&*commands, 1});
    return out;
}

Result<std::uint64_t> VulkanContext::submit(VkCommandBuffer commands) {
    if (m_lost) return error(VK_ERROR_DEVICE_LOST, "submit");
    const VkSemaphore timeline = m_timeline.get();
    const std::uint64_t ticket = m_lastTicket + 1;
    VkTimelineSemaphoreSubmitInfo values{VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO};
    values.signalSemaphoreValueCount = 1;
    values.pSignalSemaphoreValues = &ticket;
    VkSubmitInfo info{VK_STRUCTURE_TYPE_SUBMIT_INFO};
    info.pNext = &values;
    info.commandBufferCount = 1;
    info.pCommandBuffers = &commands;
    info.signalSemaphoreCount = 1;
    info.pSignalSemaphores = &timeline;
    if (const VkResult sent = vkQueueSubmit(m_queue, 1, &info, VK_NULL_HANDLE); sent != VK_SUCCESS)
        return error(sent, "vkQueueSubmit");
    return m_lastTicket = ticket;
}

Result<bool> VulkanContext::wait(std::uint64_t ticket, std::uint64_t nanoseconds) {
    if (m_lost) return error(VK_ERROR_DEVICE_LOST, "wait");
    const VkSemaphore timeline = m_timeline.get();
    VkSemaphoreWaitInfo info{VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO};
    info.semaphoreCount = 1;
    info.pSemaphores = &timeline;
    info.pValues = &ticket;
    const VkResult waited = vkWaitSemaphores(m_device, &info, nanoseconds);
    if (waited == VK_TIMEOUT) return false;
    if (waited != VK_SUCCESS) return error(waited, "vkWaitSemaphores");
    return true;
}

std::uint64_t VulkanContext::freeBytes() const {
    const DeviceMemory now = deviceMemory(m_physical.describeMemory());
    if (now.freeIsLive) return now.free;
    // The driver does not count; this process's own bytes are known.
    const auto used = static_cast<std::uint64_t>(std::max<std::int64_t>(0, VulkanCounters::live().bytes));
    return std::min(now.free, now.total > used ? now.total - used : 0);
}

std::optional<std::uint64_t> VulkanContext::bytesInUse() const {
    const DeviceMemory now = deviceMemory(m_physical.describeMemory());
    return now.freeIsLive ? std::optional(now.used) : std::nullopt;
}

} // namespace ponder
