// How quickly a file comes from its disk: the bound where weights stay in the file.
//
// Reads pieces from all over a large file, past what the system keeps of it in memory, for a moment. Thread:
// any, a worker; works on threads of its own, as a disk is quickest when asked for several things at once.
// Errors: FileNotFound, FileUnreadable, also where the file system cannot be read past the memory. Next
// station: app/fit/speed_forecast.h.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace ponder {

struct DiskTest {
    std::uint64_t bytes = std::uint64_t{256} << 20; // at most
    double seconds = 0.5;                           // at most, but at least a piece
    std::size_t piece = std::size_t{1} << 20;       // read at once
    unsigned threads = 4;
};

// Bytes a second.
Result<double> measureDiskBandwidth(const std::filesystem::path& file, const DiskTest& test = {});

} // namespace ponder
