// The name of a file that keeps something about one device, its driver and these kernels.
//
// A change of any of the three makes another name, so that nothing stale is read. Owner: plain function.
// Thread: any. Next station: tuning_file.h, pipeline_cache_file.h.
#pragma once

#include "engine/backend/vulkan/device/vulkan_physical.h"

#include <filesystem>

namespace ponder {

// "FOLDER/WHAT-uuid-driver-kernels.ENDING"
std::filesystem::path deviceFile(const std::filesystem::path& folder, const std::string& what,
                                 const VulkanPhysical& physical, const std::string& ending);

} // namespace ponder
