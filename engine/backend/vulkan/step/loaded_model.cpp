#include "engine/backend/vulkan/step/loaded_model.h"

namespace ponder {

void LoadedModel::forwardInto(StepRecorder& recorder) const {
    forward(recorder, plan.config, plan.layers.first, plan.layers.end);
}

Result<void> LoadedModel::addTimes(const CommandSlice& slice, std::uint32_t positions) {
    return slice.stamps ? slice.stamps->addTo(kernels, positions) : Result<void>();
}

Result<std::uint64_t> LoadedModel::submit(const CommandSlice& slice) {
    auto ticket = context.submit(slice.commands);
    if (ticket) ++submits;
    return ticket;
}

Result<void> LoadedModel::submitAndWait(const Recording& recording, std::size_t from, std::size_t to,
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
