#include "engine/file/disk_bandwidth.h"

#include "engine/base/thread_pool.h"
#include "engine/base/translatable.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ponder {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kAlignment = 4096; // that reading past the memory asks for

Error unreadable(const std::filesystem::path& file, int number) {
    return {number == ENOENT ? ErrorCode::FileNotFound : ErrorCode::FileUnreadable, file.string(),
            std::generic_category().message(number)};
}

// Pieces that lie evenly over the file, each read once, in an order that no guess about the next one helps.
class Pieces {
public:
    Pieces(std::uint64_t fileBytes, const DiskTest& test)
        : m_all(fileBytes / test.piece), m_count(std::min(m_all, test.bytes / test.piece)),
          m_piece(test.piece) {}

    std::uint64_t count() const { return m_count; }
    // The stride is a prime larger than any count of pieces: no two of these are equal.
    std::uint64_t offset(std::uint64_t index) const {
        const std::uint64_t scattered = index * kStride % m_count;
        return scattered * m_all / m_count * m_piece;
    }

private:
    static constexpr std::uint64_t kStride = 1'000'003;
    std::uint64_t m_all, m_count;
    std::size_t m_piece;
};

} // namespace

Result<double> measureDiskBandwidth(const std::filesystem::path& file, const DiskTest& test) {
    const int number = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT);
    if (number < 0) return unreadable(file, errno);
    const std::unique_ptr<const int, void (*)(const int*)> closes(&number,
                                                                  [](const int* open) { ::close(*open); });
    struct stat status {};
    if (::fstat(number, &status) != 0) return unreadable(file, errno);
    const Pieces pieces(static_cast<std::uint64_t>(status.st_size), test);
    if (pieces.count() == 0)
        return Error{ErrorCode::FileUnreadable, file.string(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "it is too small to time its disk with"), {}}};
    std::atomic<std::uint64_t> next = 0, read = 0;
    std::atomic<int> failed = 0;
    ThreadPool pool(test.threads);
    const Clock::time_point start = Clock::now();
    const auto passed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    pool.run([&](unsigned) {
        const std::unique_ptr<void, decltype(&std::free)> memory(std::aligned_alloc(kAlignment, test.piece),
                                                                 std::free);
        while (memory && failed == 0) {
            const std::uint64_t index = next++;
            if (index >= pieces.count() || (index > 0 && passed() > test.seconds)) return;
            const ssize_t got =
                ::pread(number, memory.get(), test.piece, static_cast<off_t>(pieces.offset(index)));
            if (got < 0) failed = errno;
            if (got > 0) read += static_cast<std::uint64_t>(got);
        }
    });
    if (failed != 0) return unreadable(file, failed);
    return static_cast<double>(read) / std::max(passed(), 1e-9);
}

} // namespace ponder
