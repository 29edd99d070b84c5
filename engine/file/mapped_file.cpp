#include "engine/file/mapped_file.h"

#include "engine/base/translatable.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ponder {
namespace {

class Descriptor {
public:
    explicit Descriptor(int number) : m_number(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (m_number >= 0) ::close(m_number);
    }
    int number() const { return m_number; }

private:
    int m_number;
};

std::size_t pageSize() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

Error systemError(const std::filesystem::path& path, int number) {
    if (number == ENOENT || number == ENOTDIR) return {ErrorCode::FileNotFound, path.string(), {}};
    return {ErrorCode::FileUnreadable, path.string(), std::generic_category().message(number)};
}

} // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
    // O_NONBLOCK: opening a pipe that nobody writes to would wait forever.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.number() < 0) return systemError(path, errno);
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) return systemError(path, errno);
    if (S_ISDIR(status.st_mode))
        return Error{ErrorCode::FileUnreadable, path.string(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "it is a folder"), {}}};
    if (!S_ISREG(status.st_mode))
        return Error{ErrorCode::FileUnreadable, path.string(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "it is not an ordinary file"), {}}};

    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) return MappedFile();
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.number(), 0);
    if (address == MAP_FAILED) return systemError(path, errno);
    return MappedFile(std::span(static_cast<const std::byte*>(address), size));
}

bool MappedFile::holds(std::span<const std::byte> part) const {
    return !part.empty() && part.data() >= m_bytes.data() &&
           part.data() + part.size() <= m_bytes.data() + m_bytes.size();
}

// A mapping begins on a page.
void MappedFile::advise(std::size_t first, std::size_t end, int advice) const {
    if (first < end) ::madvise(const_cast<std::byte*>(m_bytes.data()) + first, end - first, advice);
}

void MappedFile::fetch(std::span<const std::byte> part) const {
    if (!holds(part)) return;
    const auto first = static_cast<std::size_t>(part.data() - m_bytes.data());
    advise(first / pageSize() * pageSize(), first + part.size(), MADV_WILLNEED);
}

void MappedFile::release(std::span<const std::byte> part) const {
    if (!holds(part)) return;
    const auto first = static_cast<std::size_t>(part.data() - m_bytes.data()), page = pageSize();
    advise((first + page - 1) / page * page, (first + part.size()) / page * page, MADV_DONTNEED);
}

MappedFile::MappedFile(MappedFile&& other) noexcept : m_bytes(std::exchange(other.m_bytes, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(m_bytes, other.m_bytes);
    return *this;
}

MappedFile::~MappedFile() {
    if (!m_bytes.empty()) ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
}

} // namespace ponder
