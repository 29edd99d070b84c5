#include "engine/backend/vulkan/step/vulkan_states.h"

#include "engine/base/translatable.h"

#include <algorithm>

namespace ponder {
namespace {

void waitBetween(VkCommandBuffer commands, VkPipelineStageFlags before, VkAccessFlags from,
                 VkPipelineStageFlags after, VkAccessFlags to) {
    VkMemoryBarrier barrier{VK_STRUCTURE_TYPE_MEMORY_BARRIER};
    barrier.srcAccessMask = from;
    barrier.dstAccessMask = to;
    vkCmdPipelineBarrier(commands, before, after, 0, 1, &barrier, 0, nullptr, 0, nullptr);
}

} // namespace

void VulkanStates::add(const Trunk& layer) {
    m_any = m_any || layer.bytes > 0;
    m_trunk.push_back(layer);
}

std::optional<std::uint32_t> VulkanStates::tokens() const {
    return m_any && m_tokens != kNoTokens ? std::optional(m_tokens) : std::nullopt;
}

std::uint64_t VulkanStates::branchBytes() const {
    std::uint64_t sum = 0;
    for (const VulkanBuffer& buffer : m_branched.buffers)
        sum += buffer.bytes();
    return sum;
}

StatePlace VulkanStates::branches(std::size_t layer) const {
    const std::size_t buffer = m_branched.bufferOf[layer];
    return {m_branched.buffers[buffer].address(), m_branched.sets[buffer].set,
            static_cast<std::uint32_t>(m_branched.at[layer] / 16),
            static_cast<std::uint32_t>(m_trunk[layer].bytes / 16)};
}

Result<void> VulkanStates::begin(const Batch& batch) {
    if (!m_any) return {};
    if (batch.branches) return beginBranches(batch);
    if (batch.firstPosition != 0 && batch.firstPosition != m_tokens)
        return cannotContinue(batch.firstPosition);
    m_branched = {};
    m_begun.clear();
    forget();
    return {};
}

void VulkanStates::end(const Batch& batch) {
    if (!batch.branches) m_tokens = batch.firstPosition + static_cast<std::uint32_t>(batch.tokens.size());
}

Result<void> VulkanStates::beginBranches(const Batch& batch) {
    const std::span<const std::uint32_t> rows = batch.branches->ofRow;
    if (batch.firstPosition > batch.branches->shared) {
        const bool known =
            std::all_of(rows.begin(), rows.end(), [this](auto branch) { return m_begun.contains(branch); });
        return known ? Result<void>() : cannotContinue(batch.firstPosition);
    }
    if (batch.firstPosition != m_tokens) return cannotContinue(batch.firstPosition);
    if (const std::uint32_t count = *std::max_element(rows.begin(), rows.end()) + 1;
        count > m_branched.count) {
        auto room = allocate(count);
        if (!room) return room.error();
        if (auto copied = copy(batch, *room); !copied) return copied;
        m_branched = std::move(*room);
    } else if (auto copied = copy(batch, m_branched); !copied) {
        return copied;
    }
    m_begun.insert(rows.begin(), rows.end());
    return {};
}

Result<VulkanStates::Branched> VulkanStates::allocate(std::uint32_t count) const {
    Branched out;
    out.count = count;
    const std::uint64_t largest = m_context.physical().info.largestAllocation;
    std::vector<std::uint64_t> sizes;
    std::uint64_t needed = 0;
    for (const Trunk& layer : m_trunk) {
        const std::uint64_t bytes = count * layer.bytes;
        if (sizes.empty() || sizes.back() + bytes > largest) sizes.push_back(0);
        out.bufferOf.push_back(sizes.size() - 1);
        out.at.push_back(sizes.back());
        sizes.back() += bytes;
        needed += bytes;
    }
    if (const std::uint64_t free = m_context.freeBytes(); needed > free)
        return Error{ErrorCode::DoesNotFit, m_context.physical().info.name,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 bytes are needed and %2 are free"),
                            {std::to_string(needed), std::to_string(free)}}};
    for (const std::uint64_t bytes : sizes) {
        auto buffer = VulkanBuffer::create(m_context, std::max<std::uint64_t>(bytes, 16), Place::Device);
        if (!buffer) return buffer.error();
        auto set = m_pipelines.texelSet(PipelineSet::OtherSet, {&*buffer});
        if (!set) return set.error();
        out.buffers.push_back(std::move(*buffer));
        out.sets.push_back(std::move(*set));
    }
    return out;
}

// What branches that have begun have by now, where there is new room for them; then the trunk's for those of
// the batch.
Result<void> VulkanStates::copy(const Batch& batch, const Branched& to) {
    const bool moves = &to != &m_branched;
    return m_context.runOnce([&](VkCommandBuffer commands) {
        constexpr VkAccessFlags kernels = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT;
        constexpr VkAccessFlags copies = VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
        waitBetween(commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, kernels, VK_PIPELINE_STAGE_TRANSFER_BIT,
                    copies);
        for (std::size_t layer = 0; layer < m_trunk.size(); ++layer) {
            const Trunk& trunk = m_trunk[layer];
            if (trunk.bytes == 0) continue;
            const auto place = [&](const VulkanBuffer& from, std::uint64_t at, std::uint32_t branch) {
                const VkBufferCopy region{at, to.at[layer] + branch * trunk.bytes, trunk.bytes};
                vkCmdCopyBuffer(commands, from.handle(), to.buffers[to.bufferOf[layer]].handle(), 1, &region);
            };
            for (const std::uint32_t branch : m_begun)
                if (moves && std::ranges::find(batch.branches->ofRow, branch) == batch.branches->ofRow.end())
                    place(m_branched.buffers[m_branched.bufferOf[layer]],
                          m_branched.at[layer] + branch * trunk.bytes, branch);
            for (const std::uint32_t branch : batch.branches->ofRow)
                place(*trunk.buffer, trunk.at, branch);
        }
        waitBetween(commands, VK_PIPELINE_STAGE_TRANSFER_BIT, copies, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                    kernels);
    });
}

} // namespace ponder
