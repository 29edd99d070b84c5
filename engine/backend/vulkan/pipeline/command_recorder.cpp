#include "engine/backend/vulkan/pipeline/command_recorder.h"

#include <algorithm>
#include <utility>

namespace ponder {

Recording::Recording(Recording&& other) noexcept : m_context(other.m_context) { *this = std::move(other); }

Recording& Recording::operator=(Recording&& other) noexcept {
    std::swap(slices, other.slices);
    std::swap(headSlice, other.headSlice);
    std::swap(profiles, other.profiles);
    std::swap(m_context, other.m_context);
    return *this;
}

Recording::~Recording() {
    std::vector<VkCommandBuffer> commands;
    for (const CommandSlice& slice : slices)
        commands.push_back(slice.commands);
    m_context->freeCommands(commands);
}

double Recording::cost() const {
    double sum = 0;
    for (const CommandSlice& slice : slices)
        sum += slice.cost;
    return sum;
}

CommandRecorder::CommandRecorder(VulkanContext& context, PipelineSet& pipelines, double costPerSlice,
                                 RecordFor purpose)
    : m_context(context), m_pipelines(pipelines), m_costPerSlice(costPerSlice), m_purpose(purpose),
      m_recording(context) {
    m_recording.profiles = purpose == RecordFor::Profiling;
}

void CommandRecorder::fail(Error error) {
    if (!m_error) m_error = std::move(error);
}

void CommandRecorder::beginSlice() {
    endSlice();
    if (m_error) return;
    const auto commands = m_context.allocateCommands();
    if (!commands) return fail(commands.error());
    m_recording.slices.push_back({*commands, 0, 0, {}, {}});
    // A device without timestamps has no times to show.
    if (m_purpose == RecordFor::Profiling && m_context.physical().timestampMask != 0)
        m_recording.slices.back().stamps.emplace(m_context);
    VkCommandBufferBeginInfo info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    if (m_purpose == RecordFor::Resubmits) info.flags = VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT;
    if (const VkResult begun = vkBeginCommandBuffer(*commands, &info); begun != VK_SUCCESS)
        return fail(m_context.error(begun, "vkBeginCommandBuffer"));
    m_open = true;
}

void CommandRecorder::endSlice() {
    if (!m_open) return;
    m_open = false;
    const VkCommandBuffer commands = m_recording.slices.back().commands;
    // What the last kernels wrote may be read by the host after the fence.
    VkMemoryBarrier barrier{VK_STRUCTURE_TYPE_MEMORY_BARRIER};
    barrier.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT;
    barrier.dstAccessMask = VK_ACCESS_HOST_READ_BIT;
    vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1,
                         &barrier, 0, nullptr, 0, nullptr);
    if (const VkResult ended = vkEndCommandBuffer(commands); ended != VK_SUCCESS)
        fail(m_context.error(ended, "vkEndCommandBuffer"));
}

void CommandRecorder::update(const VulkanBuffer& buffer, std::uint64_t at, std::span<const std::byte> bytes) {
    if (!m_open) beginSlice();
    if (m_error) return;
    const VkCommandBuffer commands = m_recording.slices.back().commands;
    vkCmdUpdateBuffer(commands, buffer.handle(), at, bytes.size(), bytes.data());
    VkMemoryBarrier barrier{VK_STRUCTURE_TYPE_MEMORY_BARRIER};
    barrier.srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT;
    barrier.dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT;
    vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 1,
                         &barrier, 0, nullptr, 0, nullptr);
}

void CommandRecorder::markHead() {
    endSlice();
    m_recording.headSlice = m_recording.slices.size();
}

void CommandRecorder::handOver(std::uint32_t layer, std::uint32_t rows) {
    endSlice();
    m_handedOver = m_recording.slices.size();
    if (m_handedOver > 0) m_recording.slices.back().experts = {layer, rows, 0};
}

void CommandRecorder::takeBack() {
    endSlice();
    if (m_handedOver == 0) return; // nothing is recorded but keys, or it has failed
    m_recording.slices[m_handedOver - 1].experts->beside = m_recording.slices.size() - m_handedOver;
}

void CommandRecorder::record(const PipelineKey& key, const CallBuffers& buffers,
                             const std::array<std::byte, kPushBytes>& push, Workgroups workgroups,
                             const KernelWork& work) {
    if (m_purpose == RecordFor::Keys) {
        m_keys.insert(key);
        return;
    }
    if (!m_open ||
        (m_recording.slices.back().cost > 0 && m_recording.slices.back().cost + work.cost > m_costPerSlice))
        beginSlice();
    if (m_error) return;
    const auto pipeline = m_pipelines.get(key);
    if (!pipeline) return fail(pipeline.error());
    CommandSlice& slice = m_recording.slices.back();
    const VkCommandBuffer commands = slice.commands;
    vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, *pipeline);
    const std::array sets{buffers.weightSet, buffers.scratchSet, buffers.otherSet};
    for (std::uint32_t number = 0; number < sets.size(); ++number)
        if (sets[number])
            vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_COMPUTE, m_pipelines.layout(), number, 1,
                                    &sets[number], 0, nullptr);
    vkCmdPushConstants(commands, m_pipelines.layout(), VK_SHADER_STAGE_COMPUTE_BIT, 0, kPushBytes,
                       push.data());
    if (slice.stamps)
        if (const auto stamped = slice.stamps->before(commands); !stamped) return fail(stamped.error());
    vkCmdDispatch(commands, workgroups.x, workgroups.y, workgroups.z);
    if (slice.stamps) slice.stamps->after(commands, key.kernel, work);
    VkMemoryBarrier barrier{VK_STRUCTURE_TYPE_MEMORY_BARRIER};
    barrier.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT;
    barrier.dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT;
    vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                         0, 1, &barrier, 0, nullptr, 0, nullptr);
    slice.cost += work.cost;
    ++slice.dispatches;
    ++m_dispatches;
}

Result<Recording> CommandRecorder::finish() {
    endSlice();
    if (m_error) return *m_error;
    m_recording.headSlice = std::min(m_recording.headSlice, m_recording.slices.size());
    return std::move(m_recording);
}

} // namespace ponder
