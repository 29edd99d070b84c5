// How fast a model will be on a device.
//
// A token of a reply reads every weight and the keys and values so far: bytes over bandwidth times the share
// of the bandwidth that kernels reach, and for each layer what starting kernels or waiting for threads costs.
// Of a mixture a token reads the experts that it uses, a prompt nearly all of them. Weights that stay on the
// disk come from there each time: what the system keeps of them is counted as nothing.
// A prompt is held up by products or by weights, whichever is slower. What a device reaches comes from
// published measurements per vendor, until a reply on this machine has shown it: of the model itself, or of
// one that is at most four times larger or smaller; never less than a third of the table. Errors: none; 0
// where the bandwidth is not known. Sources: the comments of the tables. Previous station:
// app/store/measurements.h. Next station: fit_forecast.h.
#pragma once

#include "app/fit/fit_device.h"
#include "app/fit/fit_model.h"
#include "app/store/measurements.h"

#include <optional>
#include <span>

namespace ponder {

// Measured: this model ran on this device. Calibrated: another model did. Estimated: none did.
enum class SpeedSource { Estimated, Calibrated, Measured };

struct SpeedForecast {
    double decodeTokensPerSecond = 0;
    double prefillTokensPerSecond = 0;
    double errorShare = 0; // 0.4: it may be 40 % off
    SpeedSource source = SpeedSource::Estimated;
};

struct SpeedQuestion {
    LayerRange gpuLayers;          // on the device; the others on the processor beside it
    LayerRange lentExperts{0, 0};  // of these layers the experts are on the processor
    std::uint64_t cacheBytes = 0;  // keys and values that a token reads
    std::uint64_t mappedBytes = 0; // of the weights, on the disk
    QString modelPath;             // of a model that is here, else empty
};

SpeedForecast forecastSpeed(const FitModel& model, const FitDevice& device, const SpeedQuestion& question,
                            std::span<const MeasuredSpeed> history);

} // namespace ponder
