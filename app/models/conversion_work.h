// The work behind a row of the conversions: a folder becomes a file, or a model and its adapters become one.
//
// A conversion goes on where an earlier run of it ended. A merge is written anew each time; what a killed run
// left of it is overwritten, and nothing carries the file's name before it is whole. Owner: free functions.
// Thread: a worker, which uses all cores. Errors: those of engine/convert/conversion.h and adapter_merge.h;
// Cancelled. Previous station: conversion_jobs.h. Next station: ModelServices::check.
#pragma once

#include "app/models/conversion_list.h"
#include "engine/base/result.h"

#include <functional>
#include <stop_token>

namespace ponder {

using ConversionReport = std::function<void(qint64 bytesDone, qint64 bytesAll)>;

// Where the file is there already, nothing is done: an earlier run ended between giving it its name and
// writing that down.
Result<void> runConversion(const ConversionEntry& entry, const std::stop_token& stop,
                           const ConversionReport& report);
// Takes away what was written of an unfinished file.
void discardConversion(const ConversionEntry& entry);

} // namespace ponder
