// What goes where when the processor runs a model, and every byte of it.
//
// Takes a model's shape and tensors, which layers, and for how many tokens; gives the place of each matrix in
// one block of memory and the size of caches and scratch. The loader allocates exactly this; the fit hint
// shows exactly this. The table of embeddings, where nothing multiplies with it, stays in the mapped file.
//
// Owner: plain value; the TensorInfos belong to the ModelFile. Thread: any. Next station:
// backend/cpu/cpu_weights.h, backend/cpu/cpu_cache.h.
#pragma once

#include "engine/base/result.h"
#include "engine/plan/cpu_formats.h"
#include "engine/plan/device_info.h"
#include "engine/plan/memory_use.h"
#include "engine/plan/panel_layout.h"
#include "engine/plan/plan_request.h"
#include "engine/plan/row_lengths.h"

#include <deque>
#include <vector>

namespace ponder {

inline constexpr std::uint32_t kChunkPanels = 2; // one block of 32 of the next product's activations

struct CpuTensor {
    const TensorInfo* source = nullptr;
    PanelLayout layout;   // of a matrix that is multiplied with
    std::uint64_t at = 0; // its first byte in the block of weights
    bool decoded = false; // a vector, apart from that block
    bool packed = false;  // or it stays in the file,
    bool mapped = false;  // a matrix there: a few of its panels are packed each time they are used
};

// The cache: [layer][16 slots][key head] of keys [value][slot] and values [slot][value] (cpu_cache.h), and
// the states of recurrent layers (backend/host_states.h).
struct CpuKvPlan {
    std::uint32_t tokens = 0;
    KvType type = KvType::F16;
    struct Layer {
        std::uint32_t heads = 0, keySize = 0, valueSize = 0; // padded (model/layer.h)
        std::uint64_t headBytes = 0;                         // keys and values of one head in 16 slots
        std::uint64_t at = 0;                                // its first byte in the cache
        std::uint32_t keyFilled = 0, valueFilled = 0;        // without the padding
        std::uint32_t stateLength = 0;                       // of a recurrent layer, instead of all that

        bool rows() const { return valueSize == 0; }                   // keys begin with their values
        std::uint64_t blockBytes() const { return heads * headBytes; } // of 16 slots
    };
    std::vector<Layer> layers; // of the plan's
    std::uint64_t slotBytes = 0, stateBytes = 0;
    std::uint32_t snapshots = 0; // of the states, at most
    std::uint64_t bytes() const { return slotBytes + stateBytes; }
    std::uint64_t snapshotBytes() const { return snapshots * stateBytes; }
};

// Values that the cache keeps of a token for latent attention: whole blocks of 32, zeros at the end.
inline std::uint32_t keptSize(const LatentAttention& latent) { return paddedHead(latent.latentSize()); }

// Bytes of a tensor in the block of weights: matrices begin on a cache line, norms and biases become f32. A
// table that is only looked up stays in the file.
std::uint64_t packedBytes(const TensorRow& row, const TensorInfo& tensor);
// Of a row of a layer with the delta rule: where its products stand, each padded to whole panels.
struct DeltaRow {
    std::uint32_t gateAt = 0, stepAt = 0, writeAt = 0, length = 0;

    static DeltaRow of(const DeltaAttention& delta);
};

// Whether what a layer's experts give is a product of floats.
bool hasFloatExperts(const FileWeights& weights, std::uint32_t layer);

struct CpuPlan {
    ModelConfig config;
    RowLengths lengths;
    LayerRange layers;
    std::uint32_t maxRows = 0;    // tokens in one pass
    std::uint32_t wideLength = 0; // of what attention gives, where its heads are padded; 0: they are not
    Rounding rounding = Rounding::Coarse;
    std::deque<CpuTensor> tensors;
    Weights<const CpuTensor*> weights;
    std::uint64_t weightBytes = 0;
    bool floatExperts = false;      // of any layer
    std::uint64_t adapterBytes = 0; // of those that the load begins with
    CpuKvPlan kv;
    std::uint64_t scratchBytes = 0; // activations of maxRows rows, and each thread's own
    std::uint64_t mappedBytes = 0;  // of the file
    std::uint64_t mappedPanels = 0; // bytes of a thread's scratch that mapped panels are packed into
    MemoryUse memory() const {
        return {weightBytes + adapterBytes, kv.bytes(), scratchBytes, 0, mappedBytes, kv.snapshotBytes()};
    }

    static CpuPlan make(const PlanRequest& request, unsigned threads);
    // Of the experts of these layers alone, which another device has all else of.
    static CpuPlan ofExperts(const PlanRequest& request, unsigned threads);
    // The same in two steps: no weights have a place yet,
    static CpuPlan begin(const PlanRequest& request);
    // and then the rest, which follows from the layers; of their experts alone, or of all.
    void planScratch(unsigned threads);
    void planExpertScratch(unsigned threads);
    CpuKvPlan planCache(std::uint32_t tokens, KvType type) const;
};

} // namespace ponder
