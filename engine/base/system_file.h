// The small text files in which the kernel says things: /proc, /sys and the control groups. Owner: plain
// function. Thread: any. Errors: none, an empty line where there is no such file. Next station:
// control_group.h, processor.h.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace ponder {

inline std::string firstLine(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

} // namespace ponder
