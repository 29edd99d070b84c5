#include "engine/backend/vulkan/vulkan_physical.h"

#include "engine/base/translatable.h"

#include <algorithm>
#include <cstring>

namespace ponder {
namespace {

// One allocation just over 2 GiB succeeds on some drivers and fails when used.
constexpr std::uint64_t kLargestAllocation = std::uint64_t{2} << 30;

DeviceKind kindOf(VkPhysicalDeviceType type) {
    switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
        return DeviceKind::Discrete;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
        return DeviceKind::Integrated;
    default:
        return DeviceKind::Software;
    }
}

bool hasDeviceExtension(VkPhysicalDevice device, const char* name) {
    std::uint32_t count = 0;
    vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
    std::vector<VkExtensionProperties> extensions(count);
    vkEnumerateDeviceExtensionProperties(device, nullptr, &count, extensions.data());
    return std::any_of(extensions.begin(), extensions.end(), [&](const VkExtensionProperties& extension) {
        return std::strcmp(extension.extensionName, name) == 0;
    });
}

void readMemory(VulkanPhysical& physical) {
    VkPhysicalDeviceMemoryBudgetPropertiesEXT budget{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
    VkPhysicalDeviceMemoryProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2};
    if (physical.hasMemoryBudget) properties.pNext = &budget;
    vkGetPhysicalDeviceMemoryProperties2(physical.handle, &properties);
    physical.memory = properties.memoryProperties;
    for (std::uint32_t heap = 0; heap < physical.memory.memoryHeapCount; ++heap) {
        if (!(physical.memory.memoryHeaps[heap].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)) continue;
        const std::uint64_t size = physical.memory.memoryHeaps[heap].size;
        physical.info.memoryBytes += size;
        if (!physical.hasMemoryBudget) {
            physical.info.freeBytes += size;
        } else if (budget.heapBudget[heap] > budget.heapUsage[heap]) {
            physical.info.freeBytes += budget.heapBudget[heap] - budget.heapUsage[heap];
        }
    }
    // Software devices run in host memory; integrated ones share it, if the driver says so.
    constexpr VkMemoryPropertyFlags mapped = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT |
                                             VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                             VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    for (std::uint32_t type = 0; type < physical.memory.memoryTypeCount; ++type)
        if (physical.info.kind != DeviceKind::Discrete &&
            (physical.memory.memoryTypes[type].propertyFlags & mapped) == mapped)
            physical.hostMapsDeviceMemory = true;
}

void readIntegerDot(VulkanPhysical& physical) {
    if (!hasDeviceExtension(physical.handle, VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME)) return;
    VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR feature{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR};
    VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
    features.pNext = &feature;
    vkGetPhysicalDeviceFeatures2(physical.handle, &features);
    physical.hasIntegerDot = feature.shaderIntegerDotProduct == VK_TRUE;
    VkPhysicalDeviceShaderIntegerDotProductPropertiesKHR dot{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_PROPERTIES_KHR};
    VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
    properties.pNext = &dot;
    vkGetPhysicalDeviceProperties2(physical.handle, &properties);
    // Software devices say that it is not accelerated, yet four loads become one (kernel_tuning.h).
    physical.quickIntegerDot =
        physical.hasIntegerDot && (dot.integerDotProduct4x8BitPackedSignedAccelerated == VK_TRUE ||
                                   physical.info.kind == DeviceKind::Software);
}

void readHalf(VulkanPhysical& physical) {
    VkPhysicalDeviceVulkan12Features features12{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
    VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
    features.pNext = &features12;
    vkGetPhysicalDeviceFeatures2(physical.handle, &features);
    physical.hasHalf = features12.shaderFloat16 == VK_TRUE;
    if (hasDeviceExtension(physical.handle, kCooperativeMatrixExtension) &&
        hasDeviceExtension(physical.handle, VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME))
        physical.cooperative = readCooperativeUnit(physical.handle, physical.subgroupSize);
}

Detail missing(const VulkanPhysical& physical, const VkPhysicalDeviceProperties& properties,
               const VkPhysicalDeviceSubgroupProperties& subgroup, bool hasQueue) {
    if (properties.apiVersion < VK_API_VERSION_1_2)
        return Detail{PONDER_TR_NOOP("ErrorDetail", "its driver is older than Vulkan 1.2"), {}};
    if (!hasQueue) return Detail{PONDER_TR_NOOP("ErrorDetail", "it has no compute queue"), {}};
    VkPhysicalDeviceVulkan12Features features12{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
    VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
    features.pNext = &features12;
    vkGetPhysicalDeviceFeatures2(physical.handle, &features);
    if (!features12.bufferDeviceAddress)
        return Detail{PONDER_TR_NOOP("ErrorDetail", "it lacks buffer device addresses"), {}};
    constexpr VkSubgroupFeatureFlags wanted =
        VK_SUBGROUP_FEATURE_BASIC_BIT | VK_SUBGROUP_FEATURE_ARITHMETIC_BIT | VK_SUBGROUP_FEATURE_SHUFFLE_BIT;
    if (!(subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT) ||
        (subgroup.supportedOperations & wanted) != wanted)
        return Detail{
            PONDER_TR_NOOP("ErrorDetail", "it lacks subgroup arithmetic or shuffle in compute shaders"), {}};
    return {};
}

VulkanPhysical describe(VkPhysicalDevice handle) {
    VulkanPhysical physical;
    physical.handle = handle;
    VkPhysicalDeviceProperties plain{};
    vkGetPhysicalDeviceProperties(handle, &plain);
    physical.info.name = plain.deviceName;
    physical.info.kind = kindOf(plain.deviceType);
    if (plain.apiVersion < VK_API_VERSION_1_1) {
        physical.info.unusable =
            Detail{PONDER_TR_NOOP("ErrorDetail", "its driver is older than Vulkan 1.2"), {}};
        return physical;
    }

    VkPhysicalDeviceDriverProperties driver{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
    VkPhysicalDeviceMaintenance3Properties limits{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES};
    VkPhysicalDeviceSubgroupProperties subgroup{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES};
    VkPhysicalDeviceIDProperties ids{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
    limits.pNext = &ids;
    ids.pNext = &subgroup;
    if (plain.apiVersion >= VK_API_VERSION_1_2) subgroup.pNext = &driver;
    VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
    properties.pNext = &limits;
    vkGetPhysicalDeviceProperties2(handle, &properties);
    physical.info.driver = std::string(driver.driverName) + " " + driver.driverInfo;
    std::copy(std::begin(ids.deviceUUID), std::end(ids.deviceUUID), physical.uuid.begin());
    physical.driverVersion = plain.driverVersion;
    physical.vendorId = plain.vendorID;
    physical.deviceId = plain.deviceID;
    std::copy(std::begin(plain.pipelineCacheUUID), std::end(plain.pipelineCacheUUID),
              physical.cacheUuid.begin());
    physical.subgroupSize = subgroup.subgroupSize;
    physical.maxInvocations = plain.limits.maxComputeWorkGroupInvocations;
    physical.sharedMemoryBytes = plain.limits.maxComputeSharedMemorySize;
    physical.maxTexelElements = plain.limits.maxTexelBufferElements;
    physical.maxAllocationBytes = std::min<std::uint64_t>(limits.maxMemoryAllocationSize, kLargestAllocation);
    physical.hasMemoryBudget = hasDeviceExtension(handle, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    readIntegerDot(physical);
    if (plain.apiVersion >= VK_API_VERSION_1_2) readHalf(physical);
    readMemory(physical);

    std::uint32_t families = 0;
    vkGetPhysicalDeviceQueueFamilyProperties(handle, &families, nullptr);
    std::vector<VkQueueFamilyProperties> queues(families);
    vkGetPhysicalDeviceQueueFamilyProperties(handle, &families, queues.data());
    const auto compute = std::find_if(queues.begin(), queues.end(), [](const VkQueueFamilyProperties& queue) {
        return (queue.queueFlags & VK_QUEUE_COMPUTE_BIT) != 0;
    });
    physical.queueFamily = static_cast<std::uint32_t>(compute - queues.begin());
    if (compute != queues.end() && compute->timestampValidBits > 0) {
        physical.timestampMask = UINT64_MAX >> (64 - std::min(compute->timestampValidBits, 64U));
        physical.timestampSeconds = double{plain.limits.timestampPeriod} * 1e-9;
    }
    physical.info.unusable = missing(physical, plain, subgroup, compute != queues.end());
    return physical;
}

} // namespace

std::vector<VulkanPhysical> VulkanPhysical::list(const VulkanInstance& instance) {
    std::vector<VulkanPhysical> all;
    for (const VkPhysicalDevice handle : instance.physicalDevices())
        all.push_back(describe(handle));
    std::stable_sort(all.begin(), all.end(), [](const VulkanPhysical& a, const VulkanPhysical& b) {
        return a.info.kind < b.info.kind;
    });
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i].info.id = "vulkan:" + std::to_string(i);
    return all;
}

} // namespace ponder
