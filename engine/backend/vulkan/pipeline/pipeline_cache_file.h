// What a driver compiled before, kept in a file of the cache folder: the next load need not compile it again.
//
// The name says the device, its driver and the kernels (device_file.h). Drivers are not trusted with damaged
// bytes: length, checksum and the driver's own header are looked at first, and a file that is not right
// counts as none. Errors: none (a cache that cannot be written is no reason to fail). Next station:
// pipeline_set.h.
#pragma once

#include "engine/backend/vulkan/device/vulkan_physical.h"

#include <filesystem>
#include <span>
#include <vector>

namespace ponder {

std::filesystem::path pipelineCacheFile(const std::filesystem::path& folder, const VulkanPhysical& physical);
// As vkCreatePipelineCache takes it; empty where there is none for this device.
std::vector<std::byte> readPipelineCache(const std::filesystem::path& file, const VulkanPhysical& physical);
void writePipelineCache(const std::filesystem::path& file, std::span<const std::byte> data);

} // namespace ponder
