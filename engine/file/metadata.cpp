#include "engine/file/metadata.h"

#include <utility>

namespace ponder {

void Metadata::set(std::string key, MetadataValue value) {
    m_values.insert_or_assign(std::move(key), std::move(value));
}

bool Metadata::has(std::string_view key) const { return m_values.contains(key); }

const MetadataValue* Metadata::find(std::string_view key) const {
    const auto found = m_values.find(key);
    return found == m_values.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> Metadata::integer(std::string_view key) const {
    const MetadataValue* value = find(key);
    if (!value) return std::nullopt;
    if (const auto* number = std::get_if<std::uint64_t>(value)) return *number;
    if (const auto* number = std::get_if<std::int64_t>(value); number && *number >= 0)
        return static_cast<std::uint64_t>(*number);
    return std::nullopt;
}

std::optional<double> Metadata::number(std::string_view key) const {
    const MetadataValue* value = find(key);
    if (!value) return std::nullopt;
    if (const auto* number = std::get_if<double>(value)) return *number;
    if (const auto* number = std::get_if<std::uint64_t>(value)) return static_cast<double>(*number);
    if (const auto* number = std::get_if<std::int64_t>(value)) return static_cast<double>(*number);
    return std::nullopt;
}

std::optional<bool> Metadata::boolean(std::string_view key) const {
    const MetadataValue* value = find(key);
    const bool* flag = value ? std::get_if<bool>(value) : nullptr;
    return flag ? std::optional(*flag) : std::nullopt;
}

std::optional<std::string_view> Metadata::text(std::string_view key) const {
    const MetadataValue* value = find(key);
    const auto* text = value ? std::get_if<std::string_view>(value) : nullptr;
    return text ? std::optional(*text) : std::nullopt;
}

std::span<const std::string_view> Metadata::texts(std::string_view key) const {
    const MetadataValue* value = find(key);
    const auto* texts = value ? std::get_if<std::vector<std::string_view>>(value) : nullptr;
    return texts ? std::span<const std::string_view>(*texts) : std::span<const std::string_view>();
}

std::span<const std::int64_t> Metadata::integers(std::string_view key) const {
    const MetadataValue* value = find(key);
    const auto* integers = value ? std::get_if<std::vector<std::int64_t>>(value) : nullptr;
    return integers ? std::span<const std::int64_t>(*integers) : std::span<const std::int64_t>();
}

std::span<const double> Metadata::numbers(std::string_view key) const {
    const MetadataValue* value = find(key);
    const auto* numbers = value ? std::get_if<std::vector<double>>(value) : nullptr;
    return numbers ? std::span<const double>(*numbers) : std::span<const double>();
}

} // namespace ponder
