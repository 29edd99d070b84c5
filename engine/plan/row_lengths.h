// How many values one row of activations takes of each kind, at most, in any layer of a model.
//
// Looked up once: plans of many parts of a model have them in common. Next stations: cpu_plan.h,
// vulkan_plan.h.
#pragma once

#include <cstdint>

namespace ponder {

struct ModelConfig;

struct RowLengths {
    std::uint32_t queries = 0, keys = 0, values = 0; // of heads
    std::uint32_t attended = 0;                      // what attention gives
    std::uint32_t hidden = 0;                        // of a feed-forward part that every row meets

    static RowLengths of(const ModelConfig& config);
};

} // namespace ponder
