// How quickly models come from the disk that they are on: the bound of what the memory has no room for.
//
// Reads from the largest model of the library for half a second, once while the program runs. Thread: a
// worker; any. Errors: none, 0 where no model is large enough or its disk cannot be timed. Source:
// engine/file/disk_bandwidth.h. Next station: fit_device.h.
#pragma once

#include "app/store/model_record.h"

#include <QList>

#include <functional>

namespace ponder {

double diskBandwidth(const QList<ModelRecord>& library);
// The same function, which does its work when it is first called: all copies share the answer. Thread: any.
std::function<double()> calledOnce(std::function<double()> time);

} // namespace ponder
