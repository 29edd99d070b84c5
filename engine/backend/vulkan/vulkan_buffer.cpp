#include "engine/backend/vulkan/vulkan_buffer.h"

#include "engine/base/translatable.h"

#include <array>
#include <optional>
#include <utility>

namespace ponder {
namespace {

// The first memory type that has all the flags, for the most wished-for flags that any type has.
std::optional<std::uint32_t> memoryType(const VulkanPhysical& physical, std::uint32_t allowed, Place place) {
    constexpr VkMemoryPropertyFlags device = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
    constexpr VkMemoryPropertyFlags host =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    std::array<VkMemoryPropertyFlags, 3> wishes{};
    switch (place) {
    case Place::Device:
        wishes = {physical.hostMapsDeviceMemory ? device | host : device, device, 0};
        break;
    case Place::Upload:
        wishes = {host, host, host};
        break;
    case Place::Download:
        wishes = {host | VK_MEMORY_PROPERTY_HOST_CACHED_BIT, host, host};
        break;
    }
    for (const VkMemoryPropertyFlags wish : wishes)
        for (std::uint32_t type = 0; type < physical.memory.memoryTypeCount; ++type)
            if ((allowed >> type & 1U) && (physical.memory.memoryTypes[type].propertyFlags & wish) == wish)
                return type;
    return std::nullopt;
}

} // namespace

Result<VulkanBuffer> VulkanBuffer::create(VulkanContext& context, std::uint64_t bytes, Place place) {
    VulkanBuffer out;
    VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
    info.size = bytes;
    info.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT |
                 VK_BUFFER_USAGE_TRANSFER_DST_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT;
    if (context.readsTexels()) info.usage |= VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT;
    VkBuffer buffer = VK_NULL_HANDLE;
    if (const VkResult made = vkCreateBuffer(context.device(), &info, nullptr, &buffer); made != VK_SUCCESS)
        return context.error(made, std::to_string(bytes) + " bytes");
    out.m_buffer = {context.device(), buffer};
    if (auto allocated = out.allocate(context, place); !allocated) return allocated.error();
    if (auto described = out.describe(context, bytes); !described) return described.error();
    return out;
}

Result<void> VulkanBuffer::allocate(VulkanContext& context, Place place) {
    VkMemoryRequirements needs{};
    vkGetBufferMemoryRequirements(context.device(), handle(), &needs);
    const auto type = memoryType(context.physical(), needs.memoryTypeBits, place);
    if (!type)
        return context.error(VK_ERROR_OUT_OF_DEVICE_MEMORY,
                             Detail{PONDER_TR_NOOP("ErrorDetail", "no suitable memory type"), {}});
    VkMemoryAllocateFlagsInfo flags{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO};
    flags.flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT;
    VkMemoryAllocateInfo info{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
    info.pNext = &flags;
    info.allocationSize = needs.size;
    info.memoryTypeIndex = *type;
    VkDeviceMemory memory = VK_NULL_HANDLE;
    if (const VkResult made = vkAllocateMemory(context.device(), &info, nullptr, &memory); made != VK_SUCCESS)
        return context.error(made, std::to_string(needs.size) + " bytes");
    m_memory = {context.device(), memory};
    m_bytes = needs.size;
    VulkanCounters::addBytes(static_cast<std::int64_t>(m_bytes));
    if (const VkResult bound = vkBindBufferMemory(context.device(), handle(), memory, 0); bound != VK_SUCCESS)
        return context.error(bound, "vkBindBufferMemory");

    // On a discrete device a mapping of device-local memory would go over the bus: it is left alone there.
    const bool wantsMap = place != Place::Device || context.physical().hostMapsDeviceMemory;
    constexpr VkMemoryPropertyFlags host =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    if (!wantsMap || (context.physical().memory.memoryTypes[*type].propertyFlags & host) != host) return {};
    void* mapped = nullptr;
    if (const VkResult made = vkMapMemory(context.device(), memory, 0, VK_WHOLE_SIZE, 0, &mapped);
        made != VK_SUCCESS)
        return context.error(made, "vkMapMemory");
    m_mapped = static_cast<std::byte*>(mapped);
    return {};
}

Result<void> VulkanBuffer::describe(VulkanContext& context, std::uint64_t bytes) {
    VkBufferDeviceAddressInfo address{VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO};
    address.buffer = handle();
    m_address = vkGetBufferDeviceAddress(context.device(), &address);
    if (!context.readsTexels()) return {};
    VkBufferViewCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO};
    info.buffer = handle();
    info.format = VK_FORMAT_R32G32B32A32_UINT;
    info.range = bytes;
    VkBufferView view = VK_NULL_HANDLE;
    if (const VkResult made = vkCreateBufferView(context.device(), &info, nullptr, &view); made != VK_SUCCESS)
        return context.error(made, "vkCreateBufferView");
    m_view = {context.device(), view};
    return {};
}

VulkanBuffer::VulkanBuffer(VulkanBuffer&& other) noexcept { *this = std::move(other); }

VulkanBuffer& VulkanBuffer::operator=(VulkanBuffer&& other) noexcept {
    std::swap(m_buffer, other.m_buffer);
    std::swap(m_memory, other.m_memory);
    std::swap(m_view, other.m_view);
    std::swap(m_address, other.m_address);
    std::swap(m_mapped, other.m_mapped);
    std::swap(m_bytes, other.m_bytes);
    return *this;
}

VulkanBuffer::~VulkanBuffer() { VulkanCounters::addBytes(-static_cast<std::int64_t>(m_bytes)); }

} // namespace ponder
