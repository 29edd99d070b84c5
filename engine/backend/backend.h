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

#include "engine/base/result.h"
#include "engine/model/config.h"
#include "engine/model/weights.h"
#include "engine/text/tokenizer.h"

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace ponder {

enum class DeviceKind { Reference, Discrete, Integrated, Software };

struct DeviceInfo {
    std::string id;   // what --device takes: "reference", "vulkan:0"
    std::string name; // as the driver says it
    std::string driver;
    DeviceKind kind = DeviceKind::Reference;
    std::uint64_t memoryBytes = 0; // device-local memory that can be used, all heaps
    std::uint64_t freeBytes = 0;   // of these, free now; memoryBytes where the driver cannot tell
    Detail unusable;               // why not, or empty
};

enum class KvType { F16, F32 };

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

class KvCache {
public:
    virtual ~KvCache() = default;
    virtual std::uint32_t capacity() const = 0; // tokens
    virtual std::uint64_t bytes() const = 0;
};

// Rows to run: tokens at consecutive positions. Keys and values at earlier positions are in the cache
// already; those at firstPosition and later are overwritten.
struct Batch {
    std::span<const TokenId> tokens; // 1 .. Executor::maxBatch()
    std::uint32_t firstPosition = 0;
    std::uint32_t firstLogits =
        0; // logits are computed for rows firstLogits .. tokens.size() - 1; tokens.size(): none
};

class Executor {
public:
    virtual ~Executor() = default;
    virtual std::uint32_t maxBatch() const = 0; // rows in one run
    virtual Result<std::unique_ptr<KvCache>> createCache(std::uint32_t tokens, KvType type) = 0;
    // Fills logits with [rows wanted x vocabulary]. Stops between submits when asked (Cancelled): the cache
    // then holds nothing valid at firstPosition and later.
    virtual Result<void> run(const Batch& batch, KvCache& cache, std::stop_token stop,
                             std::vector<float>& logits) = 0;
    virtual MemoryUse memory() const = 0; // KvCaches included
};

struct LoadRequest {
    const ModelFile& file;
    const ModelConfig& config;
    const FileWeights& weights;
    std::uint32_t contextTokens = 0; // the caches that will be asked for: the plan counts them
    KvType kvType = KvType::F16;
};

class Device {
public:
    virtual ~Device() = default;
    virtual const DeviceInfo& info() const = 0;
    virtual KvType defaultKvType() const = 0;
    // Errors: DoesNotFit (before anything is allocated), OutOfMemory, DeviceLost, Cancelled.
    virtual Result<std::unique_ptr<Executor>> load(const LoadRequest& request, const Progress& progress,
                                                   std::stop_token stop) = 0;
};

} // namespace ponder
