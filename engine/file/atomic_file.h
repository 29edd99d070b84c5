// A file that appears whole or not at all: written beside its place under another name, then renamed.
//
// Only its owner may read it (mode 0600), from the first byte on. What is not committed is removed, except
// that a file from resume() stays as PATH.part, so that a later run goes on where this one ended, however
// that was. Owner: move-only. Thread: one. Errors: FileUnwritable (no space, no permission, no folder;
// somebody else is writing it).
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace ponder {

class AtomicFile {
public:
    static Result<AtomicFile> create(const std::filesystem::path& path);

    // Goes on behind the first `keep` bytes of what was left; an error where there are not as many.
    static Result<AtomicFile> resume(const std::filesystem::path& path, std::uint64_t keep);
    static std::filesystem::path partOf(const std::filesystem::path& path); // PATH.part

    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&& other) noexcept;
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    Result<void> write(std::span<const std::byte> bytes);
    Result<void> sync(); // what was written outlives a loss of power
    // Puts the file in its place; what was there before is gone. Nothing may be written afterwards.
    Result<void> commit();

private:
    AtomicFile(std::filesystem::path path, std::filesystem::path part, int descriptor);
    void discard();

    std::filesystem::path m_path;
    std::filesystem::path m_part; // where it is until then
    int m_descriptor = -1;
    bool m_keep = false; // the part, where it is not committed
};

} // namespace ponder
