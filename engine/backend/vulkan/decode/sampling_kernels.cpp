#include "engine/backend/vulkan/decode/sampling_kernels.h"

#include <algorithm>
#include <bit>

namespace ponder {
namespace {

constexpr std::uint32_t kRangeWorkgroup = 64;
constexpr std::uint32_t kPickWorkgroup = 256; // the most that the kernel has shared memory for

bool penalizes(const SamplingSettings& settings) {
    return (settings.repetitionPenalty != 1.0F || settings.frequencyPenalty != 0.0F) &&
           settings.penaltyWindow > 0;
}

} // namespace

bool samplesOnDevice(const SamplingSettings& settings) {
    return !penalizes(settings) || settings.penaltyWindow <= kSampleHistory;
}

SampleCall sampleCall(const VulkanPlan& plan, const SamplingSettings& settings, std::uint32_t logits) {
    const DecodePlan& decode = plan.decode;
    return {.logits = logits,
            .vocabulary = plan.config.vocabulary,
            .ranges = decode.ranges,
            .counters = decode.counters,
            .parts = decode.parts,
            .candidates = decode.candidates,
            .history = decode.history,
            .tokens = plan.step.tokens,
            .turns = plan.step.turns,
            .turnPieces = decode.turnPieces,
            .temperature = std::max(settings.temperature, 0.0F),
            .topK = settings.topK,
            .topP = settings.topP,
            .minP = settings.minP,
            .repetition = settings.repetitionPenalty,
            .frequency = settings.frequencyPenalty,
            .window = penalizes(settings) ? settings.penaltyWindow : 0};
}

void recordSampling(CommandRecorder& recorder, const SampleCall& call, const CallBuffers& buffers,
                    std::uint32_t maxInvocations) {
    const auto cost = static_cast<double>(call.vocabulary);
    if (call.window > 0) recorder.dispatch({"sample_penalize", {kRangeWorkgroup}}, buffers, call, {}, cost);
    recorder.dispatch({"sample_max", {kRangeWorkgroup}}, buffers, call, {call.ranges}, cost);
    if (call.temperature > 0)
        recorder.dispatch({"sample_weigh", {kRangeWorkgroup}}, buffers, call, {call.ranges}, 8 * cost);
    const std::uint32_t pick = std::min(std::bit_floor(maxInvocations), kPickWorkgroup);
    recorder.dispatch({"sample_pick", {pick}}, buffers, call, {}, cost);
}

} // namespace ponder
