// A mixture beside a graphics processor that is too small for it: what each side holds, and how fast it is.
//
// Attention, norms, routers, shared and dense parts and caches, which every token reads, are on the card; the
// experts of the first mixtures, of which a token reads a few in a hundred, stay in the computer's memory and
// are multiplied by its processor. Thread: any. Errors: none; nothing where a side cannot hold its part. Next
// station: needed_machine.h.
#pragma once

#include "app/fit/fit_forecast.h"

#include <optional>

namespace ponder {

struct ExpertPlacement {
    std::uint32_t layers = 0; // mixtures, the first ones, whose experts are on the processor
};

struct ExpertForecast {
    ExpertPlacement placement;
    MemoryForecast card;
    std::uint64_t processorBytes = 0;
    SpeedForecast speed; // in the middle of a reply
};

std::uint32_t mixtureLayers(const ModelConfig& config);

// With so many layers' experts on the processor, whether there is room for it or not.
std::optional<ExpertForecast> forecastExperts(const FitModel& model, const FitDevice& device,
                                              const FitQuestion& question, ExpertPlacement placement);
// With as few of them as the card's free memory makes necessary, and the computer's holds.
std::optional<ExpertForecast> fewestExperts(const FitModel& model, const FitDevice& device,
                                            const FitQuestion& question);

} // namespace ponder
