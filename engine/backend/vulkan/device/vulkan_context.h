// A logical device with its one compute queue: what every other Vulkan object hangs on.
//
// Gives the VkDevice, the way loads are compiled, submission with waiting, and errors with the device's name.
// Owner: VulkanDevice; outlives executors and buffers. Thread: one at a time. Errors: DeviceUnusable,
// DeviceLost, OutOfMemory, Internal. Next station: vulkan_buffer.h, pipeline_set.h.
#pragma once

#include "engine/backend/vulkan/device/vulkan_handles.h"
#include "engine/backend/vulkan/device/vulkan_physical.h"

#include <functional>
#include <span>

namespace ponder {

// How shaders read: 16-byte texels of a uniform texel buffer (fast on software devices) or plain addresses.
enum class LoadPath { Auto, Texel, Address };

class VulkanContext {
public:
    static Result<std::unique_ptr<VulkanContext>> create(std::shared_ptr<VulkanInstance> instance,
                                                         VulkanPhysical physical, LoadPath path);
    ~VulkanContext();
    VulkanContext(const VulkanContext&) = delete;
    VulkanContext& operator=(const VulkanContext&) = delete;

    VkDevice device() const { return m_device; }
    const VulkanPhysical& physical() const { return m_physical; }
    bool readsTexels() const { return m_texels; }
    // Groups of rows of a matrix that lie side by side (plan/device_layout.h, shaders/include/formats.glsl).
    std::uint32_t groupsTogether() const { return m_texels ? 8 : 1; }
    bool lost() const { return m_lost; }

    // The Error for a failed call; remembers a lost device.
    Error error(VkResult result, const Detail& what);
    Result<VkCommandBuffer> allocateCommands();
    void freeCommands(std::span<const VkCommandBuffer> commands);
    // Runs one recorded command buffer and waits for its end; returns the seconds this took.
    Result<double> submitAndWait(VkCommandBuffer commands);
    // Records one command buffer, runs it and frees it.
    Result<void> runOnce(const std::function<void(VkCommandBuffer)>& record);
    // Runs it after what was submitted before, without waiting; gives the ticket that wait() takes.
    Result<std::uint64_t> submit(VkCommandBuffer commands);
    // True when the work of the ticket (and all before it) has ended, false when the time was not enough.
    Result<bool> wait(std::uint64_t ticket, std::uint64_t nanoseconds);
    // Bytes of device-local memory that can still be allocated.
    std::uint64_t freeBytes() const;
    // Of it, in use by this process, as the driver says; nothing where it does not say.
    std::optional<std::uint64_t> bytesInUse() const;

private:
    VulkanContext() = default;
    Result<void> createQueueObjects();

    std::shared_ptr<VulkanInstance> m_instance;
    VulkanPhysical m_physical;
    VkDevice m_device = VK_NULL_HANDLE;
    VkQueue m_queue = VK_NULL_HANDLE;
    CommandPoolHandle m_commands;
    FenceHandle m_fence;
    SemaphoreHandle m_timeline;
    std::uint64_t m_lastTicket = 0;
    bool m_texels = false;
    bool m_lost = false;
};

} // namespace ponder
