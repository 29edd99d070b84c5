// Tokens that a Vulkan device picks itself, a few steps ahead of the host.
//
// A step is a forward pass and the pick of the next token, recorded once and submitted again and again;
// token, position and history stay on the device. The host writes random numbers and RoPE's turns for many
// steps ahead and reads ids after them. Where a step is longer than a slice may be, nothing is submitted
// ahead, so that a stop is heeded between slices. Owner: the caller of Executor::startDecode(); the model,
// the buffers and the cache outlive it. Thread: the executor's. Errors: DeviceLost, OutOfMemory, Cancelled,
// ContextFull (nothing is written after the cache's end). Next station: local_session.h.
#pragma once

#include "engine/backend/vulkan/decode/decode_buffers.h"
#include "engine/backend/vulkan/step/vulkan_model.h"
#include "engine/sample/uniform_draws.h"

#include <deque>

namespace ponder {

class VulkanDecodeStream final : public DecodeStream {
public:
    // position: of the first token; history: for the penalties.
    VulkanDecodeStream(VulkanModel& model, DecodeBuffers& buffers, VulkanKvCache& cache,
                       std::uint32_t position, std::span<const TokenId> history,
                       const SamplingSettings& settings);
    // Waits for the steps that are under way: what follows writes the same memory.
    ~VulkanDecodeStream() override;
    VulkanDecodeStream(const VulkanDecodeStream&) = delete;
    VulkanDecodeStream& operator=(const VulkanDecodeStream&) = delete;

    Result<TokenId> next(std::stop_token stop) override;

private:
    using Clock = std::chrono::steady_clock;

    Result<void> submitFirst();
    Result<void> submitStep(const std::stop_token& stop);
    Result<void> submitSlices(const Recording& recording, const std::stop_token& stop);
    Result<void> recordStep();
    Result<void> addTimes();
    Result<void> waitFor(std::uint64_t ticket, const std::stop_token& stop);
    void measure(bool waited);
    void writeInputs();
    void writeState(CommandRecorder& recorder) const;
    std::uint64_t stepsAhead() const;
    std::uint32_t lengthOfStep() const; // positions in the cache after the next step to submit

    VulkanModel& m_model;
    DecodeBuffers& m_buffers;
    VulkanKvCache& m_cache;
    std::uint32_t m_position;
    SamplingSettings m_settings;
    UniformDraws m_draws;
    std::vector<TokenId> m_history;

    std::optional<Recording> m_first;
    std::optional<Recording> m_step;
    std::uint32_t m_parts = 0;
    double m_costPerSlice = 0;
    std::deque<std::pair<std::uint64_t, Recording>> m_retired; // with the last ticket that uses them
    std::deque<std::uint64_t> m_tickets;                       // of picks that are not handed out yet
    std::uint64_t m_submitted = 0;                             // picks
    std::uint64_t m_handedOut = 0;
    std::uint64_t m_lastTicket = 0;
    Clock::time_point m_lastEnd;
    bool m_knowsLastEnd = false;
};

} // namespace ponder
