#include "engine/backend/cpu/host_buffer.h"

#include <new>
#include <utility>

#include <sys/mman.h>

namespace ponder::cpu {

Result<HostBuffer> HostBuffer::create(std::size_t bytes) {
    HostBuffer buffer;
    if (bytes == 0) return buffer;
    void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED) return Error{ErrorCode::OutOfMemory, std::to_string(bytes), {}};
#ifdef MADV_HUGEPAGE
    madvise(data, bytes, MADV_HUGEPAGE); // fewer faults, fewer address look-ups; only a wish
#endif
    buffer.m_data = static_cast<std::byte*>(data);
    buffer.m_bytes = bytes;
    return buffer;
}

HostBuffer::HostBuffer(HostBuffer&& other) noexcept
    : m_data(std::exchange(other.m_data, nullptr)), m_bytes(std::exchange(other.m_bytes, 0)) {}

HostBuffer& HostBuffer::operator=(HostBuffer&& other) noexcept {
    std::swap(m_data, other.m_data);
    std::swap(m_bytes, other.m_bytes);
    return *this;
}

HostBuffer::~HostBuffer() {
    if (m_data) munmap(m_data, m_bytes);
}

void HostBuffer::grow(std::size_t bytes) {
    if (bytes <= m_bytes) return;
    *this = {};
    Result<HostBuffer> larger = create(bytes);
    if (!larger) throw std::bad_alloc();
    *this = std::move(*larger);
}

} // namespace ponder::cpu
