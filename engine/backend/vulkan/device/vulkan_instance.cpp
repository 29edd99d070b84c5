#include "engine/backend/vulkan/device/vulkan_instance.h"

#include "engine/backend/vulkan/device/vulkan_counters.h"
#include "engine/base/translatable.h"

#include <array>
#include <cstring>

namespace ponder {
namespace {

constexpr const char* kValidationLayer = "VK_LAYER_KHRONOS_validation";

bool hasLayer(const char* name) {
    std::uint32_t count = 0;
    vkEnumerateInstanceLayerProperties(&count, nullptr);
    std::vector<VkLayerProperties> layers(count);
    vkEnumerateInstanceLayerProperties(&count, layers.data());
    for (const VkLayerProperties& layer : layers)
        if (std::strcmp(layer.layerName, name) == 0) return true;
    return false;
}

bool hasExtension(const char* name) {
    std::uint32_t count = 0;
    vkEnumerateInstanceExtensionProperties(nullptr, &count, nullptr);
    std::vector<VkExtensionProperties> extensions(count);
    vkEnumerateInstanceExtensionProperties(nullptr, &count, extensions.data());
    for (const VkExtensionProperties& extension : extensions)
        if (std::strcmp(extension.extensionName, name) == 0) return true;
    return false;
}

VKAPI_ATTR VkBool32 VKAPI_CALL onMessage(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                         VkDebugUtilsMessageTypeFlagsEXT,
                                         const VkDebugUtilsMessengerCallbackDataEXT* data, void* log) {
    static_cast<ValidationLog*>(log)->add(data->pMessage ? data->pMessage : "");
    return VK_FALSE;
}

} // namespace

void ValidationLog::add(std::string message) {
    const std::lock_guard lock(m_mutex);
    m_messages.push_back(std::move(message));
}

std::vector<std::string> ValidationLog::messages() const {
    const std::lock_guard lock(m_mutex);
    return m_messages;
}

Result<std::shared_ptr<VulkanInstance>> VulkanInstance::create(std::shared_ptr<ValidationLog> log) {
    if (!vulkanIsPresent())
        return Error{ErrorCode::DeviceUnusable, "Vulkan",
                     Detail{PONDER_TR_NOOP("ErrorDetail", "there is no Vulkan loader on this machine"), {}}};
    if (vkEnumerateInstanceVersion == nullptr)
        return Error{ErrorCode::DeviceUnusable, "Vulkan",
                     Detail{PONDER_TR_NOOP("ErrorDetail", "the Vulkan loader is older than 1.1"), {}}};
    if (log && !hasLayer(kValidationLayer))
        return Error{
            ErrorCode::DeviceUnusable, "Vulkan",
            Detail{PONDER_TR_NOOP("ErrorDetail", "the Khronos validation layer is not installed"), {}}};

    VkApplicationInfo application{VK_STRUCTURE_TYPE_APPLICATION_INFO};
    application.pApplicationName = "Ponder";
    application.apiVersion = VK_API_VERSION_1_2;
    VkInstanceCreateInfo info{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
    info.pApplicationInfo = &application;

    std::vector<const char*> extensions;
    if (log) extensions.push_back(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    // Devices that translate to another interface (MoltenVK) are listed only when asked for.
    if (hasExtension("VK_KHR_portability_enumeration")) {
        extensions.push_back("VK_KHR_portability_enumeration");
        info.flags |= 0x00000001; // VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR
    }
    const VkValidationFeatureEnableEXT synchronization =
        VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT;
    VkValidationFeaturesEXT validation{VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT};
    validation.enabledValidationFeatureCount = 1;
    validation.pEnabledValidationFeatures = &synchronization;
    if (log) {
        info.enabledLayerCount = 1;
        info.ppEnabledLayerNames = &kValidationLayer;
        info.pNext = &validation;
    }
    info.enabledExtensionCount = static_cast<std::uint32_t>(extensions.size());
    info.ppEnabledExtensionNames = extensions.data();

    std::shared_ptr<VulkanInstance> instance(new VulkanInstance);
    if (vkCreateInstance(&info, nullptr, &instance->m_instance) != VK_SUCCESS)
        return Error{ErrorCode::DeviceUnusable, "Vulkan",
                     Detail{PONDER_TR_NOOP("ErrorDetail", "the driver refuses a Vulkan 1.2 instance"), {}}};
    VulkanCounters::addObjects(1);
    // Loader trampolines: they dispatch by handle, so several instances may be alive at a time.
    static std::mutex loading;
    const std::lock_guard lock(loading);
    volkLoadInstance(instance->m_instance);
    instance->m_log = std::move(log);
    if (instance->m_log) instance->listen();
    return instance;
}

void VulkanInstance::listen() {
    VkDebugUtilsMessengerCreateInfoEXT info{VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT};
    info.messageSeverity =
        VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
    info.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT |
                       VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                       VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT;
    info.pfnUserCallback = onMessage;
    info.pUserData = m_log.get();
    const auto create = reinterpret_cast<PFN_vkCreateDebugUtilsMessengerEXT>(
        vkGetInstanceProcAddr(m_instance, "vkCreateDebugUtilsMessengerEXT"));
    if (create && create(m_instance, &info, nullptr, &m_messenger) == VK_SUCCESS)
        VulkanCounters::addObjects(1);
}

VulkanInstance::~VulkanInstance() {
    if (m_messenger) {
        const auto destroy = reinterpret_cast<PFN_vkDestroyDebugUtilsMessengerEXT>(
            vkGetInstanceProcAddr(m_instance, "vkDestroyDebugUtilsMessengerEXT"));
        destroy(m_instance, m_messenger, nullptr);
        VulkanCounters::addObjects(-1);
    }
    if (m_instance) {
        vkDestroyInstance(m_instance, nullptr);
        VulkanCounters::addObjects(-1);
    }
}

std::vector<VkPhysicalDevice> VulkanInstance::physicalDevices() const {
    std::uint32_t count = 0;
    if (vkEnumeratePhysicalDevices(m_instance, &count, nullptr) != VK_SUCCESS) return {};
    std::vector<VkPhysicalDevice> devices(count);
    if (vkEnumeratePhysicalDevices(m_instance, &count, devices.data()) < VK_SUCCESS) return {};
    devices.resize(count);
    return devices;
}

} // namespace ponder
