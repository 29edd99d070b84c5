// How many snapshots of its states a cache may have (backend/state_snapshots.h).
//
// Counted by the plans and kept to by the caches. Thread: any. Next stations: cpu_plan.h, vulkan_plan.h.
#pragma once

#include "engine/model/config.h"

#include <algorithm>

namespace ponder {

inline constexpr std::uint64_t kSnapshotRoom = std::uint64_t{512} << 20; // bytes that are worth it
inline constexpr std::uint64_t kFewestSnapshots = 4, kMostSnapshots = 32;

inline std::uint32_t stateSnapshots(const ModelConfig& config) {
    if (!config.hasStates()) return 0;
    const auto layers = std::count(config.recurrent.begin(), config.recurrent.end(), true);
    const std::uint64_t bytes = std::uint64_t(layers) * Layer{config.delta, {}}.keptState().bytes();
    if (bytes == 0) return 0;
    return static_cast<std::uint32_t>(std::clamp(kSnapshotRoom / bytes, kFewestSnapshots, kMostSnapshots));
}

} // namespace ponder
