#include "app/fit/fit_device.h"

namespace ponder {
namespace {

constexpr double kGigabyte = 1e9;
constexpr double kGibibyte = 1024.0 * 1024 * 1024;

} // namespace

FitDevice FitDevice::of(const DeviceInfo& device, const DeviceInfo& processor, double processorBandwidth) {
    FitDevice out{device, 0, processor, processorBandwidth};
    const bool readsHostMemory = device.kind == DeviceKind::Processor ||
                                 device.kind == DeviceKind::Reference || device.kind == DeviceKind::Software;
    if (readsHostMemory)
        out.bandwidth = processorBandwidth;
    else if (const Gpu* gpu =
                 GpuCatalogue::builtIn().find(QString::fromStdString(device.name), device.memoryBytes))
        out.bandwidth = gpu->bandwidthGbS * kGigabyte;
    else if (device.unified)
        out.bandwidth = processorBandwidth;
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
    return {info, gpu.bandwidthGbS * kGigabyte, processor, processorBandwidth};
}

} // namespace ponder
