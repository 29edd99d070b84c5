// The search for the quickest matrix kernels of one device: a matrix of random weights, every candidate in
// turn.
//
// Takes at most kTuningSeconds. A candidate may win only if all of its results agree with plain arithmetic on
// the host; drivers have been seen that compute nonsense for some sizes of workgroups. Owner: the caller.
// Thread: one at a time; progress is called on it. Errors: Cancelled, DeviceLost, OutOfMemory. Next station:
// tuning_file.h (keeps it), vulkan_device.h (uses it).
#pragma once

#include "engine/backend/vulkan/tuning/kernel_tuning.h"

#include <stop_token>

namespace ponder {

inline constexpr double kTuningSeconds = 10;

// standard: what to use where nothing quicker is found; tried first.
Result<MatrixTuning> searchTuning(VulkanContext& context, const MatrixTuning& standard,
                                  const TuningProgress& progress, const std::stop_token& stop);

} // namespace ponder
