// Some consecutive layers of a model: what one device has of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace ponder {

// Layers first .. end - 1 of a model. The first one's executor embeds, the last one's computes logits.
struct LayerRange {
    std::uint32_t first = 0;
    std::uint32_t end = std::numeric_limits<std::uint32_t>::max(); // or more: all that there are
    LayerRange of(std::uint32_t layers) const { return {first, std::min(end, layers)}; }
};

} // namespace ponder
