#include "engine/base/processor.h"

#include "engine/base/control_group.h"
#include "engine/base/system_file.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <thread>

#ifdef __linux__
#include <sched.h>
#endif

namespace ponder {
namespace {

std::string nameOf(const std::filesystem::path& root) {
    std::ifstream file(root / "proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("model name")) continue;
        const auto colon = line.find(": ");
        return colon == std::string::npos ? std::string() : line.substr(colon + 2);
    }
    return {};
}

unsigned coresOf(const std::filesystem::path& root) {
    const unsigned threads = std::max(std::thread::hardware_concurrency(), 1U);
#ifdef __linux__
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return threads;
    std::set<std::string> cores; // the threads of one core share this line
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed)) continue;
        const std::string siblings = firstLine(root / ("sys/devices/system/cpu/cpu" + std::to_string(cpu)) /
                                               "topology/thread_siblings_list");
        cores.insert(siblings.empty() ? std::to_string(cpu) : siblings);
    }
    if (!cores.empty()) return static_cast<unsigned>(cores.size());
#endif
    return threads;
}

} // namespace

Processor processor(const std::filesystem::path& root) {
    Processor out{nameOf(root), coresOf(root), 1};
    const auto quota = ControlGroup::read(root).processors;
    if (!quota || *quota >= out.cores) return out;
    // A thread more than this would only wait for the next period.
    out.cores = std::max(1U, static_cast<unsigned>(std::ceil(*quota)));
    out.share = *quota / out.cores;
    return out;
}

} // namespace ponder
