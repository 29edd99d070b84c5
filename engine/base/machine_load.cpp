#include "engine/base/machine_load.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

#ifdef __linux__
#include <sched.h>
#include <unistd.h>
#endif

namespace ponder {
namespace {

constexpr double kForeignShare = 0.1;
// Threads that wait for each other sleep now and then, and one of them samples alone.
constexpr double kLeastOwnShare = 0.5;
constexpr double kTick = 0.01; // of /proc/stat: what a processor did may be counted this much too late

double processSeconds() {
#ifdef CLOCK_PROCESS_CPUTIME_ID
    timespec time{};
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0)
        return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
#endif
    return double(std::clock()) / CLOCKS_PER_SEC;
}

// user, nice, system, idle, iowait, irq, softirq, steal: all but the two idle ones. What a host takes from
// its guest is work of others, too.
double busyTicks(std::istringstream& fields) {
    double busy = 0, value = 0;
    for (int field = 0; field < 8 && fields >> value; ++field)
        if (field != 3 && field != 4) busy += value;
    return busy;
}

bool allowed([[maybe_unused]] int processor) {
#ifdef __linux__
    cpu_set_t mask;
    CPU_ZERO(&mask);
    if (processor < CPU_SETSIZE && sched_getaffinity(0, sizeof mask, &mask) == 0)
        return CPU_ISSET(static_cast<unsigned>(processor), &mask);
#endif
    return true;
}

void addEverybody(ProcessorTime& out, const std::filesystem::path& root) {
#ifdef __linux__
    const double ticks = double(std::max(sysconf(_SC_CLK_TCK), 1L));
    std::ifstream file(root / "proc/stat");
    for (std::string line; std::getline(file, line) && line.starts_with("cpu");) {
        if (line.size() < 4 || line[3] < '0' || line[3] > '9') continue; // the sum of them all
        std::istringstream fields(line.substr(3));
        int processor = 0;
        if (!(fields >> processor) || !allowed(processor)) continue;
        out.all += busyTicks(fields) / ticks;
        ++out.processors;
    }
#endif
}

} // namespace

ProcessorTime SystemProcessorClock::now() const {
    ProcessorTime out;
    out.wall = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    out.own = processSeconds();
    addEverybody(out, m_root);
    return out;
}

MachineLoad MachineLoad::between(const ProcessorTime& before, const ProcessorTime& after, double mine,
                                 double threads) {
    MachineLoad out;
    const double wall = after.wall - before.wall;
    if (wall <= 0) return out;
    if (threads > 0) out.ownShare = std::min(1.0, mine / (wall * threads));
    if (after.processors == 0 || after.processors != before.processors) return out;
    out.processors = after.processors;
    const double late = kTick * out.processors;
    out.foreign = std::max(0.0, after.all - before.all - mine - late) / wall;
    return out;
}

bool MachineLoad::busy() const { return foreign > kForeignShare * processors || ownShare < kLeastOwnShare; }

} // namespace ponder
