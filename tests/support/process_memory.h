// What this process has in memory, as the system counts it. The most it ever had: engine/base/host_memory.h.
#pragma once

#include <cstdint>
#include <fstream>

#include <unistd.h>

namespace ponder::test {

// Bytes of this process in memory, pages of mapped files included.
inline std::int64_t residentBytes() {
    std::ifstream file("/proc/self/statm");
    std::int64_t size = 0, resident = 0;
    file >> size >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

// From now on the most that this process had in memory counts anew. Where the system does not allow it, the
// count goes on and is too large rather than too small.
inline void startPeak() { std::ofstream("/proc/self/clear_refs") << 5; }

} // namespace ponder::test
