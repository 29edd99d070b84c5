#include "engine/devices.h"

#include "engine/backend/cpu/cpu_device.h"
#include "engine/backend/reference/reference_device.h"
#include "engine/backend/vulkan/vulkan_devices.h"
#include "engine/engine.h"

#include <algorithm>
#include <cctype>

namespace ponder {
namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

bool matches(const DeviceInfo& device, const std::string& wanted) {
    if (wanted == "auto") return true;
    if (device.id == wanted || device.id.starts_with(wanted + ":")) return true;
    return lower(device.name).find(lower(wanted)) != std::string::npos;
}

Result<std::unique_ptr<Device>> open(const DeviceInfo& device) {
    if (device.kind == DeviceKind::Reference) return openReferenceDevice();
    if (device.kind == DeviceKind::Processor) return openCpuDevice();
    return openVulkanDevice(device.id);
}

} // namespace

std::vector<DeviceInfo> listDevices() {
    std::vector<DeviceInfo> devices = listVulkanDevices();
    // A software device is the processor too, more slowly.
    const auto software = std::find_if(devices.begin(), devices.end(), [](const DeviceInfo& device) {
        return device.kind == DeviceKind::Software;
    });
    devices.insert(software, cpuDeviceInfo());
    devices.push_back(referenceDeviceInfo());
    return devices;
}

Result<DeviceInfo> findDevice(std::span<const DeviceInfo> devices, const std::string& wanted) {
    const DeviceInfo* unusable = nullptr;
    for (const DeviceInfo& device : devices) {
        if (!matches(device, wanted)) continue;
        if (device.unusable.empty()) return device;
        if (!unusable) unusable = &device;
    }
    if (unusable) return Error{ErrorCode::DeviceUnusable, unusable->name, unusable->unusable};
    std::string ids;
    for (const DeviceInfo& device : devices)
        ids += (ids.empty() ? "" : ", ") + device.id;
    return Error{ErrorCode::DeviceNotFound, wanted, ids};
}

Result<std::unique_ptr<Device>> openDevice(const std::string& wanted) {
    // Without waking every graphics driver.
    if (wanted == "reference") return openReferenceDevice();
    if (wanted == "cpu" && cpuDeviceInfo().unusable.empty()) return openCpuDevice();
    const auto device = findDevice(listDevices(), wanted);
    if (!device) return device.error();
    return open(*device);
}

Result<std::string> tuneDevice(const std::string& device, const std::filesystem::path& cacheFolder,
                               const TuningProgress& progress, std::stop_token stop) {
    Result<std::unique_ptr<Device>> opened = openDevice(device);
    if (!opened) return opened.error();
    return (*opened)->tune(cacheFolder, progress, std::move(stop));
}

} // namespace ponder
