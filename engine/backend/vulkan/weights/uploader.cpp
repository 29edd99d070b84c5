#include "engine/backend/vulkan/weights/uploader.h"

#include <algorithm>
#include <cstring>

namespace ponder {

Result<std::unique_ptr<Uploader>> Uploader::create(VulkanContext& context, bool staged) {
    std::unique_ptr<Uploader> out(new Uploader(context));
    if (!staged) return out;
    auto staging = VulkanBuffer::create(context, kUploadRingBytes, Place::Upload);
    if (!staging) return staging.error();
    out->m_staging = std::move(*staging);
    return out;
}

// Fails only where the device is lost, and then nothing is under way any more.
Uploader::~Uploader() { (void)finish(); }

Result<void> Uploader::waitFor(Part& part) {
    if (!part.commands) return {};
    const auto ended = m_context.wait(part.ticket, UINT64_MAX);
    m_context.freeCommands({&part.commands, 1});
    part = {};
    return ended ? Result<void>() : ended.error();
}

Result<void> Uploader::finish() {
    Result<void> out;
    for (Part& part : m_parts)
        if (auto ended = waitFor(part); !ended) out = ended;
    return out;
}

std::size_t Uploader::underWay() const {
    return static_cast<std::size_t>(std::count_if(
        m_parts.begin(), m_parts.end(), [](const Part& part) { return part.commands != VK_NULL_HANDLE; }));
}

Result<void> Uploader::write(const VulkanBuffer& to, std::span<const BufferRange> ranges, const Fill& fill) {
    std::array<std::byte*, 3> places{};
    if (to.mapped()) {
        for (std::size_t i = 0; i < ranges.size(); ++i)
            places[i] = to.mapped() + ranges[i].at;
        fill({places.data(), ranges.size()});
        return {};
    }
    std::uint64_t bytes = 0;
    for (const BufferRange& range : ranges)
        bytes += range.bytes;
    if (!m_staging.mapped() || bytes > kPartBytes)
        return m_context.error(VK_ERROR_MEMORY_MAP_FAILED, "upload of " + std::to_string(bytes) + " bytes");
    Part& part = m_parts[m_next];
    if (auto free = waitFor(part); !free) return free;
    std::array<VkBufferCopy, 3> copies{};
    std::uint32_t used = 0;
    std::uint64_t at = m_next * kPartBytes;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        places[i] = m_staging.mapped() + at;
        if (ranges[i].bytes > 0) copies[used++] = {at, ranges[i].at, ranges[i].bytes};
        at += ranges[i].bytes;
    }
    fill({places.data(), ranges.size()});
    m_next = (m_next + 1) % kParts;
    return submit(part, to, std::span(copies).first(used));
}

Result<void> Uploader::submit(Part& part, const VulkanBuffer& to, std::span<const VkBufferCopy> copies) {
    if (copies.empty()) return {};
    const auto commands = m_context.allocateCommands();
    if (!commands) return commands.error();
    VkCommandBufferBeginInfo info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    info.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    VkResult recorded = vkBeginCommandBuffer(*commands, &info);
    if (recorded == VK_SUCCESS) {
        vkCmdCopyBuffer(*commands, m_staging.handle(), to.handle(), static_cast<std::uint32_t>(copies.size()),
                        copies.data());
        // Later submits read it, or write beside it.
        VkMemoryBarrier barrier{VK_STRUCTURE_TYPE_MEMORY_BARRIER};
        barrier.srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT;
        barrier.dstAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT | VK_ACCESS_SHADER_READ_BIT;
        vkCmdPipelineBarrier(*commands, VK_PIPELINE_STAGE_TRANSFER_BIT,
                             VK_PIPELINE_STAGE_TRANSFER_BIT | VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 1,
                             &barrier, 0, nullptr, 0, nullptr);
        recorded = vkEndCommandBuffer(*commands);
    }
    const auto ticket = recorded == VK_SUCCESS ? m_context.submit(*commands)
                                               : Result<std::uint64_t>(m_context.error(recorded, "upload"));
    if (!ticket) {
        m_context.freeCommands({&*commands, 1});
        return ticket.error();
    }
    part = {*commands, *ticket};
    return {};
}

Result<void> Uploader::clear(const VulkanBuffer& buffer) {
    if (buffer.mapped()) {
        std::memset(buffer.mapped(), 0, buffer.bytes());
        return {};
    }
    return m_context.runOnce(
        [&](VkCommandBuffer commands) { vkCmdFillBuffer(commands, buffer.handle(), 0, VK_WHOLE_SIZE, 0); });
}

} // namespace ponder
