// The processor with plain loops: slow, exact, always there. Weights stay in the mapped file and are decoded
// row by row as they are used; the KV cache is f32 unless asked otherwise.
//
// Owner: the Model. Thread: one at a time.
#pragma once

#include "engine/backend/backend.h"

namespace ponder {

DeviceInfo referenceDeviceInfo();
std::unique_ptr<Device> openReferenceDevice();

} // namespace ponder
