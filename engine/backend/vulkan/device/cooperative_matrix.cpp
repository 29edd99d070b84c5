#include "engine/backend/vulkan/device/cooperative_matrix.h"

#include <vector>

namespace ponder {
namespace {

// As VkCooperativeMatrixPropertiesKHR.
struct Properties {
    VkStructureType sType = static_cast<VkStructureType>(1000506001);
    void* pNext = nullptr;
    std::uint32_t rows = 0, columns = 0, length = 0;
    std::uint32_t a = 0, b = 0, c = 0, result = 0; // VkComponentTypeKHR
    VkBool32 saturating = VK_FALSE;
    std::uint32_t scope = 0; // VkScopeKHR
};
constexpr std::uint32_t kFloat16 = 0, kFloat32 = 1, kSubgroupScope = 3;

using ListProperties = VkResult(VKAPI_PTR*)(VkPhysicalDevice, std::uint32_t*, Properties*);

// Tiles are 64 rows times a multiple of 16 columns, in blocks of 32; rows and lengths are loaded by fours.
bool fits(const Properties& p) {
    return p.a == kFloat16 && p.b == kFloat16 && p.c == kFloat32 && p.result == kFloat32 &&
           p.scope == kSubgroupScope && p.rows >= 4 && p.rows <= 64 && 64 % p.rows == 0 && p.columns > 0 &&
           16 % p.columns == 0 && p.length >= 4 && p.length <= 32 && 32 % p.length == 0;
}

bool pinsSubgroups(VkPhysicalDevice device, std::uint32_t subgroupSize) {
    VkPhysicalDeviceSubgroupSizeControlFeatures control{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES};
    VkPhysicalDeviceVulkan12Features features12{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
    features12.pNext = &control;
    CooperativeMatrixFeatures cooperative;
    cooperative.pNext = &features12;
    VkPhysicalDeviceFeatures2 features{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
    features.pNext = &cooperative;
    vkGetPhysicalDeviceFeatures2(device, &features);
    VkPhysicalDeviceSubgroupSizeControlProperties sizes{
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES};
    VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
    properties.pNext = &sizes;
    vkGetPhysicalDeviceProperties2(device, &properties);
    return cooperative.cooperativeMatrix && features12.shaderFloat16 && features12.vulkanMemoryModel &&
           control.subgroupSizeControl && control.computeFullSubgroups &&
           (sizes.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT) &&
           subgroupSize >= sizes.minSubgroupSize && subgroupSize <= sizes.maxSubgroupSize;
}

} // namespace

CooperativeUnit readCooperativeUnit(VkPhysicalDevice device, std::uint32_t subgroupSize) {
    const auto list = reinterpret_cast<ListProperties>(
        vkGetInstanceProcAddr(volkGetLoadedInstance(), "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR"));
    if (!list || !pinsSubgroups(device, subgroupSize)) return {};
    std::uint32_t count = 0;
    if (list(device, &count, nullptr) != VK_SUCCESS) return {};
    std::vector<Properties> all(count);
    if (list(device, &count, all.data()) != VK_SUCCESS) return {};
    CooperativeUnit best;
    for (const Properties& p : all)
        if (fits(p) && p.rows * p.columns * p.length > best.rows * best.columns * best.length)
            best = {p.rows, p.columns, p.length};
    return best;
}

} // namespace ponder
