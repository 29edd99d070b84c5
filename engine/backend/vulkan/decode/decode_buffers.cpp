#include "engine/backend/vulkan/decode/decode_buffers.h"

namespace ponder {

Result<DecodeBuffers> DecodeBuffers::create(VulkanContext& context, const DecodePlan& plan) {
    struct Wanted {
        VulkanBuffer DecodeBuffers::*buffer;
        std::uint64_t bytes;
        Place place;
    };
    DecodeBuffers out;
    for (const Wanted& wanted : {Wanted{&DecodeBuffers::state, plan.stateBytes, Place::Device},
                                 Wanted{&DecodeBuffers::logits, plan.logitBytes, Place::Device},
                                 Wanted{&DecodeBuffers::inputs, plan.inputBytes, Place::Upload},
                                 Wanted{&DecodeBuffers::tokens, plan.tokenBytes, Place::Download}}) {
        auto buffer = VulkanBuffer::create(context, wanted.bytes, wanted.place);
        if (!buffer) return buffer.error();
        out.*wanted.buffer = std::move(*buffer);
    }
    return out;
}

Result<void> DecodeBuffers::bind(PipelineSet& pipelines, const VulkanBuffer& scratch,
                                 const VulkanBuffer& runLogits, const StepBuffers& run) {
    auto set = pipelines.texelSet(PipelineSet::ScratchSet, {&scratch, &state});
    if (!set) return set.error();
    stateSet = std::move(*set);
    auto own = pipelines.texelSet(PipelineSet::OtherSet, {&logits});
    if (!own) return own.error();
    logitsSet = std::move(*own);
    auto others = pipelines.texelSet(PipelineSet::OtherSet, {&runLogits});
    if (!others) return others.error();
    runLogitsSet = std::move(*others);
    step = run;
    step.logits = logits.address();
    for (CallBuffers& chunk : step.chunks) {
        chunk.step = state.address();
        chunk.scratchSet = stateSet.set;
    }
    return {};
}

CallBuffers DecodeBuffers::sampling() const {
    return {inputs.address(), tokens.address(), logits.address(), state.address(),
            VK_NULL_HANDLE,   stateSet.set,     logitsSet.set};
}

} // namespace ponder
