// How many Vulkan objects and bytes of device memory are alive in this process.
//
// The wrappers (vulkan_handles.h, vulkan_buffer.h) keep count; tests read it to see that unloading frees
// everything. Owner: process-wide. Thread: any.
#pragma once

#include <cstdint>

namespace ponder {

struct VulkanCounters {
    std::int64_t objects = 0; // handles that must be destroyed or freed
    std::int64_t bytes = 0;   // of VkDeviceMemory

    static VulkanCounters live();
    static void addObjects(std::int64_t change);
    static void addBytes(std::int64_t change);
};

} // namespace ponder
