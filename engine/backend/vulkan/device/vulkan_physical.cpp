#include "engine/backend/vulkan/device/vulkan_physical.h"

#include "engine/base/host_memory.h"
#include "engine/base/translatable.h"

#include <algorithm>
#include <cstring>

namespace ponder {
namespace {

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

// The PCI ids of those who make GPUs.
std::string vendorName(std::uint32_t id) {
    switch (id) {
    case 0x1002:
        return "AMD";
    case 0x10DE:
        return "NVIDIA";
    case 0x8086:
        return "Intel";
    case 0x106B:
        return "Apple";
    case 0x13B5:
        return "Arm";
    case 0x5143:
        return "Qualcomm";
    default:
        return {};
    }
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
    physical.maxMemoryAllocation = limits.maxMemoryAllocationSize;
    physical.hasMemoryBudget = hasDeviceExtension(handle, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    readIntegerDot(physical);
    if (plain.apiVersion >= VK_API_VERSION_1_2) readHalf(physical);
    physical.info.vendor = vendorName(plain.vendorID);
    const MemoryDescription described = physical.describeMemory();
    physical.memoryTypes = described.types;
    physical.memory = deviceMemory(described);
    physical.info.memoryBytes = physical.memory.total;
    physical.info.freeBytes = physical.memory.free;
    physical.info.freeIsLive = physical.memory.freeIsLive;
    physical.info.unified = physical.memory.unified;
    physical.info.largestAllocation = physical.memory.largestAllocation;

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

MemoryDescription VulkanPhysical::describeMemory() const {
    VkPhysicalDeviceMemoryBudgetPropertiesEXT budget{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
    VkPhysicalDeviceMemoryProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2};
    if (hasMemoryBudget) properties.pNext = &budget;
    vkGetPhysicalDeviceMemoryProperties2(handle, &properties);
    const VkPhysicalDeviceMemoryProperties& listed = properties.memoryProperties;
    MemoryDescription out;
    out.kind = info.kind;
    out.maxAllocation = maxMemoryAllocation;
    const HostMemory host = hostMemory();
    out.hostTotal = host.total;
    out.hostAvailable = host.available;
    for (std::uint32_t heap = 0; heap < listed.memoryHeapCount; ++heap) {
        MemoryHeap one;
        one.bytes = listed.memoryHeaps[heap].size;
        one.deviceLocal = (listed.memoryHeaps[heap].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0;
        if (hasMemoryBudget) {
            one.budget = budget.heapBudget[heap];
            one.usage = budget.heapUsage[heap];
        }
        out.heaps.push_back(one);
    }
    for (std::uint32_t type = 0; type < listed.memoryTypeCount; ++type) {
        const VkMemoryPropertyFlags flags = listed.memoryTypes[type].propertyFlags;
        const auto has = [&](VkMemoryPropertyFlags flag) { return (flags & flag) != 0; };
        out.types.push_back(
            {listed.memoryTypes[type].heapIndex, has(VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT),
             has(VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT), has(VK_MEMORY_PROPERTY_HOST_COHERENT_BIT),
             has(VK_MEMORY_PROPERTY_HOST_CACHED_BIT), has(VK_MEMORY_PROPERTY_DEVICE_UNCACHED_BIT_AMD)});
    }
    return out;
}

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
