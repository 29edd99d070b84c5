// What goes where on a Vulkan device, and every byte of it.
//
// Takes a model's shape and tensors, which of its layers are meant and a device's limits; gives the place of
// each tensor, the regions of the scratch buffer, and the sizes of all buffers. The loader allocates exactly
// this; the fit hint shows exactly this. Offsets count pieces of 16 bytes. Owner: plain value; the
// TensorInfos belong to the ModelFile. Thread: any. Errors: DoesNotFit (a tensor or layer that no buffer can
// hold), BadMetadata (a head that the kernels cannot turn), BadArgument (no layer, no token). Next station:
// backend/vulkan/weights/weight_store.h, backend/vulkan/vulkan_executor.h.
#pragma once

#include "engine/base/result.h"
#include "engine/plan/device_info.h"
#include "engine/plan/device_layout.h"
#include "engine/plan/memory_use.h"
#include "engine/plan/plan_request.h"
#include "engine/plan/row_lengths.h"
#include "engine/plan/small_model.h"

#include <algorithm>
#include <deque>
#include <vector>

namespace ponder {

// What the plan must know of a device.
struct PlanLimits {
    std::string deviceName;
    std::uint64_t largestBuffer = 0;    // bytes
    std::uint32_t maxRows = 0;          // tokens in one pass, a multiple of 8
    std::uint32_t tileColumns = 0;      // columns of a matrix kernel's tile: it reads rows after the last
    bool quantizesActivations = false;  // for integer matrix kernels
    std::uint32_t maxPartPositions = 0; // cache positions that one invocation of attention may walk
    std::uint32_t groupsTogether = 1;   // of a matrix (device_layout.h)
    std::uint64_t uploadBytes = 0;      // staging for uploads; 0 where the host maps device memory

    // As a device of this kind has them before anything is tuned; it need not be in this machine.
    static PlanLimits of(const DeviceInfo& device, const PlanRequest& request);
    // How a matrix, or so many of its rows, lies there.
    DeviceLayout layoutOf(const TensorInfo& matrix, std::uint64_t rows) const {
        return DeviceLayout::of(matrix.type, matrix.rowLength(), rows, groupsTogether);
    }
    // Rows of a matrix that is cut: a multiple of so many in each chunk but the last.
    std::uint64_t rowsTogether() const { return std::uint64_t{4} * groupsTogether; }
};
// Pieces of 16 bytes that a norm or bias takes: f32, padded with zeros to whole blocks of 32.
constexpr std::uint32_t vectorPieces(std::uint64_t values) {
    return static_cast<std::uint32_t>((values + 31) / 32 * 8);
}

// Tokens in one pass, and positions of the cache that one invocation of attention may walk: software devices
// end a loop silently after about 65,535 rounds, nested loops added up.
constexpr std::uint32_t maxPassRows(DeviceKind kind) { return kind == DeviceKind::Software ? 64 : 512; }
constexpr std::uint32_t maxPartPositions(DeviceKind kind) {
    return kind == DeviceKind::Software ? 4096 : 65536;
}
// Of the parts of an upload that are filled, copied and waiting.
inline constexpr std::uint64_t kUploadRingBytes = std::uint64_t{12} << 20;

// Consecutive rows of a matrix in one chunk.
struct WeightSlice {
    std::uint32_t chunk = 0;
    std::uint32_t at = 0; // piece in the chunk
    std::uint64_t firstRow = 0;
    DeviceLayout layout; // of these rows
};

struct VulkanTensor {
    const TensorInfo* source = nullptr;
    std::vector<WeightSlice> slices; // of a matrix; empty for a vector
    std::uint32_t vectorAt = 0;      // of a vector: piece in scratch, f32, padded with zeros
    std::uint64_t vectorPieces = 0;
};

// Regions of the scratch buffer. Row regions hold one row for every token, so many pieces apart.
struct ScratchRegion {
    std::uint32_t at = 0;
    std::uint32_t stride = 0;
};
// Of a mixture (shaders/include/experts.glsl); nothing where no layer is one. A place is a row once more for
// each expert that it uses.
struct ExpertScratch {
    ScratchRegion logits; // the router's, by row
    std::uint32_t choices = 0, facts = 0, users = 0, tiles = 0;
    ScratchRegion rows;         // by place: what experts read, then what they give
    ScratchRegion hidden;       // by place: silu(gate) * up
    ScratchRegion hiddenQuants; // the same, as the integer kernels read them
};

// Of latent attention; nothing where no layer has it.
struct LatentScratch {
    ScratchRegion compressed; // what queries are made from, times its norm's weights
    ScratchRegion squares;    // sums of its squares, one for every four values
    ScratchRegion quants;     // compressed once more, as the integer kernels read it
    ScratchRegion heads;      // queries that are made from it; later what attention gives, kvRank each
};

// Of the gated delta rule; nothing where no layer has it.
struct DeltaScratch {
    ScratchRegion convolved; // q, k and v
    ScratchRegion steps;     // how far a row makes the state fade, then how much it writes
};

struct ScratchPlan {
    std::uint32_t zeros = 0;    // stands for absent biases
    std::uint32_t ones = 0;     // stands for the weights of norms that a model goes without
    ScratchRegion x;            // residual stream
    ScratchRegion normed;       // x times the next norm's weights
    ScratchRegion squares;      // sums of squares, one for every four values of x
    ScratchRegion given;        // by a part, before it is normed
    ScratchRegion givenSquares; // as those of x
    ScratchRegion qkv;          // q, k and v after each other; of the delta rule z as well
    ScratchRegion query;        // q as attention reads it: after RoPE, or with keys absorbed
    ScratchRegion attention;    // what attention gives, or what values are made of that
    ScratchRegion hidden;       // silu(gate) * up
    ScratchRegion normedQuants; // normed and hidden once more, as the integer kernels read them
    ScratchRegion hiddenQuants; // (shaders/include/quants.glsl)
    ExpertScratch experts;
    LatentScratch latent;
    DeltaScratch delta;
    std::uint32_t parts = 0;        // attention in parts
    std::uint32_t partPlaces = 0;   // rows times parts that fit there
    std::uint64_t vectorPieces = 0; // norms and biases, before all that
    std::uint64_t pieces = 0;
};

// What the host writes before each submit.
struct StepPlan {
    std::uint32_t tokens = 1;      // piece of the token ids
    std::uint32_t branches = 0;    // piece of the branch of each row
    std::uint32_t turns = 0;       // piece of RoPE's cosines and sines
    std::uint32_t activations = 0; // piece of x as the layers before left it, or what experts elsewhere gave
    std::uint64_t bytes = 0;
};

// Sampling on the device, as in shaders/include/sampling.glsl.
inline constexpr std::uint32_t kSampleRange = 1024;      // ids of one workgroup
inline constexpr std::uint32_t kSampleLevels = 16;       // lists of likelier tokens
inline constexpr std::uint32_t kSampleCandidates = 1024; // places in each
inline constexpr std::uint32_t kSampleHistory = 1024;    // tokens that penalties can look back on
inline constexpr std::uint32_t kDecodeRing = 64;         // steps for which the host writes and reads ahead

// The buffers of a decode stream. The state begins like a step's parameters; places count pieces in it.
struct DecodePlan {
    std::uint32_t ranges = 0;
    std::uint32_t counters = 0, parts = 0, candidates = 0, history = 0;
    std::uint32_t turnPieces = 0;
    std::uint64_t stateBytes = 0;
    std::uint64_t logitBytes = 0; // of one row, in device memory
    std::uint64_t inputBytes = 0; // a number to draw with and a position's cosines and sines, for each step
    std::uint64_t tokenBytes = 0;

    static DecodePlan of(const ModelConfig& config, const StepPlan& step);
};

struct KvPlan {
    // A layer: keys [key head][slot][keySize], then values [key head][slot][valueSize], unless they are the
    // keys' beginnings (valueSize 0); then the scales of all, if any. Or else a state of the conversation.
    struct Layer {
        std::uint32_t heads = 0, keySize = 0, valueSize = 0;  // padded (model/layer.h)
        std::uint64_t keyBytes = 0, valueBytes = 0;           // of a slot in a head
        std::uint64_t keyScaleBytes = 0, valueScaleBytes = 0; // of the same
        KeptState state;
        std::uint32_t buffer = 0;
        std::uint64_t at = 0; // its first byte in the buffer

        std::uint64_t slotBytes() const {
            return heads * (keyBytes + valueBytes + keyScaleBytes + valueScaleBytes);
        }
    };
    std::uint32_t tokens = 0;
    KvType type = KvType::F16;
    LayerRange range;
    std::vector<Layer> layers;          // of the range
    std::vector<std::uint64_t> buffers; // bytes
    std::uint32_t snapshots = 0;        // of the states, at most; they are in the computer's memory
    std::uint64_t bytes() const;
};

struct VulkanPlan {
    ModelConfig config;
    PlanLimits limits;
    RowLengths lengths;
    LayerRange layers;                    // never empty
    std::deque<VulkanTensor> tensors;     // in upload order
    Weights<const VulkanTensor*> weights; // of these layers; absent elsewhere
    std::vector<std::uint64_t> chunks;    // bytes
    bool hasExperts = false;              // of any layer
    bool lacksExperts = false;            // of any layer that is a mixture
    ScratchPlan scratch;
    StepPlan step;
    // What the host reads after a pass: logits or, without the last layer, the residual stream.
    std::uint32_t logitRows = 0;                             // in one pass
    std::uint32_t logitLength = 0;                           // values of a row
    std::uint32_t logitStride = 0;                           // pieces from one row to the next
    std::uint64_t adapterBytes = 0, adapterScratchBytes = 0; // of those that the load begins with
    DecodePlan decode; // nothing without the first or the last layer, or where experts are elsewhere
    // Rows of x leave by the same buffer to have experts multiplied elsewhere (backend/expert_worker.h).
    std::uint64_t logitBytes() const {
        const std::uint64_t lent = lacksExperts ? std::uint64_t{limits.maxRows} * scratch.x.stride : 0;
        return std::max(std::uint64_t{logitRows} * logitStride, lent) * 16;
    }
    KvPlan kv; // for the context the load asked for

    bool hasFirst() const { return layers.first == 0; }
    bool hasLast() const { return layers.end == config.layers; }
    // A mixture whose experts the weights lack.
    bool lendsExperts(std::uint32_t layer) const {
        return config.layer(layer).mixture() && !weights[{Slot::DownExperts, layer}];
    }
    // The most that is alive at once: uploads end before the first cache is made, yet both are counted.
    MemoryUse memory() const;

    static Result<VulkanPlan> make(const ModelConfig& config, const FileWeights& weights,
                                   const PlanLimits& limits, std::uint32_t contextTokens, KvType type,
                                   const LayerRange& layers = {});
    // The same in two steps: no weights have a place yet,
    static Result<VulkanPlan> begin(const ModelConfig& config, const PlanLimits& limits,
                                    const LayerRange& layers);
    // and then all else, which follows from how much `chunks` and the vectors in `scratch` hold.
    Result<void> finish(std::uint32_t contextTokens, KvType type);
    Result<KvPlan> planCache(std::uint32_t tokens, KvType type) const;
    // Plans scratch and caches for another context; the weights stay where they are.
    Result<void> setContext(std::uint32_t contextTokens, KvType type);
};

} // namespace ponder
