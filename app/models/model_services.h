// What the model library asks of the machine: check a file or an adapter, list the devices. Each may take a
// second and is called on a worker thread.
//
// The window uses the engine's (engineModelServices); a run with the fake engine brings its own. Thread:
// worker. Next station: model_library.h.
#pragma once

#include "app/store/model_record.h"
#include "engine/backend/backend.h"
#include "engine/base/memory_bandwidth.h"
#include "engine/base/result.h"

#include <QList>
#include <QString>

#include <functional>
#include <vector>

namespace ponder {

struct ModelServices {
    // What a usable file says of itself: a record without id and dates.
    std::function<Result<ModelRecord>(const QString& path)> check;
    std::function<std::vector<DeviceInfo>()> devices;
    std::function<MemoryBandwidth()> processorBandwidth; // how quickly it reads from memory
    // Whether the model can be given this adapter. Not there: every one is taken.
    std::function<Result<void>(const QString& model, const QString& adapter)> checkAdapter;
    // Of the disk that these models are on, bytes a second; not set: nobody knows.
    std::function<double(const QList<ModelRecord>& library)> diskBandwidth = {};
    // Of the disk that a path is or will be on; not set: the system is asked.
    std::function<qint64(const QString& path)> freeBytes = {};
};

} // namespace ponder
