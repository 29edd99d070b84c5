// The gated delta rule: the part of step_recorder.h that keeps a state of the whole conversation, or of each
// branch.
#include "engine/backend/vulkan/step/delta_calls.h"
#include "engine/backend/vulkan/step/step_recorder.h"

namespace ponder {
namespace {

DeltaPlace placeOf(const VulkanPlan& plan, const DeltaAttention& delta, const StatePlace& state) {
    const ScratchPlan& s = plan.scratch;
    return {.delta = delta,
            .epsilon = plan.config.normEpsilon,
            .mixed = s.qkv,
            .convolved = s.delta.convolved,
            .steps = s.delta.steps,
            .result = s.attention,
            .state = state.at,
            .statePieces = state.pieces,
            .branches = plan.step.branches};
}

} // namespace

CallBuffers StepRecorder::buffersOf(const StatePlace& state) const {
    CallBuffers out = activationBuffers();
    out.other = state.address;
    out.otherSet = state.set;
    return out;
}

void StepRecorder::projectDelta(Weight input, Weight gate, Weight step, Weight write) {
    multiplyNormed(stream(), {{input}, {gate}}, m_plan.scratch.qkv);
    multiplyNormed(stream(), {{step}, {write}}, m_plan.scratch.delta.steps);
}

void StepRecorder::convolve(std::uint32_t layer, const DeltaAttention& delta, Weight convolution) {
    const bool branches = m_shape.ownParts > 0;
    const StatePlace state = m_cache.state(layer, branches);
    DeltaPlace place = placeOf(m_plan, delta, state);
    place.taps = vectorAt(convolution);
    recordConvolution(m_recorder, m_tuning, buffersOf(state), place, {m_shape.rows, branches});
}

void StepRecorder::applyDelta(std::uint32_t layer, const DeltaAttention& delta, const DeltaWeights& weights) {
    const bool branches = m_shape.ownParts > 0;
    const StatePlace state = m_cache.state(layer, branches);
    DeltaPlace place = placeOf(m_plan, delta, state);
    place.decay = vectorAt(weights.decay);
    place.stepBias = vectorAt(weights.stepBias);
    place.norm = vectorAt(weights.norm);
    recordDelta(m_recorder, m_tuning, buffersOf(state), place, {m_shape.rows, branches});
}

static_assert(DeltaOps<StepRecorder>);

} // namespace ponder
