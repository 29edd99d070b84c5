// The processor as a device: every core, SIMD kernels for what it has.
//
// Owner: the caller of openCpuDevice(). Thread: one at a time. Errors: DoesNotFit, and those of the
// executor. Next station: cpu_executor.h.
#pragma once

#include "engine/backend/backend.h"

namespace ponder {

DeviceInfo cpuDeviceInfo();
std::unique_ptr<Device> openCpuDevice();

} // namespace ponder
