// The first Vulkan device, opened once for all tests of a program: what its driver compiles for one of them
// serves the others.
#pragma once

#include "engine/backend/backend.h"
#include "engine/backend/vulkan/vulkan_devices.h"
#include "engine/devices.h"

#include <map>
#include <tuple>

namespace ponder::test {

struct SharedDevice {
    std::shared_ptr<Device> device;
    std::shared_ptr<ValidationLog> log;
};

// The device with these options, opened by the first who asks and kept until the process ends: layers and
// drivers may be gone when the destructors of statics run.
inline Result<SharedDevice> sharedVulkanDevice(VulkanOptions options) {
    using Key = std::tuple<LoadPath, bool, std::uint64_t, std::uint64_t, std::uint32_t, double>;
    static auto& devices = *new std::map<Key, SharedDevice>;
    const Key key{options.loadPath,      options.stageUploads,     options.smallModelBytes,
                  options.largestBuffer, options.maxPartPositions, options.firstRate};
    if (const auto known = devices.find(key); known != devices.end()) return known->second;
    options.validation = std::make_shared<ValidationLog>();
    auto opened = openVulkanDevice("vulkan:0", options);
    if (!opened) return opened.error();
    return devices[key] = {std::move(*opened), options.validation};
}

// Any device by its id; of Vulkan the shared one with these options.
inline Result<std::shared_ptr<Device>> testDevice(std::string_view id, const VulkanOptions& vulkan = {}) {
    if (id == "vulkan") {
        const auto shared = sharedVulkanDevice(vulkan);
        if (!shared) return shared.error();
        return shared->device;
    }
    auto opened = openDevice(std::string(id));
    if (!opened) return opened.error();
    return std::shared_ptr<Device>(std::move(*opened));
}

} // namespace ponder::test
