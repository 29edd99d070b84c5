// How much memory the machine has and has free, and what this process used, from the operating system. Zero
// where it cannot tell.
//
// Owner: plain value. Thread: any. Source: /proc on Linux.
#pragma once

#include <cstdint>

namespace ponder {

struct HostMemory {
    std::uint64_t total = 0;     // bytes
    std::uint64_t available = 0; // bytes that can be used without swapping
};

HostMemory hostMemory();

// The most bytes that this process ever had resident, pages of mapped files included.
std::uint64_t peakProcessBytes();

} // namespace ponder
