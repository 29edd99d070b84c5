// A file's bytes, read-only, mapped into memory and unmapped with their owner.
//
// Takes the path of a regular file; gives its bytes (none for an empty file). Nothing is read until it is
// touched. A file that another program shortens while it is mapped is outside of what can be caught here.
//
// Owner: move-only. Thread: any, read only. Errors: FileNotFound, FileUnreadable (a folder, a device, no
// permission). Next station: gguf_header.h.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <filesystem>
#include <span>

namespace ponder {

class MappedFile {
public:
    static Result<MappedFile> open(const std::filesystem::path& path);

    MappedFile() = default;
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    std::span<const std::byte> bytes() const { return m_bytes; }
    // The pages that lie wholly in `part` of bytes() leave this process; the next reading fetches them again,
    // mostly from the system's own cache. Does nothing for bytes from elsewhere.
    void release(std::span<const std::byte> part) const;
    // The system begins to read the pages of `part`, and does not wait for them. Does nothing for bytes from
    // elsewhere.
    void fetch(std::span<const std::byte> part) const;
    // All of it: pieces do not add up to the whole, as the system maps up to 2 MB around what is read. For a
    // moment when nobody reads.
    void releaseAll() const { release(m_bytes); }

private:
    bool holds(std::span<const std::byte> part) const;
    void advise(std::size_t first, std::size_t end, int advice) const;
    explicit MappedFile(std::span<const std::byte> bytes) : m_bytes(bytes) {}

    std::span<const std::byte> m_bytes;
};

} // namespace ponder
