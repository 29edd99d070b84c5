// What this program itself takes of the memory in which a device keeps a model.
//
// Nothing on a graphics card. On the processor: the program, its libraries and the model's vocabulary; on a
// software device also its driver and compiled kernels. Owner: plain function. Thread: any. Errors: none.
// Source: measured by tests/bench/fit_accuracy.py, whose bar keeps these figures honest. Next station:
// fit_forecast.h.
#pragma once

#include "engine/backend/backend.h"

namespace ponder {

std::uint64_t programBytes(const DeviceInfo& device, const ModelConfig& config);

} // namespace ponder
