// One graphics processor as its driver describes it, and whether Ponder can run on it.
//
// Takes a VkPhysicalDevice; gives plain numbers and the DeviceInfo that the user sees. What is needed: Vulkan
// 1.2, a compute queue, buffer device addresses, subgroup arithmetic and shuffle in compute shaders. Errors:
// none (what is missing stands in info.unusable). Next station: vulkan_context.h.
#pragma once

#include "engine/backend/backend.h"
#include "engine/backend/vulkan/device/cooperative_matrix.h"
#include "engine/backend/vulkan/device/vulkan_instance.h"
#include "engine/plan/device_memory.h"

#include <array>

namespace ponder {

struct VulkanPhysical {
    VkPhysicalDevice handle = VK_NULL_HANDLE;
    DeviceInfo info;
    std::uint32_t queueFamily = 0;
    std::uint32_t subgroupSize = 0;        // lanes
    std::uint32_t maxInvocations = 0;      // in one workgroup
    std::uint32_t sharedMemoryBytes = 0;   // of one workgroup
    std::uint64_t maxMemoryAllocation = 0; // bytes of one VkDeviceMemory, as the driver says
    std::uint64_t maxTexelElements = 0;    // of one texel buffer view
    bool hasMemoryBudget = false;          // VK_EXT_memory_budget
    std::array<std::uint8_t, VK_UUID_SIZE> uuid{};
    std::uint32_t driverVersion = 0;
    std::uint32_t vendorId = 0, deviceId = 0;
    std::array<std::uint8_t, VK_UUID_SIZE> cacheUuid{}; // of pipelines that the driver can take back
    bool hasIntegerDot = false;                         // VK_KHR_shader_integer_dot_product
    bool quickIntegerDot = false; // ... and products of four bytes are quicker than floats
    // Of the compute queue; 0 where it has no timestamps.
    std::uint64_t timestampMask = 0; // the bits that count
    double timestampSeconds = 0;     // of one tick
    bool hasHalf = false;            // shaders may compute with f16
    CooperativeUnit cooperative;     // of VK_KHR_cooperative_matrix
    DeviceMemory memory;             // when it was listed
    std::vector<MemoryKind> memoryTypes;

    // As it is now. Without VK_EXT_memory_budget nothing in it says what is in use.
    MemoryDescription describeMemory() const;

    // In the order in which users want them: discrete, integrated, software; ids "vulkan:0" and so on.
    static std::vector<VulkanPhysical> list(const VulkanInstance& instance);
};

} // namespace ponder
