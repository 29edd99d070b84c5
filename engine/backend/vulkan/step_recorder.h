// The operations of model/forward.h, recorded as kernel calls: at most eight dispatches for a layer.
//
// Takes where everything lies (plan, buffers, cache) and how many rows the pass has; gives command buffers.
// Rows and positions are read from the step parameters when the commands run, so the same recording serves
// every later step with as many rows. Owner: VulkanExecutor, for the time of recording. Thread: one at a
// time. Errors: kept until finish(). Next station: vulkan_executor.h.
#pragma once

#include "engine/backend/vulkan/adapter_calls.h"
#include "engine/backend/vulkan/attention_calls.h"
#include "engine/backend/vulkan/vulkan_kv_cache.h"
#include "engine/model/forward.h"

namespace ponder {

// What a recording refers to; all outlive it.
struct StepBuffers {
    std::vector<CallBuffers> chunks; // by chunk; scratch and step filled in, other empty
    VkDeviceAddress logits = 0;
    AdapterBuffers adapters;
};

struct StepShape {
    std::uint32_t rows = 1;
    std::uint32_t parts = 1;    // of attention
    std::uint32_t ownParts = 0; // of a branch's own positions; 0: no branches
    std::uint32_t firstLogits = 0;
    std::uint32_t logitRows = 0;
    bool streams = false; // the head is always submitted with the layers
    RecordFor purpose = RecordFor::Once;
    double costPerSlice = 0;  // multiply-adds
    double attentionCost = 0; // of one layer, for slicing
};

class StepRecorder {
public:
    using Tensor = const VulkanTensor*;

    StepRecorder(VulkanContext& context, PipelineSet& pipelines, const VulkanPlan& plan,
                 const KernelTuning& tuning, const StepBuffers& buffers, const VulkanKvCache& cache,
                 const StepShape& shape);

    void embed(Tensor embedding);
    void receive();
    void send();
    void normQkv(const LayerWeights<Tensor>& layer);
    void ropeStore(std::uint32_t index, Tensor factors);
    void attention(std::uint32_t index);
    void outputAdd(const LayerWeights<Tensor>& layer);
    void normGateUp(const LayerWeights<Tensor>& layer);
    void downAdd(const LayerWeights<Tensor>& layer);
    void head(Tensor norm, Tensor output);

    CommandRecorder& recorder() { return m_recorder; } // for what follows the forward pass
    Result<Recording> finish() { return m_recorder.finish(); }
    std::uint32_t dispatches() const { return m_recorder.dispatches(); }

private:
    CallBuffers buffersOf(const WeightSlice& slice) const;
    CallBuffers buffersOf(std::uint32_t layer) const;
    CallBuffers activationBuffers() const; // neither weights nor cache
    // Whether the kernel with these matrices reads quantized activations for so many rows.
    bool readsQuants(std::uint32_t rows, std::initializer_list<Tensor> matrices) const;
    std::uint32_t normBefore(std::uint32_t layer) const;
    bool adapted() const { return m_buffers.adapters.plan != nullptr; }
    // What adapters add to a layer, and to x by a product with `input`.
    const LayerWeights<VulkanAddition>& addedTo(const LayerWeights<Tensor>& layer) const;
    AdapterInput normedInput(std::uint32_t firstRow = 0) const;
    AdapterCalls adapterCalls();
    void addToStream(const VulkanAddition& addition, const ScratchRegion& input);
    std::uint32_t addToTable(const VulkanAddition& addition);
    void embedWith(Tensor embedding, std::uint32_t flags);
    void projectAdd(const WeightSlice& slice, const ScratchRegion& input, bool integer,
                    std::uint32_t nextNorm);

    const VulkanPlan& m_plan;
    const KernelTuning& m_tuning;
    const StepBuffers& m_buffers;
    const VulkanKvCache& m_cache;
    StepShape m_shape;
    std::uint32_t m_normedWrites = kWritesFloats; // what the kernels leave that write normed
    CommandRecorder m_recorder;
};

} // namespace ponder
