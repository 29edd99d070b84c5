// Whether a device multiplies matrices cooperatively (VK_KHR_cooperative_matrix), and in which units.
//
// Takes a physical device; gives the largest unit of f16 operands and f32 sums that fits into the tiles of
// shaders/include/matrix_shared_half.glsl, or none. Also none where the width of subgroups cannot be pinned:
// drivers have computed nonsense without. Debian 12's Vulkan headers do not know the extension, hence the
// structures here. Next station: vulkan_physical.h, matrix_shape.h. Not met by hardware yet.
#pragma once

#include "engine/backend/vulkan/device/vulkan_api.h"

#include <cstdint>

namespace ponder {

inline constexpr const char* kCooperativeMatrixExtension = "VK_KHR_cooperative_matrix";

// As VkPhysicalDeviceCooperativeMatrixFeaturesKHR.
struct CooperativeMatrixFeatures {
    VkStructureType sType = static_cast<VkStructureType>(1000506000);
    void* pNext = nullptr;
    VkBool32 cooperativeMatrix = VK_FALSE;
    VkBool32 robustBufferAccess = VK_FALSE;
};

// Rows x length times length x columns, by one subgroup.
struct CooperativeUnit {
    std::uint32_t rows = 0; // 0: the device has none that fits
    std::uint32_t columns = 0;
    std::uint32_t length = 0;
};

// The caller has made sure that the device has the extension and that of subgroup sizes.
CooperativeUnit readCooperativeUnit(VkPhysicalDevice device, std::uint32_t subgroupSize);

} // namespace ponder
