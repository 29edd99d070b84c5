// Whether a disk has room for a file before it is begun.
//
// Takes where the file shall be and how many bytes are still to be written; the folder has to exist. Owner:
// free function. Thread: any. Errors: NoSpace (how much is missing), FileUnwritable (no such folder). Next
// station: whoever writes the file.
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>

namespace ponder {

Result<void> checkDiskSpace(const std::filesystem::path& target, std::uint64_t needed);

} // namespace ponder
