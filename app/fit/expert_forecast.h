// A mixture beside a graphics processor that is too small for it: what each side holds, and how fast it is.
//
// Attention, norms, routers, shared and dense parts and caches, which every token reads, are on the card; the
// experts of the first mixtures, of which a token reads a few in a hundred, stay in the computer's memory and
// are multiplied by its processor. How many those are where a model is loaded says forecastFit(). Thread:
// any. Errors: none; nothing where a device cannot compute its part. Next station: needed_machine.h.
#pragma once

#include "app/fit/fit_forecast.h"

#include <optional>

namespace ponder {

struct ExpertForecast {
    MemoryForecast card;
    std::uint64_t processorBytes = 0;
    SpeedForecast speed; // in the middle of a reply
};

// With the experts of so many mixtures, the first ones, on the processor, whether there is room for it or
// not.
std::optional<ExpertForecast> forecastExperts(const FitModel& model, const FitDevice& device,
                                              const FitQuestion& question, std::uint32_t mixtures);

} // namespace ponder
