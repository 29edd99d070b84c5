// A buffer with its own memory: its device address, its texel view and, where the host can see it, its bytes.
//
// Takes a size and a place; gives memory filled with nothing in particular. Owner: whoever holds it; the
// context must outlive it. Thread: one at a time. Errors: OutOfMemory, DeviceLost, Internal. Next station:
// command_recorder.h (addresses), weight_store.h (bytes).
#pragma once

#include "engine/backend/vulkan/device/vulkan_context.h"

namespace ponder {

enum class Place {
    Device,   // device-local; mapped as well where the device lives in host memory
    Upload,   // host-visible, written by the host
    Download, // host-visible and cached where possible, read by the host
};

class VulkanBuffer {
public:
    VulkanBuffer() = default;
    static Result<VulkanBuffer> create(VulkanContext& context, std::uint64_t bytes, Place place);
    VulkanBuffer(VulkanBuffer&& other) noexcept;
    VulkanBuffer& operator=(VulkanBuffer&& other) noexcept;
    ~VulkanBuffer();

    VkBuffer handle() const { return m_buffer.get(); }
    VkDeviceAddress address() const { return m_address; }
    VkBufferView view() const { return m_view.get(); } // RGBA32UI texels; only on the texel path
    std::byte* mapped() const { return m_mapped; }     // null where the host cannot see it
    std::uint64_t bytes() const { return m_bytes; }    // of memory, as allocated

private:
    Result<void> allocate(VulkanContext& context, Place place);
    Result<void> describe(VulkanContext& context, std::uint64_t bytes);

    BufferHandle m_buffer;
    MemoryHandle m_memory;
    BufferViewHandle m_view;
    VkDeviceAddress m_address = 0;
    std::byte* m_mapped = nullptr;
    std::uint64_t m_bytes = 0;
};

} // namespace ponder
