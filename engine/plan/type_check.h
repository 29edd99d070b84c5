// Whether a device can compute with the number formats of the layers that it shall hold.
//
// Takes the weights, the layers and what the device's layout knows; gives an error that names the first
// tensor whose format it does not. Thread: any. Errors: UnsupportedModel. Next station: the devices' plans.
#pragma once

#include "engine/base/result.h"
#include "engine/model/weights.h"
#include "engine/plan/layer_range.h"

namespace ponder {

Result<void> checkTypes(const FileWeights& weights, const LayerRange& layers, const std::string& device,
                        bool (*knows)(TensorType));

} // namespace ponder
