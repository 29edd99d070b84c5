#include "engine/file/disk_space.h"

#include "engine/base/translatable.h"

#include <system_error>

namespace ponder {

Result<void> checkDiskSpace(const std::filesystem::path& target, std::uint64_t needed) {
    constexpr std::uint64_t kMega = 1'000'000;
    const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
    std::error_code problem;
    const std::filesystem::space_info space = std::filesystem::space(folder, problem);
    if (problem) return Error{ErrorCode::FileUnwritable, target.string(), problem.message()};
    if (space.available >= needed) return {};
    return Error{ErrorCode::NoSpace, target.string(),
                 Detail{PONDER_TR_NOOP("ErrorDetail", "it needs %1 MB more and %2 MB are free"),
                        {std::to_string(needed / kMega + 1), std::to_string(space.available / kMega)}}};
}

} // namespace ponder
