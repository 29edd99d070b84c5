// Streams ranges of device buffers to the host and back, in their order, a few megabytes at a time.
//
// Mapped buffers are read and written where they lie; others go through a staging buffer that lives as long
// as the call. Owner: nobody; the buffers are the caller's. Thread: one at a time; sink and source are called
// on it. Errors: those of sink and source, DeviceLost, OutOfMemory. Next station: vulkan_kv_cache.h.
#pragma once

#include "engine/backend/backend.h"
#include "engine/backend/vulkan/device/vulkan_buffer.h"

#include <span>

namespace ponder {

struct DeviceBytes {
    const VulkanBuffer* buffer = nullptr;
    std::uint64_t at = 0; // byte in the buffer
    std::uint64_t bytes = 0;
};

Result<void> readDevice(VulkanContext& context, std::span<const DeviceBytes> ranges, const ByteSink& sink);
Result<void> writeDevice(VulkanContext& context, std::span<const DeviceBytes> ranges,
                         const ByteSource& source);

} // namespace ponder
