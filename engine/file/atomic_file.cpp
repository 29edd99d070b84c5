#include "engine/file/atomic_file.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace ponder {
namespace {

Error systemError(const std::filesystem::path& path, int number) {
    return {ErrorCode::FileUnwritable, path.string(), std::generic_category().message(number)};
}

} // namespace

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& path) {
    std::filesystem::path part = path;
    part += ".part";
    // One that was left over may have another owner's permissions.
    ::unlink(part.c_str());
    const int descriptor = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return systemError(path, errno);
    return AtomicFile(path, std::move(part), descriptor);
}

AtomicFile::AtomicFile(std::filesystem::path path, std::filesystem::path part, int descriptor)
    : m_path(std::move(path)), m_part(std::move(part)), m_descriptor(descriptor) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_path(std::move(other.m_path)), m_part(std::move(other.m_part)),
      m_descriptor(std::exchange(other.m_descriptor, -1)) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
    std::swap(m_path, other.m_path);
    std::swap(m_part, other.m_part);
    std::swap(m_descriptor, other.m_descriptor);
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

Result<void> AtomicFile::commit() {
    if (::close(std::exchange(m_descriptor, -1)) != 0 || ::rename(m_part.c_str(), m_path.c_str()) != 0) {
        const int number = errno;
        ::unlink(m_part.c_str());
        return systemError(m_path, number);
    }
    return {};
}

void AtomicFile::discard() {
    if (m_descriptor < 0) return;
    ::close(m_descriptor);
    ::unlink(m_part.c_str());
}

} // namespace ponder
