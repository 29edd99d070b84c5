// Whether a model fits a device, with which context, and how fast it will be: the answer of the fit hint.
//
// Takes a model, a device and what the user wants; asks the loader's own plans (engine/plan/dry_run.h) and
// follows the loader's own order (engine/model_placement.h): the whole model with the context that was asked
// for, then a shorter one, then a mixture's experts or some layers on the processor. What does not fit then
// is read from the disk. Thread: any; well under a millisecond for each. Errors: none, a model that no plan
// can hold does not fit. Next station: fit_text.h, fit_list_model.h, `ponder-cli fit`.
#pragma once

#include "app/fit/speed_forecast.h"
#include "engine/engine.h"

namespace ponder {

// Experts: attention and all else on the device, experts of some layers in the computer's memory.
enum class FitVerdict { Fits, Tight, ShorterContext, Experts, Split, DoesNotFit };

// All of its layers are on the device.
constexpr bool fitsWhole(FitVerdict verdict) {
    return verdict == FitVerdict::Fits || verdict == FitVerdict::Tight ||
           verdict == FitVerdict::ShorterContext;
}

struct MemoryForecast {
    std::uint64_t weights = 0;
    std::uint64_t context = 0;   // keys and values
    std::uint64_t workSpace = 0; // activations, transfers
    std::uint64_t program = 0;   // this program and the device's driver, where they live in the same memory
    std::uint64_t total() const { return weights + context + workSpace + program; }
};

struct FitQuestion {
    std::uint32_t contextTokens = 0; // 0: what reasoning needs, at most what the model was trained for
    std::optional<KvType> kvType;    // nothing: the device's own choice
    QString modelPath;               // of a model that is here: its measured speed counts
    bool wholeOnly = false;  // what does not fit is neither split nor looked for in another quantization
    bool findsBetter = true; // else a quantization that fits is not looked for
    std::span<const MeasuredSpeed> history;
};

struct FitForecast {
    FitVerdict verdict = FitVerdict::DoesNotFit;
    std::optional<FileType> better;   // where it does not fit: the finest quantization that would
    std::uint32_t contextTokens = 0;  // that was asked for
    MemoryForecast memory;            // on the device, with this context and all layers
    std::int64_t spareBytes = 0;      // left with it; negative: missing
    std::uint32_t largestContext = 0; // that fits with all layers, at most what the model and reasoning need
    std::uint32_t usedContext = 0;    // that the model would be loaded with; 0: it would not
    MemoryForecast used;              // on the device, as it would be loaded
    std::uint32_t layers = 0, gpuLayers = 0; // as it would be loaded
    std::uint32_t expertLayers = 0;          // whose experts the processor multiplies, of the mixtures
    std::uint32_t mixtures = 0;
    std::uint64_t processorBytes = 0; // of the other layers, or of these experts
    // Of a model that does not fit: weights that would be read from the disk as they are used; 0: it could
    // not run so either, or nobody knows the disk. About, as the loader leaves whole matrices there.
    std::uint64_t mappedBytes = 0;
    SpeedForecast speed; // as it would be loaded, or with those; in the middle of a reply
};

FitForecast forecastFit(const FitModel& model, const FitDevice& device, const FitQuestion& question);

// Of the question, or what reasoning needs, at most what the model was trained for.
std::uint32_t wantedContext(const ModelConfig& config, const FitQuestion& question);
// What a token reads of a cache in half a reply of a quarter of the context: what a reader waits for most of
// the time.
constexpr std::uint64_t cacheReadBytes(std::uint64_t cache) { return cache / 8; }

// What is left free on purpose: other programs' windows, and what a driver takes without saying.
std::uint64_t marginBytes(const DeviceInfo& device);

} // namespace ponder
