// How quickly this machine's memory can be read, measured once and kept.
//
// Reads a quarter of a gigabyte a few times on every core (a fifth of a second) where the kept figure is
// missing, older than a day or of another processor; the best one ever is kept. Owner: plain function.
// Thread: a worker; one at a time. Errors: none, 0 where it could not be measured. Source:
// engine/base/memory_bandwidth.h. Next station: fit_device.h.
#pragma once

#include <QString>

namespace ponder {

double processorBandwidth(const QString& cacheFolder); // bytes a second

} // namespace ponder
