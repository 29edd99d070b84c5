#include "engine/base/host_memory.h"

#include "engine/base/control_group.h"
#include "engine/base/translatable.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace ponder {
namespace {

// The number behind "Name:" in a /proc file whose lines read "Name:   123 kB", in bytes.
std::uint64_t procBytes(const std::filesystem::path& path, std::string_view name) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(name)) continue;
        std::istringstream rest(line.substr(name.size()));
        std::uint64_t kibibytes = 0;
        rest >> kibibytes;
        return kibibytes * 1024;
    }
    return 0;
}

} // namespace

HostMemory hostMemory(const std::filesystem::path& root) {
    HostMemory memory{procBytes(root / "proc/meminfo", "MemTotal:"),
                      procBytes(root / "proc/meminfo", "MemAvailable:")};
    const ControlGroup group = ControlGroup::read(root);
    if (group.memory) memory.total = std::min(memory.total, *group.memory);
    if (group.memoryAvailable) memory.available = std::min(memory.available, *group.memoryAvailable);
    return memory;
}

Result<void> checkHostMemory(const std::string& device, std::uint64_t needed) {
    const std::uint64_t free = hostMemory().available;
    if (free == 0 || needed <= free) return {};
    return Error{ErrorCode::DoesNotFit, device,
                 Detail{PONDER_TR_NOOP("ErrorDetail", "%1 MiB needed, %2 MiB free"),
                        {std::to_string(needed >> 20), std::to_string(free >> 20)}}};
}

std::uint64_t residentProcessBytes() { return procBytes("/proc/self/status", "VmRSS:"); }

void restartPeak() { std::ofstream("/proc/self/clear_refs") << 5; }

std::uint64_t peakProcessBytes() { return procBytes("/proc/self/status", "VmHWM:"); }

} // namespace ponder
