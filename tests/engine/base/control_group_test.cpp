// Limits of containers and slices, from trees of files as real systems show them.
#include "engine/base/control_group.h"
#include "engine/base/host_memory.h"
#include "engine/base/processor.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace ponder;

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

// The root of a file system that a test writes.
class Tree {
public:
    Tree& file(const char* path, const std::string& text) {
        const fs::path whole = root() / path;
        fs::create_directories(whole.parent_path());
        std::ofstream(whole) << text;
        return *this;
    }
    fs::path root() const { return m_folder.path().toStdString(); }
    ControlGroup read() const { return ControlGroup::read(root()); }

private:
    QTemporaryDir m_folder;
};

const std::string kSecondMount =
    "24 1 0:22 / /proc rw,relatime shared:5 - proc proc rw\n"
    "30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

// A desktop with systemd: 16 GiB, the program in a scope of the user's slice.
Tree& onADesktop(Tree& tree) {
    return tree
        .file("proc/meminfo", "MemTotal:       16777216 kB\nMemFree:         1000000 kB\n"
                              "MemAvailable:   12582912 kB\n")
        .file("proc/self/cgroup", "0::/user.slice/user-1000.slice/app-ponder.scope\n")
        .file("proc/self/mountinfo", kSecondMount)
        .file("sys/fs/cgroup/user.slice/memory.max", "max\n")
        .file("sys/fs/cgroup/user.slice/cpu.max", "max 100000\n")
        .file("sys/fs/cgroup/user.slice/user-1000.slice/memory.max", "max\n")
        .file("sys/fs/cgroup/user.slice/user-1000.slice/app-ponder.scope/memory.max", "max\n")
        .file("sys/fs/cgroup/user.slice/user-1000.slice/app-ponder.scope/memory.high", "max\n")
        .file("sys/fs/cgroup/user.slice/user-1000.slice/app-ponder.scope/memory.current", "104857600\n");
}

} // namespace

class ControlGroupTest : public QObject {
    Q_OBJECT
private slots:
    void withoutControlGroupsNothingIsLimited() {
        const ControlGroup none = Tree().read();
        QVERIFY(!none.memory && !none.memoryAvailable && !none.processors);
    }
    void aDesktopWithoutLimitsKeepsAllOfTheMachine() {
        Tree tree;
        const ControlGroup group = onADesktop(tree).read();
        QVERIFY(!group.memory && !group.memoryAvailable && !group.processors);
        const HostMemory memory = hostMemory(tree.root());
        QCOMPARE(memory.total, 16384 * kMiB);
        QCOMPARE(memory.available, 12288 * kMiB);
    }
    void theLimitOfASliceAboveBinds() {
        Tree tree;
        onADesktop(tree)
            .file("sys/fs/cgroup/user.slice/user-1000.slice/memory.max", "4294967296\n")
            .file("sys/fs/cgroup/user.slice/user-1000.slice/memory.current", "1073741824\n")
            .file("sys/fs/cgroup/user.slice/user-1000.slice/memory.stat", "anon 1073741824\nfile 0\n");
        const HostMemory memory = hostMemory(tree.root());
        QCOMPARE(memory.total, 4096 * kMiB);
        QCOMPARE(memory.available, 3072 * kMiB);
    }
    // A model that was read fills the group with pages that cost nothing to give back.
    void pagesOfFilesDoNotCountAsUsed() {
        Tree tree;
        onADesktop(tree)
            .file("sys/fs/cgroup/user.slice/memory.max", "2147483648\n")
            .file("sys/fs/cgroup/user.slice/memory.current", "2147000000\n")
            .file("sys/fs/cgroup/user.slice/memory.stat",
                  "anon 300000000\nfile 1800000000\nshmem 100000000\nfile_mapped 1700000000\n"
                  "inactive_anon 350000000\nactive_anon 50000000\ninactive_file 1200000000\n"
                  "active_file 500000000\nslab_reclaimable 7000000\n");
        QCOMPARE(tree.read().memoryAvailable, std::optional<std::uint64_t>(2147483648 - 447000000));
    }
    void theMarkAtWhichTheGroupIsSlowedDownIsALimit() {
        Tree tree;
        onADesktop(tree)
            .file("sys/fs/cgroup/user.slice/memory.max", "4294967296\n")
            .file("sys/fs/cgroup/user.slice/memory.high", "3221225472\n")
            .file("sys/fs/cgroup/user.slice/memory.current", "1073741824\n");
        QCOMPARE(tree.read().memory, std::optional(3072 * kMiB));
        QCOMPARE(tree.read().memoryAvailable, std::optional(2048 * kMiB));
    }
    void aGroupThatIsFullHasNothingLeft() {
        Tree tree;
        onADesktop(tree)
            .file("sys/fs/cgroup/user.slice/memory.max", "1000000\n")
            .file("sys/fs/cgroup/user.slice/memory.current", "1200000\n");
        QCOMPARE(tree.read().memoryAvailable, std::optional<std::uint64_t>(0));
        QVERIFY(hostMemory(tree.root()).available == 0);
    }
    void aLimitAboveTheMachineChangesNothing() {
        Tree tree;
        onADesktop(tree)
            .file("sys/fs/cgroup/user.slice/memory.max", "68719476736\n")
            .file("sys/fs/cgroup/user.slice/memory.current", "0\n");
        QCOMPARE(hostMemory(tree.root()).total, 16384 * kMiB);
        QCOMPARE(hostMemory(tree.root()).available, 12288 * kMiB);
    }
    // Docker with a name space of its own: the group calls itself "/", its files are at the mount point.
    void aContainerFindsItsLimitsAtTheMountPoint() {
        Tree tree;
        tree.file("proc/self/cgroup", "0::/\n")
            .file("proc/self/mountinfo", kSecondMount)
            .file("sys/fs/cgroup/memory.max", "536870912\n")
            .file("sys/fs/cgroup/memory.current", "134217728\n")
            .file("sys/fs/cgroup/cpu.max", "150000 100000\n");
        const ControlGroup group = tree.read();
        QCOMPARE(group.memory, std::optional(512 * kMiB));
        QCOMPARE(group.memoryAvailable, std::optional(384 * kMiB));
        QCOMPARE(group.processors, std::optional(1.5));
    }
    void aGroupOutsideOfWhatIsMountedIsNotLookedFor() {
        Tree tree;
        tree.file("proc/self/cgroup", "0::/../../elsewhere\n")
            .file("proc/self/mountinfo", kSecondMount)
            .file("sys/fs/cgroup/memory.max", "536870912\n")
            .file("elsewhere/memory.max", "1\n");
        QCOMPARE(tree.read().memory, std::optional(512 * kMiB));
    }
    void theSmallestShareOfProcessorsOnTheWayBinds() {
        Tree tree;
        onADesktop(tree)
            .file("sys/fs/cgroup/user.slice/cpu.max", "50000 100000\n")
            .file("sys/fs/cgroup/user.slice/user-1000.slice/app-ponder.scope/cpu.max", "200000 100000\n");
        QCOMPARE(tree.read().processors, std::optional(0.5));
        const Processor half = processor(tree.root());
        QCOMPARE(half.cores, 1U); // never less than one thread
        QCOMPARE(half.share, 0.5);
    }
    void aShareOfManyProcessorsLeavesTheCoresAsTheyAre() {
        Tree tree;
        onADesktop(tree).file("sys/fs/cgroup/user.slice/cpu.max", "100000000 100000\n");
        QCOMPARE(processor(tree.root()).share, 1.0);
        QVERIFY(processor(tree.root()).cores >= 1);
    }

    // Version 1: docker on an older system, whose mounts show the container's own group alone.
    void aContainerOfTheFirstVersionFindsItsLimits() {
        Tree tree;
        tree.file("proc/self/cgroup",
                  "11:memory:/docker/ab12\n4:cpu,cpuacct:/docker/ab12\n1:name=systemd:/x\n")
            .file("proc/self/mountinfo",
                  "35 31 0:32 /docker/ab12 /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory\n"
                  "36 31 0:33 /docker/ab12 /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n")
            .file("sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n")
            .file("sys/fs/cgroup/memory/memory.usage_in_bytes", "900000000\n")
            .file("sys/fs/cgroup/memory/memory.stat",
                  "cache 700000000\nrss 200000000\ninactive_file 1\nactive_file 2\n"
                  "total_inactive_file 600000000\ntotal_active_file 100000000\n")
            .file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "250000\n")
            .file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
        const ControlGroup group = tree.read();
        QCOMPARE(group.memory, std::optional(1024 * kMiB));
        QCOMPARE(group.memoryAvailable, std::optional<std::uint64_t>(1073741824 - 200000000));
        QCOMPARE(group.processors, std::optional(2.5));
    }
    // As version 1 writes "no limit": a number near 2^63, and a quota of -1. Both versions side by side.
    void theFirstVersionsWordsForNoLimitAreUnderstood() {
        Tree tree;
        tree.file("proc/self/cgroup", "4:memory:/a\n1:cpu:/\n0::/\n")
            .file("proc/self/mountinfo", "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
                                         "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                                         "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n")
            .file("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n")
            .file("sys/fs/cgroup/memory/a/memory.usage_in_bytes", "90\n")
            .file("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n")
            .file("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
        const ControlGroup group = tree.read();
        QVERIFY(!group.memory && !group.memoryAvailable && !group.processors);
    }
    void aGroupAboveThatDoesNotCountThoseBelowDoesNotBind() {
        Tree tree;
        tree.file("proc/self/cgroup", "4:memory:/a/b\n")
            .file("proc/self/mountinfo", "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n")
            .file("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1048576\n")
            .file("sys/fs/cgroup/memory/a/memory.use_hierarchy", "0\n")
            .file("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "2097152\n");
        QCOMPARE(tree.read().memory, std::optional(2 * kMiB));
        tree.file("sys/fs/cgroup/memory/a/memory.use_hierarchy", "1\n");
        QCOMPARE(tree.read().memory, std::optional(1 * kMiB));
    }
    void damagedFilesLimitNothing() {
        Tree tree;
        tree.file("proc/self/cgroup", "0::/\n:::\n\nnonsense\n4:memory\n")
            .file("proc/self/mountinfo", kSecondMount + " - \nx\n1 2 3 - cgroup\n")
            .file("sys/fs/cgroup/memory.max", "\n")
            .file("sys/fs/cgroup/cpu.max", "100000 0\n");
        const ControlGroup group = tree.read();
        QVERIFY(!group.memory && !group.processors);
    }
};

PONDER_TEST(ControlGroupTest)
#include "control_group_test.moc"
