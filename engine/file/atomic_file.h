// A file that appears whole or not at all: written beside its place under another name, then renamed.
//
// Only its owner may read it (mode 0600), from the first byte on. What is not committed is removed. Owner:
// move-only. Thread: one. Errors: FileUnwritable (no space, no permission, no folder).
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <filesystem>
#include <span>

namespace ponder {

class AtomicFile {
public:
    static Result<AtomicFile> create(const std::filesystem::path& path);

    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&& other) noexcept;
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    Result<void> write(std::span<const std::byte> bytes);
    // Puts the file in its place; what was there before is gone. Nothing may be written afterwards.
    Result<void> commit();

private:
    AtomicFile(std::filesystem::path path, std::filesystem::path part, int descriptor);
    void discard();

    std::filesystem::path m_path;
    std::filesystem::path m_part; // where it is until then
    int m_descriptor = -1;
};

} // namespace ponder
