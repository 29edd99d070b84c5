// Memory from the operating system, zeroed, aligned to pages, on large pages where the system has them.
//
// Owner: move-only. Thread: any. Errors: OutOfMemory from create(); grow() throws std::bad_alloc, which the
// device turns into OutOfMemory.
#pragma once

#include "engine/base/result.h"

#include <cstddef>

namespace ponder::cpu {

class HostBuffer {
public:
    static Result<HostBuffer> create(std::size_t bytes);

    HostBuffer() = default;
    HostBuffer(HostBuffer&& other) noexcept;
    HostBuffer& operator=(HostBuffer&& other) noexcept;
    HostBuffer(const HostBuffer&) = delete;
    HostBuffer& operator=(const HostBuffer&) = delete;
    ~HostBuffer();

    // At least so many bytes; where it has to grow, what was there is lost.
    void grow(std::size_t bytes);

    std::byte* data() { return m_data; }
    const std::byte* data() const { return m_data; }
    std::size_t size() const { return m_bytes; }

private:
    std::byte* m_data = nullptr;
    std::size_t m_bytes = 0;
};

} // namespace ponder::cpu
