// Which part of a model a device has.
#pragma once

#include "engine/plan/layer_range.h"

namespace ponder {

struct PlanPart {
    LayerRange layers;
    LayerRange lent{0, 0}; // of these all but the experts, which another device multiplies
};

} // namespace ponder
