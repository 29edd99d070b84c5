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
#include "engine/proposer.h"

#include <chrono>
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
    MemoryUse memory; // as planned
};

// Where a model would go; nothing is loaded yet.
struct LoadPlan {
    std::uint32_t contextTokens = 0;
    KvType kvType = KvType::F16;
    std::vector<ModelPart> parts; // one, or two: the processor with the first layers, the GPU with the last
};

// Why a generation ended.
enum class FinishReason {
    EndOfText,  // the model said so
    StopString, // one of GenerateSettings::stop
    MaxTokens,
    ContextFull, // nothing was dropped; the reply is what fitted
    Callback,    // the token callback returned false
    Cancelled,   // the stop token
};

// Guessing ahead, see speculation.h: changes the speed of a reply, never its tokens.
struct SpeculationSettings {
    bool lookup = false;       // guess from what the conversation has said before
    Proposer* draft = nullptr; // a Draft (draft.h), asked where the lookup has no guess
    std::uint32_t most = 8;    // tokens guessed at once
    bool adaptive = true;      // fewer, or none, where guesses cost more time than they save

    bool any() const { return most > 0 && (lookup || draft); }
};

struct GenerateSettings {
    SamplingSettings sampling;
    std::uint32_t maxTokens = 32768;
    std::vector<std::string> stop;   // the reply ends before the first of these
    bool ignoreEndOfText = false;    // go on to maxTokens, as benchmarks and comparisons want it
    SpeculationSettings speculation; // of generate() alone
};

struct GenerateResult {
    FinishReason reason = FinishReason::EndOfText;
    std::uint32_t promptTokens = 0;
    std::uint32_t reusedTokens = 0; // of these, already in the KV cache
    std::uint32_t replyTokens = 0;
    std::uint32_t proposedTokens = 0; // by speculation
    std::uint32_t acceptedTokens = 0; // of these, those that came true
    double prefillSeconds = 0;
    double secondsToFirstToken = 0;
    double decodeSeconds = 0; // from the first token to the last
    double decodeTokensPerSecond() const;
};

// One token of the reply and the complete UTF-8 characters it finished (maybe none). The token that ends the
// text is handed out too, with what was still held back. Return false to stop.
struct ReplyToken {
    TokenId id = 0;
    std::string text;
};
using OnToken = std::function<bool(const ReplyToken&)>;
// The same for one of several replies, counted from 0; false stops this one alone.
using OnManyTokens = std::function<bool(std::size_t reply, const ReplyToken&)>;

inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// Replies that generateMany() makes at once.
inline constexpr std::size_t kMostReplies = 64;

class Session {
public:
    virtual ~Session() = default;

    // Runs the prompt (its part already in the KV cache is not computed again) and generates. Errors:
    // ContextFull when the prompt itself does not fit, DeviceLost, OutOfMemory. A stop or cancel is a result,
    // not an error.
    virtual Result<GenerateResult> generate(std::span<const TokenId> prompt, const GenerateSettings& settings,
                                            const OnToken& onToken, std::stop_token stop,
                                            const Progress& prefillProgress = {}) = 0;
    // Several replies to one prompt, one for each of `settings` (1 to kMostReplies), side by side: each is
    // what generate() gives with these settings. They share the prompt's part of the context and divide the
    // rest evenly; one that fills its share ends with ContextFull. Afterwards the KV cache holds the prompt.
    // Errors: as generate().
    virtual Result<std::vector<GenerateResult>>
    generateMany(std::span<const TokenId> prompt, std::span<const GenerateSettings> settings,
                 const OnManyTokens& onToken, std::stop_token stop, const Progress& prefillProgress = {}) = 0;
    // Logits [rows x vocabulary] of all positions from firstLogits on; nothing is sampled.
    virtual Result<std::vector<float>> logits(std::span<const TokenId> tokens, std::size_t firstLogits,
                                              std::stop_token stop) = 0;
    // Keeps the tokens in the KV cache, and what it holds for them, in a file that only its owner may read.
    // Errors: FileUnwritable, also where it would be larger than `mostBytes`; DeviceLost.
    virtual Result<void> saveState(const std::filesystem::path& path,
                                   std::uint64_t mostBytes = kNoLimit) const = 0;
    // Takes back from such a file as much as `tokens` begin with, exactly: the next logits are the same.
    // Where the file is damaged, of another model or another device's layout, or no better than what is in
    // the cache already, nothing changes. Returns how many tokens came back. Errors: DeviceLost.
    virtual Result<std::uint32_t> restoreState(const std::filesystem::path& path,
                                               std::span<const TokenId> tokens) = 0;
    virtual std::uint32_t contextTokens() const = 0;
    virtual std::uint32_t usedTokens() const = 0; // in the KV cache now
    virtual void clear() = 0;                     // forget the KV cache's content
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

} // namespace ponder
