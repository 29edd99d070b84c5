// The processor that this process runs on.
//
// Owner: plain value. Thread: any. Source: /proc/cpuinfo and the scheduler's mask on Linux; elsewhere the
// standard library's count alone. Next station: backend/cpu/cpu_device.h.
#pragma once

#include <string>

namespace ponder {

struct Processor {
    std::string name;   // as the maker calls it, or empty
    unsigned cores = 1; // physical ones that this process may use; two threads of a core count once
};

Processor processor();

} // namespace ponder
