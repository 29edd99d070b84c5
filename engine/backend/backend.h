// What a device offers: open it, load a model's weights onto it, run rows of tokens through them.
//
// Three nouns. Device: one processor of this machine. Executor: one model's weights on that device, able to
// run the forward pass. KvCache: the keys and values of one conversation on that device. Backends stand side
// by side (reference/, vulkan/); a layer range may later live on each.
//
// Owner: Device outlives its Executors, an Executor outlives its KvCaches. Thread: one at a time per Device;
// progress is called on the calling thread. Errors are values: DeviceLost and OutOfMemory leave the process
// alive; after DeviceLost the Device must be opened again.
#pragma once

#include "engine/backend/kv_type.h"
#include "engine/base/result.h"
#include "engine/model/adapter_set.h"
#include "engine/model/config.h"
#include "engine/model/weights.h"
#include "engine/sample/sampling_settings.h"
#include "engine/text/tokenizer.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace ponder {

enum class DeviceKind { Reference, Processor, Discrete, Integrated, Software };

struct DeviceInfo {
    std::string id;   // what --device takes: "cpu", "reference", "vulkan:0"
    std::string name; // as the driver says it
    std::string driver;
    DeviceKind kind = DeviceKind::Reference;
    std::string vendor;                  // of a GPU: "NVIDIA", "AMD", "Intel", "Apple" ...; else empty
    std::uint64_t memoryBytes = 0;       // that a model can use, of all heaps (plan/device_memory.h)
    std::uint64_t freeBytes = 0;         // of these, free now; memoryBytes where the driver cannot tell
    bool freeIsLive = false;             // what other programs use is left out of freeBytes
    bool unified = false;                // the processor's own memory
    std::uint64_t largestAllocation = 0; // bytes in one piece; 0: no limit
    unsigned cores = 0;                  // of a processor
    std::string instructionSet;          // of a processor: "AVX-512 VNNI"
    Detail unusable;                     // why not, or empty
};

// How exact matrix products are. Fast: activations may be rounded to eight bits in blocks of 32, where the
// device is quicker with integers; logits then differ by about a thousandth. Float: never.
enum class Precision { Fast, Float };

// Where the bytes are; each an exact count of what was allocated.
struct MemoryUse {
    std::uint64_t weights = 0;
    std::uint64_t kv = 0;
    std::uint64_t scratch = 0; // activations, tables
    std::uint64_t staging = 0; // host-visible transfer memory
    std::uint64_t total() const { return weights + kv + scratch + staging; }
};

// Bytes done and bytes in all. Called often; must be quick.
using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

// Seconds that the search for a device's quickest kernels may still take. Called often.
using TuningProgress = std::function<void(double secondsLeft)>;

// Where saved keys and values go to, and come from; each call hands on the next bytes.
using ByteSink = std::function<Result<void>(std::span<const std::byte>)>;
using ByteSource = std::function<Result<void>(std::span<std::byte>)>;

class KvCache {
public:
    virtual ~KvCache() = default;
    virtual std::uint32_t capacity() const = 0; // tokens
    virtual std::uint64_t bytes() const = 0;

    // What saved bytes mean: backend, type, shape and version of the layout. Equal names read each other's
    // bytes and give the same next logits.
    virtual std::string layoutName() const = 0;
    // The keys and values of positions 0 .. tokens - 1, exact. Errors: those of sink and source, DeviceLost.
    virtual Result<void> save(std::uint32_t tokens, const ByteSink& sink) const = 0;
    virtual Result<void> restore(std::uint32_t tokens, const ByteSource& source) = 0;
};

// Sequences that share the positions before `shared` and go on apart: a run has one row of each that is still
// alive, all at the same position p >= shared. Branch b keeps position p in slot
// shared + b * length + (p - shared) of the cache; its row sees the shared slots and its own.
struct Branches {
    std::uint32_t shared = 0;
    std::uint32_t length = 0;             // slots of each branch
    std::span<const std::uint32_t> ofRow; // the branch of each row, all different
};

// Rows to run: tokens at consecutive positions (slot = position), or one token of each branch at
// firstPosition. Keys and values at earlier positions are in the cache already; those of the rows are
// overwritten.
struct Batch {
    std::span<const TokenId> tokens; // 1 .. Executor::maxBatch()
    std::uint32_t firstPosition = 0;
    // Logits are computed for rows firstLogits .. tokens.size() - 1; tokens.size(): none.
    std::uint32_t firstLogits = 0;
    std::optional<Branches> branches;
    // The residual stream [rows x width] as the layers before this executor's left it; empty where the
    // executor has the first layer.
    std::span<const float> activations;
};

// Layers first .. end - 1 of a model. The first one's executor embeds, the last one's computes logits.
struct LayerRange {
    std::uint32_t first = 0;
    std::uint32_t end = std::numeric_limits<std::uint32_t>::max(); // or more: all that there are
    LayerRange of(std::uint32_t layers) const { return {first, std::min(end, layers)}; }
};

// What a kernel cost since profiling was switched on.
struct KernelTime {
    std::string kernel;
    std::uint64_t calls = 0;
    double seconds = 0;
    std::uint64_t bytes = 0; // weights, keys and values read
};

// Tokens that the device itself picks, each after the one before. Owner: the caller; the cache is its
// own until it is destroyed. The keys and values of every token handed out but the last are in the cache.
class DecodeStream {
public:
    virtual ~DecodeStream() = default;
    virtual Result<TokenId> next(std::stop_token stop) = 0;
};

class Executor {
public:
    virtual ~Executor() = default;
    virtual std::uint32_t maxBatch() const = 0; // rows in one run
    virtual Result<std::unique_ptr<KvCache>> createCache(std::uint32_t tokens, KvType type) = 0;
    // Fills logits with [rows wanted x vocabulary]; where the executor lacks the last layer, with the
    // residual stream of all rows [rows x width]. Stops between submits when asked (Cancelled): the cache
    // then holds nothing valid at firstPosition and later.
    virtual Result<void> run(const Batch& batch, KvCache& cache, std::stop_token stop,
                             std::vector<float>& logits) = 0;
    virtual MemoryUse memory() const = 0; // KvCaches included
    virtual LayerRange layers() const = 0;
    // From the next run on, the weights have what these adapters add to them; an empty set takes all away.
    // The set need not outlive the call. Keys and values of earlier runs belong to the set of then. Where it
    // fails nothing has changed. Errors: DoesNotFit, OutOfMemory, DeviceLost.
    virtual Result<void> setAdapters(const AdapterSet& set) = 0;

    // Picks tokens on the device: the first from the logits of the last row of the run before, which had
    // filled the cache up to `position`. `history`: all tokens so far, for the penalties. Nothing where the
    // backend leaves these settings to the host (sample/).
    virtual Result<std::unique_ptr<DecodeStream>> startDecode(KvCache&, std::uint32_t /*position*/,
                                                              std::span<const TokenId> /*history*/,
                                                              const SamplingSettings&) {
        return std::unique_ptr<DecodeStream>();
    }
    // From now on each kernel is timed, which slows it down, or no longer.
    virtual void profile(bool) {}
    virtual std::vector<KernelTime> kernelTimes() const { return {}; }
};

// All that a plan needs; the tensors' bytes are not read, only counted.
struct PlanRequest {
    const ModelConfig& config;
    const FileWeights& weights;
    std::uint64_t fileBytes = 0;     // of the whole model: small ones are rounded less
    std::uint32_t contextTokens = 0; // the caches that will be asked for: the plan counts them
    KvType kvType = KvType::F16;
    LayerRange layers;         // which of config.layers; a backend without the first does not embed
    std::uint32_t threads = 0; // of a backend on the processor; 0: one for each of its cores
    Precision precision = Precision::Fast;
    std::filesystem::path cacheFolder;    // keeps what a device learns about itself; empty: it does not
    const AdapterSet* adapters = nullptr; // those to begin with, or none
};

struct LoadRequest {
    const ModelFile& file;
    PlanRequest plan;
    TuningProgress onTuning;
};

class Device {
public:
    virtual ~Device() = default;
    virtual const DeviceInfo& info() const = 0;
    // Of its memory, by this process, as the driver says; nothing where it does not say.
    virtual std::optional<std::uint64_t> bytesInUse() const { return std::nullopt; }
    virtual KvType defaultKvType() const = 0;
    // What load() would allocate, every byte, with caches for contextTokens. Errors: DoesNotFit, as load().
    virtual Result<MemoryUse> plan(const PlanRequest& request) const = 0;
    // Errors: DoesNotFit (before anything is allocated), OutOfMemory, DeviceLost, Cancelled.
    virtual Result<std::unique_ptr<Executor>> load(const LoadRequest& request, const Progress& progress,
                                                   std::stop_token stop) = 0;
    // Searches for the quickest kernels and keeps them in the folder; says what it found, nothing where there
    // is nothing to choose.
    virtual Result<std::string> tune(const std::filesystem::path&, const TuningProgress&, std::stop_token) {
        return std::string();
    }
};

} // namespace ponder
