#include "app/chat/error_text.h"
#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/text.h"
#include "app/fit/processor_bandwidth.h"
#include "app/store/cache_folder.h"
#include "engine/engine.h"

#include <QLocale>
#include <cmath>
#include <nlohmann/json.hpp>

namespace ponder {
namespace {

const char* kindName(DeviceKind kind) {
    switch (kind) {
    case DeviceKind::Discrete:
        return "discrete";
    case DeviceKind::Integrated:
        return "integrated";
    case DeviceKind::Software:
        return "software";
    case DeviceKind::Processor:
        return "processor";
    case DeviceKind::Reference:
        break;
    }
    return "reference";
}

Json toJson(const DeviceInfo& device) {
    Json out{{"id", device.id},
             {"name", device.name},
             {"driver", device.driver},
             {"kind", kindName(device.kind)},
             {"vendor", device.vendor},
             {"memory_bytes", device.memoryBytes},
             {"free_bytes", device.freeBytes},
             {"free_is_live", device.freeIsLive},
             {"unified", device.unified},
             {"largest_allocation", device.largestAllocation},
             {"usable", device.unusable.empty()},
             {"unusable_reason", device.unusable.english()}};
    if (device.kind == DeviceKind::Processor) {
        out["cores"] = device.cores;
        out["instruction_set"] = device.instructionSet;
        const MemoryBandwidth bandwidth = processorBandwidth(cacheFolder());
        out["bandwidth_bytes_per_second"] = bandwidth.bytesPerSecond;
        out["bandwidth_measured_busy"] = bandwidth.busy;
    }
    return out;
}

// The search for the quickest kernels, on every device that has kernels to choose from.
int tune(const Invocation& call) {
    const Interrupt::Guard guard(call.interrupt);
    Json list = Json::array();
    for (const DeviceInfo& device : listDevices()) {
        const bool hasKernels = device.kind != DeviceKind::Reference && device.kind != DeviceKind::Processor;
        if (!hasKernels || !device.unusable.empty()) continue;
        const auto found = tuneDevice(
            device.id, cacheFolder().toStdU16String(),
            [&](double left) {
                call.console.progress(Cli::tr("tuning for this GPU, %1 s").arg(std::ceil(left)));
            },
            guard.token());
        call.console.progress({});
        if (!found) return call.console.fail(found.error());
        list.push_back({{"id", device.id}, {"name", device.name}, {"kernels", *found}});
        if (!call.console.json())
            call.console.line(QStringLiteral("%1  %2  %3")
                                  .arg(QString::fromStdString(device.id), -10)
                                  .arg(QString::fromStdString(device.name), QString::fromStdString(*found)));
    }
    if (call.console.json()) call.console.value({{"devices", list}});
    return kDone;
}

int runDevices(const Invocation& call) {
    if (call.arguments.has(QStringLiteral("tune"))) return tune(call);
    const std::vector<DeviceInfo> devices = listDevices();
    Json list = Json::array();
    for (const DeviceInfo& device : devices) {
        list.push_back(toJson(device));
        if (call.console.json()) continue;
        const QString memory = QLocale().formattedDataSize(static_cast<qint64>(device.memoryBytes));
        call.console.line(
            QStringLiteral("%1  %2  (%3, %4)")
                .arg(QString::fromStdString(device.id), -10)
                .arg(QString::fromStdString(device.name), QLatin1String(kindName(device.kind)), memory));
        if (!device.driver.empty())
            call.console.line(QStringLiteral("            %1").arg(QString::fromStdString(device.driver)));
        if (!device.unusable.empty())
            call.console.line(Cli::tr("            cannot be used: %1").arg(detailText(device.unusable)));
    }
    if (call.console.json()) call.console.value({{"devices", list}});
    return kDone;
}

} // namespace

const Command kDevicesCommand{
    "devices",
    "[--tune] [--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Lists the devices that models can run on, best first."),
    "devices\ndevices --tune",
    [](Arguments& arguments) {
        arguments.flag(QStringLiteral("tune"),
                       Cli::tr("Search for the quickest kernels of each GPU (10 s) and keep them."));
    },
    runDevices};

} // namespace ponder
