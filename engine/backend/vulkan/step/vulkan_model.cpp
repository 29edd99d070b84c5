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
    }
    return {};
}

} // namespace ponder
