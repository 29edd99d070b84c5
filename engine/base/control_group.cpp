#include "engine/base/control_group.h"

#include "engine/base/system_file.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ponder {
namespace {

namespace fs = std::filesystem;

// Nothing where there is no such file or no number in it: "max", and the -1 of version 1.
std::optional<std::uint64_t> numberIn(const fs::path& path) {
    std::istringstream line(firstLine(path));
    if (line.peek() < '0' || line.peek() > '9') return std::nullopt;
    std::uint64_t value = 0;
    if (!(line >> value)) return std::nullopt;
    return value;
}

// The numbers behind some names of a memory.stat, added.
std::uint64_t sumOf(const fs::path& path, std::initializer_list<std::string_view> names) {
    std::ifstream file(path);
    std::uint64_t sum = 0, value = 0;
    for (std::string name; file >> name >> value;)
        if (std::find(names.begin(), names.end(), name) != names.end()) sum += value;
    return sum;
}

// Version 1 writes a number near 2^63 where there is no limit.
constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 62;

template<class Value>
void lower(std::optional<Value>& limit, std::optional<Value> other) {
    if (other && (!limit || *other < *limit)) limit = other;
}

// What the groups of one hierarchy are called: "" is the one of version 2.
bool names(std::string_view controllers, std::string_view wanted) {
    std::istringstream list{std::string(controllers)};
    for (std::string one; std::getline(list, one, ',');)
        if (one == wanted) return true;
    return wanted.empty() && controllers.empty();
}

// The group of this process, as /proc/self/cgroup has it: "4:memory:/docker/ab", "0::/user.slice/a".
std::optional<fs::path> groupOf(const fs::path& root, std::string_view controller) {
    std::ifstream file(root / "proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        const auto first = line.find(':'), second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string_view controllers = std::string_view(line).substr(first + 1, second - first - 1);
        if (names(controllers, controller)) return fs::path(line.substr(second + 1));
    }
    return std::nullopt;
}

// Where a hierarchy is mounted, and which of its groups is seen there.
struct Mount {
    fs::path top; // group at the mount point
    fs::path point;
};

// A line of mountinfo: "35 31 0:32 /top /point rw,relatime shared:9 - cgroup cgroup rw,memory".
std::optional<Mount> mountOf(const fs::path& root, std::string_view controller) {
    std::ifstream file(root / "proc/self/mountinfo");
    const std::string type = controller.empty() ? "cgroup2" : "cgroup";
    for (std::string line; std::getline(file, line);) {
        const auto dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        std::istringstream before(line.substr(0, dash)), after(line.substr(dash + 3));
        std::string skipped, top, point, kind, source, options;
        before >> skipped >> skipped >> skipped >> top >> point;
        after >> kind >> source >> options;
        if (kind == type && (controller.empty() || names(options, controller))) return Mount{top, point};
    }
    return std::nullopt;
}

// The folders of this process's group and of those above it, as far as they are mounted; the group first.
std::vector<fs::path> foldersOf(const fs::path& root, std::string_view controller) {
    const auto group = groupOf(root, controller);
    const auto mount = mountOf(root, controller);
    if (!group || !mount) return {};
    const fs::path point = root / mount->point.relative_path();
    // A container may show only its own group: what leads out of it is not there to be read.
    const fs::path inside = group->lexically_relative(mount->top);
    fs::path folder = point;
    if (!inside.empty() && *inside.begin() != ".." && inside != ".") folder /= inside;
    std::vector<fs::path> out;
    for (; folder != point; folder = folder.parent_path())
        out.push_back(folder);
    out.push_back(point);
    return out;
}

struct MemoryFiles {
    std::vector<const char*> limits;
    const char* used;
    std::initializer_list<std::string_view> cache; // of memory.stat
};

void limitMemory(ControlGroup& out, const fs::path& folder, const MemoryFiles& files) {
    std::optional<std::uint64_t> limit;
    for (const char* name : files.limits)
        lower(limit, numberIn(folder / name));
    if (!limit || *limit >= kNoLimit) return;
    lower(out.memory, limit);
    const auto used = numberIn(folder / files.used);
    if (!used) return;
    const std::uint64_t kept = *used - std::min(*used, sumOf(folder / "memory.stat", files.cache));
    lower(out.memoryAvailable, std::optional(*limit - std::min(*limit, kept)));
}

void limitProcessors(ControlGroup& out, std::optional<std::uint64_t> quota, std::uint64_t period) {
    if (quota && period > 0) lower(out.processors, std::optional(double(*quota) / double(period)));
}

void readSecondVersion(ControlGroup& out, const fs::path& root) {
    for (const fs::path& folder : foldersOf(root, "")) {
        // Above memory.high a process is slowed down until it has given memory back.
        limitMemory(out, folder,
                    {{"memory.max", "memory.high"}, "memory.current", {"inactive_file", "active_file"}});
        std::istringstream line(firstLine(folder / "cpu.max")); // "150000 100000", "max 100000"
        std::uint64_t quota = 0, period = 0;
        if (line >> quota >> period) limitProcessors(out, quota, period);
    }
}

void readFirstVersion(ControlGroup& out, const fs::path& root) {
    bool first = true;
    for (const fs::path& folder : foldersOf(root, "memory")) {
        // A group above counts only where it was not told to leave those below alone.
        const bool counts = std::exchange(first, false) || numberIn(folder / "memory.use_hierarchy") != 0;
        if (counts)
            limitMemory(out, folder,
                        {{"memory.limit_in_bytes"},
                         "memory.usage_in_bytes",
                         {"total_inactive_file", "total_active_file"}});
    }
    for (const fs::path& folder : foldersOf(root, "cpu"))
        limitProcessors(out, numberIn(folder / "cpu.cfs_quota_us"),
                        numberIn(folder / "cpu.cfs_period_us").value_or(0));
}

} // namespace

ControlGroup ControlGroup::read(const fs::path& root) {
    ControlGroup out;
    readSecondVersion(out, root);
    readFirstVersion(out, root);
    return out;
}

} // namespace ponder
