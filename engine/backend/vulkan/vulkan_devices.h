// The Vulkan devices of this machine, and the way to open one.
//
// Takes an id from the list ("vulkan:0"); gives a Device (backend.h). Works on machines without Vulkan: the
// list is then empty. Owner: the caller. Thread: any for listing; a Device belongs to one thread at a time.
// Errors: DeviceNotFound, DeviceUnusable, OutOfMemory. Next station: vulkan_device.h.
#pragma once

#include "engine/backend/vulkan/device/vulkan_context.h"
#include "engine/plan/vulkan_plan.h"

namespace ponder {

struct VulkanOptions {
    LoadPath loadPath = LoadPath::Auto;
    std::shared_ptr<ValidationLog> validation; // turns the validation layers on; for tests
    bool stageUploads = false; // as on discrete devices, even where the host maps device memory; for tests
    std::uint64_t smallModelBytes = kSmallModelBytes; // integer kernels are for larger ones
    // Below the device's own limits, for tests; 0: those limits.
    std::uint64_t largestBuffer = 0;    // bytes
    std::uint32_t maxPartPositions = 0; // of the cache, in one invocation of attention
    double firstRate = 0; // multiply-adds a second, believed before any is measured: cuts submits
};

// Best first: discrete, integrated, software. Unusable ones are listed with the reason.
std::vector<DeviceInfo> listVulkanDevices();

Result<std::unique_ptr<Device>> openVulkanDevice(const std::string& id, const VulkanOptions& options = {});
// The same without the Device around it; for tests of kernels.
Result<std::unique_ptr<VulkanContext>> openVulkanContext(const std::string& id,
                                                         const VulkanOptions& options = {});

} // namespace ponder
