#include "engine/backend/vulkan/uploader.h"

#include <array>
#include <cstring>

namespace ponder {

Result<Uploader> Uploader::create(VulkanContext& context, std::uint64_t stagingBytes) {
    Uploader out(context);
    if (stagingBytes == 0) return out;
    auto staging = VulkanBuffer::create(context, stagingBytes, Place::Upload);
    if (!staging) return staging.error();
    out.m_staging = std::move(*staging);
    return out;
}

Result<void> Uploader::write(const VulkanBuffer& to, std::span<const BufferRange> ranges, const Fill& fill) {
    std::array<std::byte*, 3> places{};
    if (to.mapped()) {
        for (std::size_t i = 0; i < ranges.size(); ++i)
            places[i] = to.mapped() + ranges[i].at;
        fill({places.data(), ranges.size()});
        return {};
    }
    if (!m_staging.mapped()) return m_context->error(VK_ERROR_MEMORY_MAP_FAILED, "upload without staging");
    std::array<VkBufferCopy, 3> copies{};
    std::uint32_t used = 0;
    std::uint64_t staged = 0;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        places[i] = m_staging.mapped() + staged;
        if (ranges[i].bytes > 0) copies[used++] = {staged, ranges[i].at, ranges[i].bytes};
        staged += ranges[i].bytes;
    }
    fill({places.data(), ranges.size()});
    return m_context->runOnce([&](VkCommandBuffer commands) {
        vkCmdCopyBuffer(commands, m_staging.handle(), to.handle(), used, copies.data());
    });
}

Result<void> Uploader::clear(const VulkanBuffer& buffer) {
    if (buffer.mapped()) {
        std::memset(buffer.mapped(), 0, buffer.bytes());
        return {};
    }
    return m_context->runOnce(
        [&](VkCommandBuffer commands) { vkCmdFillBuffer(commands, buffer.handle(), 0, VK_WHOLE_SIZE, 0); });
}

} // namespace ponder
