// What this program itself takes of the memory in which a device keeps a model.
//
// Nothing on a graphics card. On the processor: the program, its libraries and the model's vocabulary; on a
// software device also its driver and compiled kernels. The first run of a model compiles them: Mesa's own
// cache of shaders decides whether, which no program can ask for, and 39 to 40 MB more are in use then (a
// model of 3 MB and SmolLM2, Mesa 22.3). The figure here lies between both: 20 MB above later runs, 20 to 30
// MB below the first. Owner: plain function. Thread: any. Source: measured by tests/bench/fit_accuracy.py,
// whose bar keeps these figures honest. Next station: fit_forecast.h.
#pragma once

#include "engine/backend/backend.h"

namespace ponder {

std::uint64_t programBytes(const DeviceInfo& device, const ModelConfig& config);

} // namespace ponder
