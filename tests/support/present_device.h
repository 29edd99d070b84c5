// Whether this machine has a device that tests can use.
#pragma once

#include "engine/engine.h"

#include <algorithm>

namespace ponder::test {

// id: how the device's begins, "cpu", "vulkan".
inline bool hasDevice(const char* id) {
    const auto devices = listDevices();
    return std::any_of(devices.begin(), devices.end(), [&](const DeviceInfo& device) {
        return device.id.starts_with(id) && device.unusable.empty();
    });
}

} // namespace ponder::test
