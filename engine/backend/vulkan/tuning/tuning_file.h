// What the search for the quickest kernels found on one device, kept in a file of the cache folder.
//
// The file's name says the device, its driver and the kernels, so that a change of any makes a new search. A
// file that cannot be read, or that holds what this device cannot run, counts as none. Errors: none (a cache
// that cannot be written is no reason to fail). Next station: tuning_search.h, vulkan_device.h.
#pragma once

#include "engine/backend/vulkan/tuning/kernel_tuning.h"

#include <filesystem>
#include <optional>

namespace ponder {

std::filesystem::path tuningFile(const std::filesystem::path& cacheFolder, const VulkanPhysical& physical);
std::optional<MatrixTuning> readTuning(const std::filesystem::path& file, const VulkanPhysical& physical);
void writeTuning(const std::filesystem::path& file, const MatrixTuning& tuning);

} // namespace ponder
