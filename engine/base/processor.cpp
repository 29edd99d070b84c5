#include "engine/base/processor.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <thread>

#ifdef __linux__
#include <sched.h>
#endif

namespace ponder {
namespace {

std::string firstLine(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::string nameOf() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("model name")) continue;
        const auto colon = line.find(": ");
        return colon == std::string::npos ? std::string() : line.substr(colon + 2);
    }
    return {};
}

unsigned coresOf() {
    const unsigned threads = std::max(std::thread::hardware_concurrency(), 1U);
#ifdef __linux__
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return threads;
    std::set<std::string> cores; // the threads of one core share this line
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed)) continue;
        const std::string siblings =
            firstLine("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list");
        cores.insert(siblings.empty() ? std::to_string(cpu) : siblings);
    }
    if (!cores.empty()) return static_cast<unsigned>(cores.size());
#endif
    return threads;
}

} // namespace

Processor processor() { return {nameOf(), coresOf()}; }

} // namespace ponder
