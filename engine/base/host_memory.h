// How much memory the machine and this process use, from the operating system. Zero where it cannot tell.
//
// Owner: plain value. Thread: any. Source: /proc/meminfo and /proc/self/status on Linux.
#pragma once

#include <cstdint>

namespace ponder {

struct HostMemory {
    std::uint64_t total = 0;     // bytes
    std::uint64_t available = 0; // bytes that can be used without swapping
};

HostMemory hostMemory();

// The largest resident size this process has had, in bytes.
std::uint64_t peakProcessBytes();

} // namespace ponder
