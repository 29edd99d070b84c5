// How much memory this process may have and how much of it is free, and what it used, from the operating
// system. Zero where it cannot tell.
//
// The machine's, or less where a container or a slice has a limit. Errors: DoesNotFit. Source: /proc on
// Linux, control_group.h.
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace ponder {

struct HostMemory {
    std::uint64_t total = 0;     // bytes
    std::uint64_t available = 0; // bytes that can be used without swapping
};

// `root` of the file system: a test may bring a recorded one.
HostMemory hostMemory(const std::filesystem::path& root = "/");

// Whether a device that lives in this memory may take so many bytes more; yes where the system cannot tell.
// Errors: DoesNotFit.
Result<void> checkHostMemory(const std::string& device, std::uint64_t needed);

// Bytes of this process in memory now, pages of mapped files included.
std::uint64_t residentProcessBytes();
// The most it ever had, or had since restartPeak(). Where the system cannot start anew, the count goes on.
std::uint64_t peakProcessBytes();
void restartPeak();

} // namespace ponder
