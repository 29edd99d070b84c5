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

#include "engine/backend/batch.h"
#include "engine/backend/expert_worker.h"
#include "engine/backend/kernel_sums.h"
#include "engine/backend/kv_cache.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "engine/base/translatable.h"
#include "engine/file/model_file.h"
#include "engine/plan/device_info.h"
#include "engine/plan/memory_use.h"
#include "engine/plan/plan_request.h"
#include "engine/sample/sampling_settings.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace ponder {

// Seconds that the search for a device's quickest kernels may still take. Called often.
using TuningProgress = std::function<void(double secondsLeft)>;

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

struct LoadRequest {
    const ModelFile& file;
    PlanRequest plan;
    TuningProgress onTuning = {};
    // Has the experts that the plan's weights lack (model/weights.h); kept as long as the executor.
    std::shared_ptr<ExpertWorker> experts = {};
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
    // The experts of the plan's layers alone, for another device that has all else of them. Errors: as plan()
    // and load(); UnsupportedModel where the device does not do this.
    virtual Result<MemoryUse> planExperts(const PlanRequest&) const { return noExperts(); }
    virtual Result<std::shared_ptr<ExpertWorker>> loadExperts(const LoadRequest&, const Progress&,
                                                              std::stop_token) {
        return noExperts();
    }
    // Searches for the quickest kernels and keeps them in the folder; says what it found, nothing where there
    // is nothing to choose.
    virtual Result<std::string> tune(const std::filesystem::path&, const TuningProgress&, std::stop_token) {
        return std::string();
    }

private:
    Error noExperts() const {
        return {ErrorCode::UnsupportedModel, info().name,
                Detail{PONDER_TR_NOOP("ErrorDetail", "it cannot multiply experts for another device"), {}}};
    }
};

} // namespace ponder
