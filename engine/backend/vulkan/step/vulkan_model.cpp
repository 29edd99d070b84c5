#include "engine/backend/vulkan/step/vulkan_model.h"

namespace ponder {

void VulkanModel::forwardInto(StepRecorder& recorder) const {
    forward(recorder, plan.config, plan.layers.first, plan.layers.end);
}

Result<void> VulkanModel::addTimes(const CommandSlice& slice, std::uint32_t positions) {
    return slice.stamps ? slice.stamps->addTo(kernels, positions) : Result<void>();
}

Result<std::uint64_t> VulkanModel::submit(const CommandSlice& slice) {
    auto ticket = context.submit(slice.commands);
    if (ticket) ++submits;
    return ticket;
}

Result<void> VulkanModel::submitAndWait(const Recording& recording, std::size_t from, std::size_t to,
                                        SubmitPace& pace, std::uint32_t positions,
                                        const std::stop_token& stop) {
    for (std::size_t i = from; i < to; ++i) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        const auto seconds = context.submitAndWait(recording.slices[i].commands);
        if (!seconds) return seconds.error();
        if (auto added = addTimes(recording.slices[i], positions); !added) return added;
        // A prompt's head may be one column of another kernel: only the body tells the rate.
        if (i < recording.headSlice) pace.measured(recording.slices[i].cost, *seconds);
        ++submits;
        if (!recording.slices[i].experts) continue;
        if (auto ran = runExperts(recording, i, positions, stop); !ran) return ran;
        i += recording.slices[i].experts->beside;
    }
    return {};
}

// What the host does after this slice, while the device runs those beside it.
Result<void> VulkanModel::runExperts(const Recording& recording, std::size_t slice, std::uint32_t positions,
                                     const std::stop_token& stop) {
    const HostExperts& asked = *recording.slices[slice].experts;
    const auto beside = std::span(recording.slices).subspan(slice + 1, asked.beside);
    std::uint64_t last = 0;
    for (const CommandSlice& one : beside) {
        const auto ticket = submit(one);
        if (!ticket) return ticket.error();
        last = *ticket;
    }
    const std::size_t values = std::size_t{asked.rows} * plan.config.width;
    const std::span x(reinterpret_cast<const float*>(logits.mapped()), values);
    const std::span out(reinterpret_cast<float*>(step.mapped() + std::size_t{plan.step.activations} * 16),
                        values);
    const Result<void> ran = experts->run(asked.layer, x, out, stop);
    if (!beside.empty())
        if (const auto ended = context.wait(last, UINT64_MAX); !ended) return ended.error();
    if (!ran) return ran;
    for (const CommandSlice& one : beside)
        if (auto added = addTimes(one, positions); !added) return added;
    return {};
}

} // namespace ponder
