// The words of the fit hint, in the user's language: "Fits", "5.1 GB to spare at 32K".
//
// Owner: free functions. Thread: any that may translate. Previous station: fit_forecast.h. Next station: the
// window's lists, `ponder-cli fit`.
#pragma once

#include "app/fit/fit_forecast.h"

namespace ponder {

QString verdictText(const FitForecast& fit);    // "Fits", "Fits at 8K", "31 of 64 layers"
QString verdictDetail(const FitForecast& fit);  // "10.1 GB to spare at 32K"
QString speedText(const SpeedForecast& speed);  // "41 tokens/s", "≈ 33 tokens/s"; empty where nobody knows
QString sourceText(const SpeedForecast& speed); // "measured here, ±15 %"; empty where nobody knows
QString promptText(const SpeedForecast& speed); // "reads 1,000 tokens in 2.4 s"; likewise
QString contextText(std::uint32_t tokens);      // "32K"

// As `--json` has them.
const char* verdictName(FitVerdict verdict);
const char* sourceName(SpeedSource source);

} // namespace ponder
