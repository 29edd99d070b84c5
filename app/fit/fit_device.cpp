#include "app/fit/fit_device.h"

namespace ponder {
namespace {

constexpr double kGigabyte = 1e9;
constexpr double kGibibyte = 1024.0 * 1024 * 1024;

} // namespace

FitDevice FitDevice::of(const DeviceInfo& device, const DeviceInfo& processor,
                        const MemoryBandwidth& measured) {
    FitDevice out{device, 0, processor, measured.bytesPerSecond, false, 0};
    const bool readsHostMemory = device.kind == DeviceKind::Processor ||
                                 device.kind == DeviceKind::Reference || device.kind == DeviceKind::Software;
    const Gpu* gpu = readsHostMemory ? nullptr
                                     : GpuCatalogue::builtIn().find(QString::fromStdString(device.name),
                                                                    device.memoryBytes);
    if (gpu) {
        out.bandwidth = gpu->bandwidthGbS * kGigabyte;
    } else if (readsHostMemory || device.unified) {
        out.bandwidth = measured.bytesPerSecond;
        out.measuredBusy = measured.busy;
    }
    return out;
}

FitDevice FitDevice::of(const Gpu& gpu, const DeviceInfo& processor, double processorBandwidth) {
    DeviceInfo info;
    info.name = gpu.name.toStdString();
    info.vendor = gpu.vendor.toStdString();
    info.kind = gpu.unified ? DeviceKind::Integrated : DeviceKind::Discrete;
    info.memoryBytes = info.freeBytes = static_cast<std::uint64_t>(gpu.memoryGb * kGibibyte);
    info.unified = gpu.unified;
    info.largestAllocation = std::uint64_t{2} << 30;
    return {info, gpu.bandwidthGbS * kGigabyte, processor, processorBandwidth, false, 0};
}

} // namespace ponder
