#include "engine/backend/vulkan/step/delta_calls.h"

#include <algorithm>
#include <bit>

namespace ponder {
namespace {

// The narrowest subgroup, where the driver may choose below what it says; the pieces of a head are a
// multiple.
constexpr std::uint32_t kLanes = 8;
constexpr std::uint32_t kHeldPieces = 16; // of the state, by a lane of a GPU

// How columns of the state are shared out among the lanes of a workgroup.
struct ColumnShares {
    std::uint32_t lanes = 1, lanePieces = 1; // of a column
    std::uint32_t columns = 1;               // of a lane
    std::uint32_t workgroupColumns = 1;

    static ColumnShares of(const KernelTuning& tuning, const DeltaAttention& delta) {
        const std::uint32_t pieces = delta.headSize / 4;
        ColumnShares out;
        // Software devices exchange values between lanes slowly.
        out.lanes = tuning.attentionBySlots ? 1 : std::min(kLanes, tuning.attentionWorkgroup);
        out.lanePieces = pieces / out.lanes;
        if (!tuning.attentionBySlots)
            out.columns =
                std::clamp(std::bit_floor(kHeldPieces / std::min(out.lanePieces, kHeldPieces)), 1U, 4U);
        out.workgroupColumns = tuning.attentionWorkgroup / out.lanes * out.columns;
        return out;
    }
};

// Where one subgroup covers a head.
PipelineKey headKey(std::string_view kernel, const KernelTuning& tuning, const DeltaAttention& delta) {
    PipelineKey key{kernel, {tuning.attentionWorkgroup}};
    key.constants[7] = delta.kernel;
    key.constants[9] = ceilDiv(delta.headSize / 4, std::min(kLanes, tuning.attentionWorkgroup));
    return key;
}

void recordGate(CommandRecorder& recorder, const KernelTuning& tuning, const CallBuffers& buffers,
                const DeltaPlace& place, const DeltaRows& rows) {
    const DeltaAttention& delta = place.delta;
    const DeltaGateCall call{.result = place.result.at,
                             .resultStride = place.result.stride,
                             .gates = place.mixed.at + delta.channels() / 4,
                             .gateStride = place.mixed.stride,
                             .size = delta.headSize,
                             .norm = place.norm,
                             .epsilon = place.epsilon};
    recorder.dispatch(headKey("delta_gate", tuning, delta), buffers, call, {rows.rows, delta.valueHeads},
                      static_cast<double>(rows.rows) * delta.valueLength());
}

} // namespace

void recordConvolution(CommandRecorder& recorder, const KernelTuning& tuning, const CallBuffers& buffers,
                       const DeltaPlace& place, const DeltaRows& rows) {
    const DeltaAttention& delta = place.delta;
    const DeltaConvolveCall call{.mixed = place.mixed.at,
                                 .mixedStride = place.mixed.stride,
                                 .convolved = place.convolved.at,
                                 .convolvedStride = place.convolved.stride,
                                 .taps = place.taps,
                                 .keyHeads = delta.keyHeads,
                                 .valueHeads = delta.valueHeads,
                                 .size = delta.headSize,
                                 .state = place.state,
                                 .statePieces = place.statePieces,
                                 .branches = place.branches,
                                 .epsilon = place.epsilon};
    recorder.dispatch(headKey("delta_convolve", tuning, delta), buffers, call,
                      {rows.rows, 2 * delta.keyHeads + delta.valueHeads},
                      static_cast<double>(rows.rows) * delta.channels() * delta.kernel);
}

void recordDelta(CommandRecorder& recorder, const KernelTuning& tuning, const CallBuffers& buffers,
                 const DeltaPlace& place, const DeltaRows& rows) {
    const DeltaAttention& delta = place.delta;
    const DeltaStepCall call{.mixed = place.mixed.at,
                             .mixedStride = place.mixed.stride,
                             .convolved = place.convolved.at,
                             .convolvedStride = place.convolved.stride,
                             .steps = place.steps.at,
                             .stepStride = place.steps.stride,
                             .decay = place.decay,
                             .stepBias = place.stepBias,
                             .result = place.result.at,
                             .resultStride = place.result.stride,
                             .keyHeads = delta.keyHeads,
                             .valueHeads = delta.valueHeads,
                             .size = delta.headSize,
                             .state = place.state,
                             .statePieces = place.statePieces,
                             .branches = place.branches};
    const ColumnShares shares = ColumnShares::of(tuning, delta);
    PipelineKey key{"delta_step", {tuning.attentionWorkgroup}};
    key.constants[5] = shares.columns;
    key.constants[7] = delta.kernel;
    key.constants[8] = shares.lanes;
    key.constants[9] = shares.lanePieces;
    const std::uint32_t sequences = rows.branches ? rows.rows : 1;
    const std::uint64_t kept = std::uint64_t{delta.valueLength()} * delta.headSize;
    recorder.dispatch(key, buffers, call,
                      {ceilDiv(delta.headSize, shares.workgroupColumns), delta.valueHeads, sequences},
                      {static_cast<double>(rows.rows * kept * 4), 2 * sequences * kept * sizeof(float)});
    recordGate(recorder, tuning, buffers, place, rows);
}

} // namespace ponder
