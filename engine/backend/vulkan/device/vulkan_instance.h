// The connection to Vulkan: a VkInstance, with the validation layers where a test asks for them.
//
// Takes a place for validation messages, or none; gives the physical devices. Owner: shared by the devices
// opened through it. Thread: any. Errors: DeviceUnusable (no loader, no layer). Next station:
// vulkan_physical.h.
#pragma once

#include "engine/backend/vulkan/device/vulkan_api.h"
#include "engine/base/result.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ponder {

// What the validation layers said: errors and warnings, core and synchronization.
class ValidationLog {
public:
    void add(std::string message);
    std::vector<std::string> messages() const;

private:
    mutable std::mutex m_mutex;
    std::vector<std::string> m_messages;
};

class VulkanInstance {
public:
    // With a log the validation layers are on; their absence is then an error.
    static Result<std::shared_ptr<VulkanInstance>> create(std::shared_ptr<ValidationLog> log = {});
    ~VulkanInstance();
    VulkanInstance(const VulkanInstance&) = delete;
    VulkanInstance& operator=(const VulkanInstance&) = delete;

    std::vector<VkPhysicalDevice> physicalDevices() const;

private:
    VulkanInstance() = default;
    void listen();

    VkInstance m_instance = VK_NULL_HANDLE;
    VkDebugUtilsMessengerEXT m_messenger = VK_NULL_HANDLE;
    std::shared_ptr<ValidationLog> m_log;
};

} // namespace ponder
