#include "engine/backend/vulkan/device/device_bytes.h"

#include <algorithm>

namespace ponder {
namespace {

constexpr std::uint64_t kStagingBytes = std::uint64_t{4} << 20;

// What one trip through the staging buffer carries.
using Trip = std::vector<DeviceBytes>;

std::vector<Trip> tripsOf(std::span<const DeviceBytes> ranges) {
    std::vector<Trip> trips;
    std::uint64_t room = 0;
    for (DeviceBytes range : ranges)
        while (range.bytes > 0) {
            if (room == 0) {
                trips.emplace_back();
                room = kStagingBytes;
            }
            const std::uint64_t taken = std::min(range.bytes, room);
            trips.back().push_back({range.buffer, range.at, taken});
            range.at += taken;
            range.bytes -= taken;
            room -= taken;
        }
    return trips;
}

std::uint64_t bytesOf(const Trip& trip) {
    std::uint64_t sum = 0;
    for (const DeviceBytes& range : trip)
        sum += range.bytes;
    return sum;
}

enum class Direction { ToHost, ToDevice };

// Between kernels, which wrote or will read the cache, and the copies.
void barrier(VkCommandBuffer commands, VkAccessFlags from, VkAccessFlags to) {
    VkMemoryBarrier memory{VK_STRUCTURE_TYPE_MEMORY_BARRIER};
    memory.srcAccessMask = from;
    memory.dstAccessMask = to;
    constexpr VkPipelineStageFlags stages =
        VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT | VK_PIPELINE_STAGE_HOST_BIT;
    vkCmdPipelineBarrier(commands, stages, stages, 0, 1, &memory, 0, nullptr, 0, nullptr);
}

Result<void> travel(VulkanContext& context, const Trip& trip, const VulkanBuffer& staging,
                    Direction direction) {
    return context.runOnce([&](VkCommandBuffer commands) {
        const bool toHost = direction == Direction::ToHost;
        barrier(commands, VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_HOST_WRITE_BIT,
                VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT);
        std::uint64_t staged = 0;
        for (const DeviceBytes& range : trip) {
            const VkBufferCopy copy{toHost ? range.at : staged, toHost ? staged : range.at, range.bytes};
            vkCmdCopyBuffer(commands, toHost ? range.buffer->handle() : staging.handle(),
                            toHost ? staging.handle() : range.buffer->handle(), 1, &copy);
            staged += range.bytes;
        }
        barrier(commands, VK_ACCESS_TRANSFER_WRITE_BIT,
                VK_ACCESS_HOST_READ_BIT | VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT);
    });
}

// Hands each stretch of host memory to `move`: mapped ranges themselves, else what the staging buffer holds.
template<class Move>
Result<void> stream(VulkanContext& context, std::span<const DeviceBytes> ranges, Direction direction,
                    const Move& move) {
    if (context.lost()) return context.error(VK_ERROR_DEVICE_LOST, "cache");
    if (std::all_of(ranges.begin(), ranges.end(), [](const auto& range) { return range.buffer->mapped(); })) {
        for (const DeviceBytes& range : ranges)
            if (auto moved = move(std::span(range.buffer->mapped() + range.at, range.bytes)); !moved)
                return moved;
        return {};
    }
    auto staging = VulkanBuffer::create(context, kStagingBytes,
                                        direction == Direction::ToHost ? Place::Download : Place::Upload);
    if (!staging) return staging.error();
    for (const Trip& trip : tripsOf(ranges)) {
        const std::span staged(staging->mapped(), bytesOf(trip));
        if (direction == Direction::ToDevice)
            if (auto moved = move(staged); !moved) return moved;
        if (auto travelled = travel(context, trip, *staging, direction); !travelled) return travelled;
        if (direction == Direction::ToHost)
            if (auto moved = move(staged); !moved) return moved;
    }
    return {};
}

} // namespace

Result<void> readDevice(VulkanContext& context, std::span<const DeviceBytes> ranges, const ByteSink& sink) {
    return stream(context, ranges, Direction::ToHost,
                  [&](std::span<std::byte> bytes) { return sink(bytes); });
}

Result<void> writeDevice(VulkanContext& context, std::span<const DeviceBytes> ranges,
                         const ByteSource& source) {
    return stream(context, ranges, Direction::ToDevice,
                  [&](std::span<std::byte> bytes) { return source(bytes); });
}

} // namespace ponder
