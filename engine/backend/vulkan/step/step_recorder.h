// The operations of model/forward.h, recorded as kernel calls: few dispatches for a layer.
//
// Takes where everything lies (plan, buffers, cache) and how many rows the pass has; gives command buffers.
// Rows and positions are read from the step parameters when the commands run, so the same recording serves
// every later step with as many rows. Owner: VulkanExecutor, for the time of recording. Thread: one at a
// time. Errors: kept until finish(). Next station: vulkan_executor.h.
#pragma once

#include "engine/backend/vulkan/step/adapter_calls.h"
#include "engine/backend/vulkan/step/attention_calls.h"
#include "engine/backend/vulkan/step/vulkan_kv_cache.h"
#include "engine/model/forward.h"

namespace ponder {

// Of four rows each, as kernels count them.
inline std::uint32_t groupsOf(const WeightSlice& slice) {
    return static_cast<std::uint32_t>(slice.layout.groups());
}

// What a recording refers to; all outlive it.
struct StepBuffers {
    std::vector<CallBuffers> chunks; // by chunk; scratch and step filled in, other empty
    VkDeviceAddress logits = 0;
    AdapterBuffers adapters;
};

// Of matrices times so many columns.
KernelWork workOf(std::initializer_list<const WeightSlice*> slices, std::uint32_t columns);

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
    StepRecorder(VulkanContext& context, PipelineSet& pipelines, const VulkanPlan& plan,
                 const KernelTuning& tuning, const StepBuffers& buffers, const VulkanKvCache& cache,
                 const StepShape& shape);

    void embed(Weight table, Weight next);
    void receive(Weight next);
    void send();
    void project(const Projection& q, const Projection& k, const Projection& v);
    void turnAndStore(std::uint32_t layer, const HeadAttention& heads, Weight queryNorm, Weight keyNorm);
    void attend(std::uint32_t layer, const HeadAttention& heads);
    void compress(Weight query, Weight keyValue);
    void expandQuery(Weight norm, Weight up);
    void turnAndStoreLatent(std::uint32_t layer, const LatentAttention& latent, Weight norm);
    void absorb(Weight keyUp, const LatentAttention& latent);
    void attendLatent(std::uint32_t layer, const LatentAttention& latent);
    void expandValues(Weight valueUp, const LatentAttention& latent);
    void projectDelta(Weight input, Weight gate, Weight step, Weight write);
    void convolve(std::uint32_t layer, const DeltaAttention& delta, Weight convolution);
    void applyDelta(std::uint32_t layer, const DeltaAttention& delta, const DeltaWeights& weights);
    void gate(Weight gate, Weight up, Activation activation, Weight reader);
    void addTo(Weight matrix, Rows rows, Weight next);
    void addNormedTo(Weight matrix, Rows rows, Weight norm, Weight next);
    void head(Weight output);
    void route(Weight router, Weight bias, Weight share, const MixtureFeedForward& mixture);
    void gateChosen(Weight gate, Weight up, Weight reader, const MixtureFeedForward& mixture);
    void addChosen(Weight down, const MixtureFeedForward& mixture, Weight next);

    CommandRecorder& recorder() { return m_recorder; } // for what follows the forward pass
    Result<Recording> finish() { return m_recorder.finish(); }
    std::uint32_t dispatches() const { return m_recorder.dispatches(); }

private:
    using Tensor = const VulkanTensor*;

    Tensor tensor(Weight weight) const { return m_plan.weights[weight]; }
    const WeightSlice& slice(Weight weight) const { return tensor(weight)->slices.front(); }
    // The weights of the norm that comes next; kernels that read normed from now on divide by its root mean
    // square, or by 1 where x stays as it is.
    std::uint32_t announce(Weight next);
    ProjectAddCall productOf(Weight matrix, const ScratchRegion& input) const;
    void recordProduct(Weight matrix, const ProjectAddCall& call, bool integer, std::uint32_t writes);
    // Piece of a norm or bias; of zeros where it is absent, or another executor's, which adds it itself.
    std::uint32_t vectorAt(Weight weight) const;
    CallBuffers buffersOf(const WeightSlice& slice) const;
    CallBuffers buffersOf(std::uint32_t layer) const;
    CallBuffers buffersOf(const StatePlace& state) const;
    CallBuffers activationBuffers() const; // neither weights nor cache
    // Whether the kernel with these matrices reads quantized activations for so many rows.
    bool readsQuants(std::uint32_t rows, std::initializer_list<Weight> matrices) const;
    // Of rows that have values for each head.
    struct HeadRegion {
        ScratchRegion rows;
        std::uint32_t pieces = 0; // from one head to the next
        std::uint32_t values = 0; // of a head
    };
    // Rows that lack only the scale 1/rms of their norm, and where sums of their squares are.
    struct NormedRows {
        ScratchRegion floats, quants, squares;
        float width = 0, epsilon = 0;
    };
    NormedRows stream() const {
        const ScratchPlan& s = m_plan.scratch;
        return {s.normed, s.normedQuants, s.squares, m_normWidth, m_normEpsilon};
    }
    // Up to three matrices, and what is added to their products, which y has after each other.
    void multiplyNormed(const NormedRows& x, std::initializer_list<Projection> parts, const ScratchRegion& y);
    void multiplyHeads(Weight stack, const HeadRegion& x, const HeadRegion& y, const LatentAttention& scales);
    bool adapted() const { return m_buffers.adapters.plan != nullptr; }
    // What adapters add to a weight; only where some do.
    const VulkanAddition& addedTo(Weight weight) const { return m_buffers.adapters.plan->additions[weight]; }
    AdapterInput normedInput(std::uint32_t firstRow = 0) const;
    AdapterCalls adapterCalls();
    void addFrom(const ScratchRegion& input, const VulkanAddition& addition, const ScratchRegion& to,
                 bool adds);
    std::uint32_t addToTable(const VulkanAddition& addition);
    std::uint32_t addToGate(Weight gate, Weight up);
    MatrixShape expertShape(const MixtureFeedForward& mixture, std::initializer_list<Weight> matrices) const;
    std::uint32_t expertTiles(const MixtureFeedForward& mixture, std::uint32_t tileColumns) const;
    KernelWork expertWork(Weight stack, const MixtureFeedForward& mixture) const;
    void sortExperts(const MixtureFeedForward& mixture, std::uint32_t tileColumns, const ScratchRegion& from);
    void shareRows(Weight reader);
    void lendRows(std::uint32_t layer);
    void receive(Weight next, std::uint32_t flags);
    void copyStream(std::uint32_t pieces);

    const VulkanPlan& m_plan;
    const KernelTuning& m_tuning;
    const StepBuffers& m_buffers;
    const VulkanKvCache& m_cache;
    StepShape m_shape;
    ScratchRegion m_queries;                      // q of latent attention, before keys are absorbed
    ScratchRegion m_kept;                         // and what the cache keeps, before its norm and its turn
    std::uint32_t m_normedWrites = kWritesFloats; // what the kernels leave that write normed
    float m_normWidth = 0, m_normEpsilon = 0;     // of the norm that came last
    CommandRecorder m_recorder;
};

} // namespace ponder
