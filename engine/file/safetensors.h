// One .safetensors file: its tensors, judged before anybody sees them, and its notes.
//
// Takes a path, or bytes; gives tensors whose bytes lie inside the mapped file: known number format, as many
// bytes as shape times format says, none over another, no holes, nothing after the last. Offsets may be
// unaligned. Nothing in the file is ever run.
//
// Owner: move-only; names are copies, bytes borrow the file. Thread: any, read only. Errors: FileNotFound,
// FileUnreadable, NotSafetensors, FileTruncated, BadJson, BadTensor, UnknownTensorType. Source: the
// safetensors format. Next station: safetensors_set.h.
#pragma once

#include "engine/base/result.h"
#include "engine/file/mapped_file.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ponder {

enum class SafetensorsType {
    Bool,
    U8,
    I8,
    F8_E5M2,
    F8_E4M3,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    F64,
    I64,
    U64
};

std::string_view safetensorsTypeName(SafetensorsType type); // "BF16"
std::uint64_t safetensorsTypeBytes(SafetensorsType type);   // of one value

struct SafetensorsTensor {
    std::string name;
    SafetensorsType type = SafetensorsType::F32;
    std::vector<std::uint64_t> shape; // the last extent is contiguous; none for a single number
    std::span<const std::byte> bytes;

    std::uint64_t values() const { return bytes.size() / safetensorsTypeBytes(type); }
    std::uint64_t rowLength() const { return shape.empty() ? 1 : shape.back(); }
    std::uint64_t rows() const { return rowLength() == 0 ? 0 : values() / rowLength(); }
};

class SafetensorsFile {
public:
    static Result<SafetensorsFile> open(const std::filesystem::path& path);
    // A whole file in memory, which has to live as long; `name` stands for its path in errors.
    static Result<SafetensorsFile> fromBytes(std::span<const std::byte> bytes, const std::string& name);

    const std::vector<SafetensorsTensor>& tensors() const { return m_tensors; } // as they lie in the file
    const SafetensorsTensor* find(std::string_view name) const;                 // null where absent
    const std::map<std::string, std::string>& metadata() const { return m_metadata; }
    const std::string& path() const { return m_path; }
    std::uint64_t fileBytes() const { return m_fileBytes; }
    // The caller has read these bytes of a tensor; their memory may be used for other things.
    void release(std::span<const std::byte> bytes) const { m_file.release(bytes); }
    void releaseAll() const { m_file.releaseAll(); } // mapped_file.h says why

private:
    MappedFile m_file;
    std::string m_path;
    std::uint64_t m_fileBytes = 0;
    std::vector<SafetensorsTensor> m_tensors;
    std::map<std::string, std::size_t, std::less<>> m_byName;
    std::map<std::string, std::string> m_metadata;
};

// Values first .. first + out.size() - 1 of a tensor as f32. F32, F16 and BF16 only; `path` is for the error.
// Errors: UnknownTensorType, BadArgument (beyond the tensor's end).
Result<void> readFloats(const SafetensorsTensor& tensor, std::uint64_t first, std::span<float> out,
                        const std::string& path);

} // namespace ponder
