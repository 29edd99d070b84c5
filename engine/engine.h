// The engine's front door: devices, models, sessions, generation. Everything the application needs is here.
//
//     auto devices = listDevices();
//     auto model   = Model::load({.path = p, .device = "auto"}, progress, stop);
//     auto session = (*model)->createSession();
//     auto done    = (*session)->generate(ids, settings, onToken, stop);
//
// Owner: the caller; a Model outlives its Sessions. Thread: a Model and its Sessions belong to one thread at
// a time (the application's generation thread); stop tokens may be triggered from any thread. Errors: values
// (base/error.h). Next station: app/chat/.
#pragma once

#include "engine/backend/backend.h"
#include "engine/generate/session.h"

#include <filesystem>
#include <limits>

namespace ponder {

// All devices of this machine, best first; unusable ones are listed with the reason.
std::vector<DeviceInfo> listDevices();
// The one of a list that a person means, as LoadOptions::device. Errors: DeviceNotFound, DeviceUnusable.
Result<DeviceInfo> findDevice(std::span<const DeviceInfo> devices, const std::string& wanted);

// Searches for the quickest kernels of one device once more (LoadOptions::cacheFolder) and says what it
// found.
Result<std::string> tuneDevice(const std::string& device, const std::filesystem::path& cacheFolder,
                               const TuningProgress& progress, std::stop_token stop);

inline constexpr std::uint32_t kAutoLayers = std::numeric_limits<std::uint32_t>::max();

struct LoadOptions {
    std::filesystem::path path;
    std::string device = "auto";     // "auto", an id ("reference", "vulkan", "vulkan:1") or part of a name
    std::uint32_t contextTokens = 0; // 0: the trained length, at most kDefaultContext, halved until it fits
    std::optional<KvType> kvType;    // nothing: the device's own choice
    // Layers on the graphics processor, the others on the processor; nothing: all on the device, or as many
    // as fit where they do not; kAutoLayers: as many as fit.
    std::optional<std::uint32_t> gpuLayers;
    // Mixtures whose experts stay with the processor while the graphics processor has all else; nothing:
    // none, or as few as needed where the model does not fit; kAutoLayers: as few as needed. Not with
    // gpuLayers.
    std::optional<std::uint32_t> expertLayers;
    // Bytes of this computer's memory that the processor's part may take: weights beyond that stay in the
    // file and are read as they are used. 0: no limit, or what is free where the model does not fit.
    std::uint64_t memoryRoom = 0;
    std::uint32_t threads = 0; // of the processor; 0: one for each of its cores
    Precision precision = Precision::Fast;
    std::filesystem::path
        cacheFolder;                  // where a GPU's quickest kernels are kept; empty: they are not searched
    TuningProgress onTuning;          // the first use of a GPU takes some seconds more
    std::vector<AdapterUse> adapters; // LoRA adapters to begin with
};

// What a reasoning model needs: its cards allow replies of 32,768 tokens.
inline constexpr std::uint32_t kDefaultContext = 32768;

// What one device has of a model.
struct ModelPart {
    DeviceInfo device;
    LayerRange layers;
    MemoryUse memory;         // as planned
    bool expertsOnly = false; // of these layers, which the other part has but for them
};

// Where a model would go; nothing is loaded yet.
struct LoadPlan {
    std::uint32_t contextTokens = 0;
    KvType kvType = KvType::F16;
    // One, or two: the processor with the first layers, or with their experts; the GPU with the last, or all.
    std::vector<ModelPart> parts;
};

class Model {
public:
    static Result<std::unique_ptr<Model>> load(const LoadOptions& options, const Progress& progress,
                                               std::stop_token stop);
    // What load() would do with these options. Errors: those of load().
    static Result<LoadPlan> plan(const LoadOptions& options);
    virtual ~Model() = default;

    virtual const ModelFile& file() const = 0;
    virtual const ModelConfig& config() const = 0;
    virtual const Tokenizer& tokenizer() const = 0;
    virtual const DeviceInfo& device() const = 0; // of the last layer
    virtual std::uint32_t contextTokens() const = 0;
    virtual bool contextExceedsTraining() const = 0;
    virtual double loadSeconds() const = 0;
    virtual MemoryUse memory() const = 0;
    virtual std::vector<ModelPart> parts() const = 0; // as in LoadPlan
    // Of the last layer's device, as its driver says what this process uses; nothing where it does not say.
    virtual std::optional<std::uint64_t> deviceBytesInUse() const { return std::nullopt; }
    virtual Result<std::unique_ptr<Session>> createSession() = 0;

    // The LoRA adapters from the next call of a session on, instead of those before; none takes all away. The
    // weights stay where they are. All are checked before anything changes. What sessions had in their KV
    // caches counts no more, until the same adapters come back with the same strengths. Errors: as
    // AdapterSet::open and Executor::setAdapters.
    virtual Result<void> setAdapters(std::span<const AdapterUse> adapters) = 0;
    virtual std::span<const AdapterUse> adapters() const = 0;

    // From now on each kernel is timed, which slows it down, or no longer. Nothing where the device cannot.
    virtual void profile(bool) {}
    virtual std::vector<KernelTime> kernelTimes() const { return {}; }
};

// A smaller model that guesses what `target` says, in a session of its own (generate/draft.h); it outlives
// the result. Errors: BadArgument where the vocabularies differ.
Result<std::unique_ptr<Proposer>> createDraft(const Model& target, Model& draft);

} // namespace ponder
