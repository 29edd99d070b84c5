#include "engine/file/atomic_file.h"

#include "engine/base/translatable.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ponder {
namespace {

Error systemError(const std::filesystem::path& path, int number) {
    return {ErrorCode::FileUnwritable, path.string(), std::generic_category().message(number)};
}

} // namespace

std::filesystem::path AtomicFile::partOf(const std::filesystem::path& path) {
    std::filesystem::path part = path;
    return part += ".part";
}

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& path) {
    std::filesystem::path part = partOf(path);
    // One that was left over may have another owner's permissions.
    ::unlink(part.c_str());
    const int descriptor = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return systemError(path, errno);
    return AtomicFile(path, std::move(part), descriptor);
}

Result<AtomicFile> AtomicFile::resume(const std::filesystem::path& path, std::uint64_t keep) {
    const std::filesystem::path part = partOf(path);
    const int descriptor = ::open(part.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return systemError(part, errno);
    AtomicFile file(path, part, descriptor);
    file.m_keep = true;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
        return Error{ErrorCode::FileUnwritable, part.string(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "another program is writing it now"), {}}};
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return systemError(part, errno);
    if (static_cast<std::uint64_t>(status.st_size) < keep)
        return Error{ErrorCode::FileUnwritable, part.string(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "it is shorter than it was"), {}}};
    const auto end = static_cast<off_t>(keep);
    if (::ftruncate(descriptor, end) != 0 || ::lseek(descriptor, end, SEEK_SET) != end)
        return systemError(part, errno);
    return file;
}

AtomicFile::AtomicFile(std::filesystem::path path, std::filesystem::path part, int descriptor)
    : m_path(std::move(path)), m_part(std::move(part)), m_descriptor(descriptor) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_path(std::move(other.m_path)), m_part(std::move(other.m_part)),
      m_descriptor(std::exchange(other.m_descriptor, -1)), m_keep(other.m_keep) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
    std::swap(m_path, other.m_path);
    std::swap(m_part, other.m_part);
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_keep, other.m_keep);
    return *this;
}

AtomicFile::~AtomicFile() { discard(); }

Result<void> AtomicFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return systemError(m_path, written == 0 ? EIO : errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> AtomicFile::sync() {
    if (::fdatasync(m_descriptor) != 0) return systemError(m_part, errno);
    return {};
}

Result<void> AtomicFile::commit() {
    if (::close(std::exchange(m_descriptor, -1)) != 0 || ::rename(m_part.c_str(), m_path.c_str()) != 0) {
        const int number = errno;
        if (!m_keep) ::unlink(m_part.c_str());
        return systemError(m_path, number);
    }
    return {};
}

void AtomicFile::discard() {
    if (m_descriptor < 0) return;
    ::close(m_descriptor);
    if (!m_keep) ::unlink(m_part.c_str());
}

} // namespace ponder
