#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#define VOLK_IMPLEMENTATION
#include "engine/backend/vulkan/device/vulkan_api.h"
#pragma GCC diagnostic pop

namespace ponder {

bool vulkanIsPresent() {
    static const bool present = volkInitialize() == VK_SUCCESS;
    return present;
}

} // namespace ponder
