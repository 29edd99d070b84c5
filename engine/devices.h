// Every device of this machine, and opening one by what a person calls it.
//
// Owner: the caller. Thread: any, not at once. Errors: DeviceNotFound, DeviceUnusable.
// Next station: Device::load.
#pragma once

#include "engine/backend/backend.h"

namespace ponder {

// `wanted`: "auto" (the first usable of listDevices()), an id ("reference", "vulkan:1"), "vulkan" (its first
// usable device), or part of a name, upper and lower case alike.
Result<std::unique_ptr<Device>> openDevice(const std::string& wanted);

} // namespace ponder
