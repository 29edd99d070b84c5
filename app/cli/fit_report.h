// How `ponder-cli fit` tells what it found: lines for people, keys for --json.
//
// Takes forecasts; gives text in the user's language, or JSON whose keys stay the same. Owner: free
// functions. Thread: main. Previous station: app/fit/fit_list.h. Next station: console.h.
#pragma once

#include "app/cli/console.h"
#include "app/fit/fit_list.h"
#include "app/fit/needed_machine.h"

namespace ponder {

Json toJson(const FitDevice& device);
Json toJson(const FitForecast& fit);
Json toJson(const FitRow& row, const FitChoice& choice);
Json toJson(const GpuRow& row);
Json toJson(const NeededMachine& machine);

void print(const Console& console, const FitDevice& device);
void print(const Console& console, const QString& name, const QString& quantization, const FitForecast& fit);
void print(const Console& console, const FitRow& row, const FitChoice& choice);
void print(const Console& console, const GpuRow& row);
void print(const Console& console, const NeededMachine& machine);

} // namespace ponder
