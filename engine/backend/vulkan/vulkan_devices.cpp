#include "engine/backend/vulkan/vulkan_devices.h"

#include "engine/base/translatable.h"

namespace ponder {

std::vector<DeviceInfo> listVulkanDevices() {
    std::vector<DeviceInfo> out;
    const auto instance = VulkanInstance::create();
    if (!instance) return out;
    for (const VulkanPhysical& physical : VulkanPhysical::list(**instance))
        out.push_back(physical.info);
    return out;
}

Result<std::unique_ptr<VulkanContext>> openVulkanContext(const std::string& id,
                                                         const VulkanOptions& options) {
    auto instance = VulkanInstance::create(options.validation);
    if (!instance) return instance.error();
    std::string known;
    for (VulkanPhysical& physical : VulkanPhysical::list(**instance)) {
        if (options.stageUploads) physical.memory.mapped = false;
        if (physical.info.id == id)
            return VulkanContext::create(*instance, std::move(physical), options.loadPath);
        known += (known.empty() ? "" : ", ") + physical.info.id;
    }
    return Error{ErrorCode::DeviceNotFound, id,
                 known.empty() ? Detail{PONDER_TR_NOOP("ErrorDetail", "no Vulkan device"), {}}
                               : Detail(known)};
}

} // namespace ponder
