// One typed value of a GGUF header.
//
// Takes a cursor before the value's type; gives the value, strings as views into the file. A file may hold
// no more than a budget of array elements, and no array is larger than the bytes that are left: what is
// allocated stays below eight times the size of the header.
//
// Owner: caller. Thread: any. Errors: FileTruncated, BadMetadata (both name the key). Source: the GGUF file
// format, value types 0..12. Next station: gguf_header.h.
#pragma once

#include "engine/base/result.h"
#include "engine/file/byte_cursor.h"
#include "engine/file/metadata.h"

#include <optional>
#include <string>

namespace ponder {

inline constexpr std::uint64_t kMaxTextBytes = std::uint64_t{1} << 24;     // of one string
inline constexpr std::uint64_t kMaxArrayElements = std::uint64_t{1} << 24; // of all arrays of a file

class GgufValueReader {
public:
    GgufValueReader(ByteCursor& cursor, std::string path) : m_cursor(cursor), m_path(std::move(path)) {}

    Result<MetadataValue> read(std::string_view key);

private:
    Result<std::string_view> readText(std::string_view key); // a length and that many bytes
    Result<MetadataValue> readScalar(std::uint32_t type, std::string_view key);
    Result<MetadataValue> readArray(std::string_view key);
    Result<MetadataValue> readTexts(std::uint64_t count, std::string_view key);
    Result<MetadataValue> readIntegers(std::uint32_t type, std::uint64_t count, std::string_view key);
    Result<MetadataValue> readNumbers(std::uint32_t type, std::uint64_t count, std::string_view key);
    Error truncated(std::string_view key) const;
    Error bad(std::string_view key, const char* pattern,
              std::optional<std::uint64_t> number = std::nullopt) const;

    ByteCursor& m_cursor;
    std::string m_path;
    std::uint64_t m_elements = 0; // of the arrays so far
};

} // namespace ponder
