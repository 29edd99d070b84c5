// How quickly this machine's memory can be read, measured and kept.
//
// Reads a quarter of a gigabyte a few times on every core (a fifth of a second, up to two where the machine
// is busy) where the kept figure is missing, older than a day, of another processor, or was measured while
// the computer was busy; the best one ever is kept. Owner: plain functions. Thread: a worker; one at a time.
// Errors: none, 0 where it could not be measured. Source: engine/base/memory_bandwidth.h. Next station:
// fit_device.h.
#pragma once

#include "engine/base/memory_bandwidth.h"

#include <QString>

#include <functional>

namespace ponder {

MemoryBandwidth processorBandwidth(const QString& cacheFolder);

// What is measured, where the figure that is kept does not do.
struct BandwidthQuestion {
    QString processor; // for which the figure holds
    qint64 now = 0;    // seconds since 1970
    std::function<MemoryBandwidth()> measure;
};

MemoryBandwidth keptBandwidth(const QString& cacheFolder, const BandwidthQuestion& question);

} // namespace ponder
