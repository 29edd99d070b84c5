// What the plan of the processor and its kernels must agree on.
//
// A header of its own: the kernels take minutes to compile and need nothing else of cpu_plan.h. Next station:
// cpu_plan.h, backend/cpu/attention_kernels.h, backend/cpu/ activation_tiles.h.
#pragma once

#include "engine/plan/kv_type.h"

#include <cstdint>

namespace ponder {

inline constexpr std::uint32_t kCacheSlots = 16; // tokens whose keys lie side by side

// How activations become whole numbers (backend/cpu/activation_tiles.h): of 8 bits; of 8, but 16 for the few
// large ones; of 16.
enum class Rounding { Coarse, Outliers, Fine };

} // namespace ponder
