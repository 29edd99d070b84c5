// The Vulkan functions, found at run time so that the program starts on machines without Vulkan.
//
// Gives: every vk* function as a pointer (volk), and whether there is a loader at all. Owner: process-wide.
// Thread: any after the first call of vulkanIsPresent(). Next station: vulkan_instance.h.
#pragma once

#include <volk.h>

namespace ponder {

// Loads the Vulkan loader on the first call; false where there is none.
bool vulkanIsPresent();

} // namespace ponder
