// What the model library asks of the machine: check a file, list the devices. Both may take a second and are
// called on a worker thread.
//
// The window uses the engine's (engineModelServices); a run with the fake engine brings its own. Owner:
// plain value. Thread: worker. Next station: model_library.h.
#pragma once

#include "engine/backend/backend.h"
#include "engine/base/result.h"

#include <QString>

#include <functional>
#include <vector>

namespace ponder {

struct CheckedModel {
    QString path; // of the first part
    QString name;
    QString quantization; // "Q4_K_M", else the type of most weights
    qint64 bytes = 0;     // of all parts
};

struct ModelServices {
    std::function<Result<CheckedModel>(const QString& path)> check;
    std::function<std::vector<DeviceInfo>()> devices;
};

} // namespace ponder
