// Writes host bytes into device buffers: straight into mapped memory, or through a staging buffer.
//
// The caller names one or more ranges of a buffer and fills pointers to them; no second copy of the weights
// is made on the host. Owner: the loader, for as long as it loads. Thread: one at a time. Errors:
// OutOfMemory, DeviceLost. Next station: weight_store.h.
#pragma once

#include "engine/backend/vulkan/vulkan_buffer.h"

#include <functional>
#include <span>

namespace ponder {

struct BufferRange {
    std::uint64_t at = 0; // byte in the buffer
    std::uint64_t bytes = 0;
};

class Uploader {
public:
    using Fill = std::function<void(std::span<std::byte* const> places)>;

    // stagingBytes: 0 where all buffers are mapped.
    static Result<Uploader> create(VulkanContext& context, std::uint64_t stagingBytes);
    // The ranges together fit into the staging buffer; at most three.
    Result<void> write(const VulkanBuffer& to, std::span<const BufferRange> ranges, const Fill& fill);
    Result<void> clear(const VulkanBuffer& buffer); // with zeros

private:
    explicit Uploader(VulkanContext& context) : m_context(&context) {}

    VulkanContext* m_context;
    VulkanBuffer m_staging;
};

} // namespace ponder
