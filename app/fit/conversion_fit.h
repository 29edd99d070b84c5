// How a model would fit this machine once it is converted or merged: a choice for each quantization.
//
// Takes what was found out about a folder of weights, or a model file and the adapters that are to become
// part of it; asks the same forecast as the list of models. Owner: free functions. Thread: any; some
// milliseconds. Errors: of mergeChoices those of AdapterMerge::plan. Previous station:
// engine/convert/folder_summary.h. Next station: conversion_choices.h, drop_hints.h.
#pragma once

#include "app/fit/fit_list.h"
#include "engine/convert/adapter_merge.h"
#include "engine/convert/folder_summary.h"

namespace ponder {

// From the smallest to the largest; none where the folder cannot be converted.
std::vector<FitChoice> folderChoices(const FolderSummary& folder, const FitDevice& device,
                                     const FitQuestion& question);

struct MergeChoices {
    std::optional<FitChoice> asItIs; // every tensor keeps its format; none where one of them is only read
    std::vector<FitChoice> others;   // from the smallest to the largest
    bool losesPrecision = false;     // what was quantized once is rounded again
};
Result<MergeChoices> mergeChoices(const std::filesystem::path& base, std::span<const AdapterUse> adapters,
                                  const FitDevice& device, const FitQuestion& question);

} // namespace ponder
