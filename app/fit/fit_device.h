// A device as the fit hint sees it: its memory, how quickly that can be read, and the processor beside it.
//
// One of this machine's devices, or a graphics processor of the catalogue put in its place. Errors: none; a
// bandwidth of 0 means that nobody knows it. Next station: fit_forecast.h.
#pragma once

#include "app/fit/gpu_catalogue.h"
#include "engine/backend/backend.h"
#include "engine/base/memory_bandwidth.h"

#include <functional>

namespace ponder {

struct FitDevice {
    DeviceInfo info;
    double bandwidth = 0; // bytes a second
    DeviceInfo processor; // holds the layers for which a GPU has no room
    double processorBandwidth = 0;
    bool measuredBusy = false; // `bandwidth` was measured while the computer had other work
    // Bytes a second of the disk that models are on; 0: nobody knows. It may be timed when it is asked for.
    std::function<double()> timeDisk;

    double diskBandwidth() const { return timeDisk ? timeDisk() : 0; }
    bool isGpu() const { return info.kind == DeviceKind::Discrete || info.kind == DeviceKind::Integrated; }
    // What measured speeds are kept by: they hold for this device and driver generation alike.
    QString key() const { return QString::fromStdString(info.name); }

    // `measured` of the processor's memory (processor_bandwidth.h). A GPU's comes from the catalogue.
    static FitDevice of(const DeviceInfo& device, const DeviceInfo& processor,
                        const MemoryBandwidth& measured);
    static FitDevice of(const Gpu& gpu, const DeviceInfo& processor, double processorBandwidth);
};

} // namespace ponder
