#include "app/models/part_file.h"

#include "engine/base/translatable.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ponder {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

QByteArray native(const QString& path) { return QFile::encodeName(path); }

// A renaming is only sure when the folder is on the disk.
void syncFolder(const QString& path) {
    const int folder = ::open(native(QFileInfo(path).path()).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    ::fsync(folder);
    ::close(folder);
}

Error damaged(const QString& path, Detail why) {
    return {ErrorCode::DownloadDamaged, QFileInfo(path).fileName().toStdString(), std::move(why)};
}

Detail wrongSize(qint64 got, qint64 expected) {
    return {PONDER_TR_NOOP("ErrorDetail", "it has %1 bytes instead of %2"),
            {std::to_string(got), std::to_string(expected)}};
}

Detail wrongDigest() { return {PONDER_TR_NOOP("ErrorDetail", "its checksum is another one"), {}}; }

} // namespace

PartFile::PartFile(QString path, std::unique_ptr<QLockFile> lock)
    : m_path(std::move(path)), m_lock(std::move(lock)) {}

PartFile::PartFile(PartFile&& other) noexcept
    : m_path(std::move(other.m_path)), m_lock(std::move(other.m_lock)), m_state(std::move(other.m_state)),
      m_digest(std::move(other.m_digest)), m_descriptor(std::exchange(other.m_descriptor, -1)),
      m_written(other.m_written), m_whole(other.m_whole) {}

PartFile::~PartFile() { close(); }

void PartFile::close() {
    if (m_descriptor >= 0) ::close(std::exchange(m_descriptor, -1));
}

Result<PartFile> PartFile::open(const QString& path, const DownloadState& content,
                                const std::stop_token& stop, const Checked& checked) {
    if (!QDir().mkpath(QFileInfo(path).path()))
        return writeError(QFileInfo(path).path(), errno == 0 ? EIO : errno);
    auto lock = std::make_unique<QLockFile>(lockPath(path));
    lock->setStaleLockTime(0); // only when its program is gone, however long it takes
    if (!lock->tryLock(0)) {
        if (lock->error() == QLockFile::LockFailedError)
            return Error{ErrorCode::FileBusy, path.toStdString(), {}};
        return writeError(path, EACCES);
    }
    PartFile file(path, std::move(lock));
    const Result<void> begun = QFileInfo::exists(path) ? file.checkWhole(content, stop, checked)
                                                       : file.begin(content, stop, checked);
    if (!begun) return begun.error();
    return file;
}

Result<void> PartFile::checkWhole(const DownloadState& content, const std::stop_token& stop,
                                  const Checked& checked) {
    const Error other{
        ErrorCode::FileUnwritable, m_path.toStdString(),
        Detail{PONDER_TR_NOOP("ErrorDetail", "there is another file of this name; move it away"), {}}};
    const qint64 bytes = QFileInfo(m_path).size();
    if (content.bytes >= 0 && bytes != content.bytes) return other;
    const int descriptor = ::open(native(m_path).constData(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return writeError(m_path, errno);
    m_digest.reset(content.digest.kind, bytes);
    const Result<void> hashed = hashAnew(descriptor, bytes, stop, checked);
    ::close(descriptor);
    if (!hashed) return hashed;
    if (content.digest.known() && m_digest.hex() != content.digest.hex) return other;
    m_written = bytes;
    m_whole = true;
    discard(); // left over where the program ended right after the renaming
    return {};
}

Result<void> PartFile::begin(const DownloadState& content, const std::stop_token& stop,
                             const Checked& checked) {
    m_descriptor =
        ::open(native(partPath(m_path)).constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (m_descriptor < 0) return writeError(m_path, errno);
    m_state = content;
    const std::optional<DownloadState> earlier = readDownloadState(m_path);
    struct stat there = {};
    const bool goesOn = earlier && content.continues(*earlier) && ::fstat(m_descriptor, &there) == 0 &&
                        there.st_size >= earlier->confirmed;
    if (!goesOn) return restart(content.bytes);
    m_state = *earlier;
    m_state.address = content.address;
    // What came after the last confirmation may never have reached the disk.
    if (::ftruncate(m_descriptor, m_state.confirmed) != 0) return writeError(m_path, errno);
    m_digest.reset(m_state.digest.kind, m_state.bytes);
    if (const Result<void> hashed = hashAnew(m_descriptor, m_state.confirmed, stop, checked); !hashed)
        return hashed;
    m_written = m_state.confirmed;
    if (::lseek(m_descriptor, m_written, SEEK_SET) < 0) return writeError(m_path, errno);
    return {};
}

Result<void> PartFile::hashAnew(int descriptor, qint64 bytes, const std::stop_token& stop,
                                const Checked& checked) {
    std::vector<char> piece(kPiece);
    for (qint64 done = 0; done < bytes;) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        const auto wanted = std::size_t(std::min<qint64>(qint64(kPiece), bytes - done));
        const ssize_t got = ::pread(descriptor, piece.data(), wanted, done);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return writeError(m_path, got == 0 ? EIO : errno);
        m_digest.add(QByteArrayView(piece.data(), got));
        done += got;
        checked(done);
    }
    return {};
}

void PartFile::setTag(const QString& tag, const QString& host) {
    m_state.tag = tag;
    m_state.tagHost = host;
}

Result<void> PartFile::append(QByteArrayView bytes) {
    m_digest.add(bytes);
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_descriptor, bytes.data(), std::size_t(bytes.size()));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return writeError(m_path, written == 0 ? EIO : errno);
        bytes = bytes.sliced(written);
        m_written += written;
    }
    return {};
}

Result<void> PartFile::confirm() {
    if (m_descriptor < 0) return {};
    if (::fsync(m_descriptor) != 0) return writeError(m_path, errno);
    m_state.confirmed = m_written;
    return writeDownloadState(m_path, m_state);
}

Result<void> PartFile::restart(qint64 bytes) {
    // The state goes first: it must never speak of bytes that are gone.
    QFile::remove(statePath(m_path));
    if (::ftruncate(m_descriptor, 0) != 0 || ::lseek(m_descriptor, 0, SEEK_SET) < 0)
        return writeError(m_path, errno);
    m_state.bytes = bytes;
    m_state.tag.clear();
    m_state.confirmed = 0;
    m_written = 0;
    m_digest.reset(m_state.digest.kind, bytes);
    return {};
}

Result<void> PartFile::finish() {
    if (m_written != m_state.bytes) return damaged(m_path, wrongSize(m_written, m_state.bytes));
    if (m_state.digest.known() && m_digest.hex() != m_state.digest.hex) return damaged(m_path, wrongDigest());
    if (::fsync(m_descriptor) != 0) return writeError(m_path, errno);
    close();
    if (const Result<void> renamed = rename(); !renamed) return renamed;
    syncFolder(m_path);
    QFile::remove(statePath(m_path));
    m_whole = true;
    return {};
}

// Never over another file: a link refuses where a renaming would replace.
Result<void> PartFile::rename() {
    const QByteArray part = native(partPath(m_path)), whole = native(m_path);
    if (::link(part.constData(), whole.constData()) == 0) {
        ::unlink(part.constData());
        return {};
    }
    if (errno == EEXIST) return writeError(m_path, EEXIST);
    // File systems without links (FAT, some network ones).
    if (::rename(part.constData(), whole.constData()) == 0) return {};
    return writeError(m_path, errno);
}

void PartFile::discard() {
    QFile::remove(statePath(m_path));
    QFile::remove(partPath(m_path));
}

} // namespace ponder
