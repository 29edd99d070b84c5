#include "engine/backend/vulkan/device/vulkan_buffer.h"

#include "engine/base/translatable.h"

#include <algorithm>
#include <utility>

namespace ponder {
namespace {

// The memory types that will do, the best first.
std::vector<std::uint32_t> memoryTypes(const VulkanPhysical& physical, std::uint32_t allowed, Place place) {
    std::vector<std::uint32_t> order;
    if (place == Place::Device) {
        order = physical.memory.types;
    } else {
        for (std::uint32_t type = 0; type < physical.memoryTypes.size(); ++type)
            if (physical.memoryTypes[type].hostVisible && physical.memoryTypes[type].hostCoherent)
                order.push_back(type);
        // What the host reads comes from cached memory where there is any.
        if (place == Place::Download)
            std::stable_partition(order.begin(), order.end(),
                                  [&](std::uint32_t type) { return physical.memoryTypes[type].hostCached; });
    }
    std::erase_if(order, [&](std::uint32_t type) { return !(allowed >> type & 1U); });
    return order;
}

bool isFull(VkResult result) {
    return result == VK_ERROR_OUT_OF_DEVICE_MEMORY || result == VK_ERROR_OUT_OF_HOST_MEMORY;
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
    const VulkanPhysical& physical = context.physical();
    const std::vector<std::uint32_t> types = memoryTypes(physical, needs.memoryTypeBits, place);
    if (types.empty())
        return context.error(VK_ERROR_OUT_OF_DEVICE_MEMORY,
                             Detail{PONDER_TR_NOOP("ErrorDetail", "no suitable memory type"), {}});
    VkMemoryAllocateFlagsInfo flags{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO};
    flags.flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT;
    VkMemoryAllocateInfo info{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
    info.pNext = &flags;
    info.allocationSize = needs.size;
    VkDeviceMemory memory = VK_NULL_HANDLE;
    VkResult made = VK_ERROR_OUT_OF_DEVICE_MEMORY;
    // A heap that is full leaves the next one: the memory of some devices is cut into several.
    for (std::size_t i = 0; i < types.size() && isFull(made); ++i) {
        info.memoryTypeIndex = types[i];
        made = vkAllocateMemory(context.device(), &info, nullptr, &memory);
    }
    if (made != VK_SUCCESS) return context.error(made, std::to_string(needs.size) + " bytes");
    m_memory = {context.device(), memory};
    m_bytes = needs.size;
    VulkanCounters::addBytes(static_cast<std::int64_t>(m_bytes));
    if (const VkResult bound = vkBindBufferMemory(context.device(), handle(), memory, 0); bound != VK_SUCCESS)
        return context.error(bound, "vkBindBufferMemory");

    // On a discrete device a mapping of device-local memory would go over the bus: it is left alone there.
    const bool wantsMap = place != Place::Device || physical.memory.mapped;
    const MemoryKind& type = physical.memoryTypes[info.memoryTypeIndex];
    if (!wantsMap || !type.hostVisible || !type.hostCoherent) return {};
    void* mapped = nullptr;
    if (const VkResult done = vkMapMemory(context.device(), memory, 0, VK_WHOLE_SIZE, 0, &mapped);
        done != VK_SUCCESS)
        return context.error(done, "vkMapMemory");
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
