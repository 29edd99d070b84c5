// What a container or a slice lets this process have: Linux control groups, of both versions.
//
// Takes the root of the file system, so that tests can bring a recorded one; gives the limits that bind, of
// the group of this process and of every group above it. Memory in use is counted without the pages of files
// that the kernel gives back when it needs them: reading a model fills them, and nothing is lost with them.
// Errors: none; what cannot be read limits nothing. Sources: Documentation/admin-guide/cgroup-v2.rst and
// cgroup-v1/memory.rst of Linux, sched-bwc.rst, proc(5) for mountinfo. Next station: host_memory.h,
// processor.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace ponder {

struct ControlGroup {
    std::optional<std::uint64_t> memory;          // bytes; nothing: no limit
    std::optional<std::uint64_t> memoryAvailable; // bytes that no group on the way has used up
    std::optional<double> processors;             // 1.5: a second and a half of them in each second

    static ControlGroup read(const std::filesystem::path& root = "/");
};

} // namespace ponder
