// The processor that this process runs on.
//
// Source: /proc/cpuinfo, the scheduler's mask and the limits of control_group.h on Linux; elsewhere the
// standard library's count alone. Next station: backend/cpu/cpu_device.h.
#pragma once

#include <filesystem>
#include <string>

namespace ponder {

struct Processor {
    std::string name; // as the maker calls it, or empty
    // Physical ones that this process may use, two threads of a core counted once; as many as its share of
    // time can keep busy.
    unsigned cores = 1;
    double share = 1; // of the time of `cores` that it may use; less than 1 in a container of 1.5 processors
};

// `root` of the file system: a test may bring a recorded one.
Processor processor(const std::filesystem::path& root = "/");

} // namespace ponder
