// The key-value part of a GGUF header, checked and typed.
//
// String views point into the mapped file; a Metadata lives inside its ModelFile and not longer.
// Source: the GGUF file format (value types 0..12). Owner: ModelFile. Thread: any, read only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ponder {

using MetadataValue = std::variant<std::uint64_t,                 // every unsigned type and bool's neighbours
                                   std::int64_t,                  // every signed type
                                   double,                        // f32 and f64
                                   bool,                          //
                                   std::string_view,              // string
                                   std::vector<std::string_view>, // array of strings
                                   std::vector<std::int64_t>,     // array of integers or bools
                                   std::vector<double>>;          // array of floats

// A key as the file holds it: the number of its type and the value, to be copied into another file.
struct RawKey {
    std::string_view name;
    std::span<const std::byte> typeAndValue;
};

class Metadata {
public:
    void set(std::string key, MetadataValue value);

    bool has(std::string_view key) const;
    const MetadataValue* find(std::string_view key) const;
    // Nothing where the key is absent or has another kind of value. integer() accepts any integer type in
    // range.
    std::optional<std::uint64_t> integer(std::string_view key) const;
    std::optional<double> number(std::string_view key) const; // floats, and integers as floats
    std::optional<bool> boolean(std::string_view key) const;
    std::optional<std::string_view> text(std::string_view key) const;
    std::span<const std::string_view> texts(std::string_view key) const; // empty where absent
    std::span<const std::int64_t> integers(std::string_view key) const;  // empty where absent
    std::span<const double> numbers(std::string_view key) const;         // empty where absent

    const std::map<std::string, MetadataValue, std::less<>>& all() const { return m_values; }

private:
    std::map<std::string, MetadataValue, std::less<>> m_values;
};

} // namespace ponder
