// Writes host bytes into device buffers: straight into mapped memory, or through a ring of staging memory.
//
// The caller names one or more ranges of a buffer and fills pointers to them; no second copy of the weights
// is made on the host. Through the ring a write returns when its copy has been submitted: the next one is
// filled meanwhile, in another part of the ring. Owner: the loader, for as long as it loads. Thread: one at a
// time. Errors: OutOfMemory, DeviceLost, Internal (ranges larger than a part). Next station: weight_store.h.
#pragma once

#include "engine/backend/vulkan/device/vulkan_buffer.h"
#include "engine/plan/vulkan_plan.h"

#include <array>
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

    static constexpr std::size_t kParts = 3; // one is filled, one copied, one waits
    static constexpr std::uint64_t kPartBytes = kUploadRingBytes / kParts; // the most of one write

    // staged: false where all buffers are mapped.
    static Result<std::unique_ptr<Uploader>> create(VulkanContext& context, bool staged);
    // Waits for the copies that are under way.
    ~Uploader();
    Uploader(const Uploader&) = delete;
    Uploader& operator=(const Uploader&) = delete;

    // At most three ranges.
    Result<void> write(const VulkanBuffer& to, std::span<const BufferRange> ranges, const Fill& fill);
    Result<void> clear(const VulkanBuffer& buffer); // with zeros
    // Everything written is in its place.
    Result<void> finish();
    // Copies submitted and not known to have ended; tests see that writes do not wait for each other.
    std::size_t underWay() const;

private:
    struct Part {
        VkCommandBuffer commands = VK_NULL_HANDLE; // of the copy under way
        std::uint64_t ticket = 0;
    };

    explicit Uploader(VulkanContext& context) : m_context(context) {}
    Result<void> waitFor(Part& part);
    Result<void> submit(Part& part, const VulkanBuffer& to, std::span<const VkBufferCopy> copies);

    VulkanContext& m_context;
    VulkanBuffer m_staging;
    std::array<Part, kParts> m_parts;
    std::size_t m_next = 0;
};

} // namespace ponder
